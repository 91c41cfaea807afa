import { describe, expect, it } from 'vitest'
import { checkCatalog } from '../../src/core/check/check-catalog.ts'
import { formatField } from '../../src/core/check/format-findings.ts'
import { freezes } from '../../src/core/check/freezes.ts'
import { secretTexts } from '../../src/core/check/plaintext.ts'
import type { JsonObject } from '../../src/core/domain/cluster.ts'
import {
  catalogOf,
  type CatalogParts,
  cluster,
  group,
  selector,
  service,
  version,
} from '../core/check/build-catalog.ts'

/** Rules with older tests of their own (`core/check/check-catalog.test.ts`) are not told again here. */
const only = (env: string) => selector({ matchLabels: { env } })
const requiring = (name: string, number: string, of: string, range: string) => ({
  ...version(name, number),
  requires: [{ service: of, range }],
})
const withPatch = (patch: string) => [{ ...version('pay', '1.0.0'), patches: [{ patch }] }]
const chartOf = (number: string, name: string) => {
  const made = version('pay', number)
  if (made.payload.kind !== 'chart') throw new Error('a chart')
  return { ...made, payload: { ...made.payload, chart: { ...made.payload.chart, name } } }
}

function linesOf(parts: CatalogParts): readonly string[] {
  return checkCatalog(catalogOf(parts))
    .filter(({ message }) => !message.startsWith('requirements are recorded'))
    .map(({ severity, scope, file, field, message, remedy }) => {
      const name = scope.kind === 'catalog' ? '' : scope.kind === 'placements' ? scope.service : scope.name
      return `${severity} ${scope.kind} ${name} ${file} ${formatField(field)}: ${message}; ${remedy}`
    })
}

const pay = 'service pay services/pay'

it.each<[string, CatalogParts, readonly string[]]>([
  [
    'a service in the namespace of Flux',
    { services: [service('pay', { namespace: 'flux-system' })] },
    [
      `error ${pay}/service.yaml spec.namespace: pay can not run in flux-system, which is where Flux itself runs; choose a namespace of the service's own`,
    ],
  ],
  [
    'a service in a namespace of Kubernetes',
    { services: [service('pay', { namespace: 'kube-public' })] },
    [
      `error ${pay}/service.yaml spec.namespace: pay can not run in kube-public, which is reserved for Kubernetes, as all that begin with kube-; choose a namespace of the service's own`,
    ],
  ],
  [
    'a glob that matches nothing beside one that does',
    { services: [service('pay', { targets: selector({ names: ['*-1', 'prdo-*', '!edge-*'] }) })] },
    [
      `warning ${pay}/service.yaml spec.targets.names[1]: no cluster is called prdo-*; correct the glob, or remove it`,
      `warning ${pay}/service.yaml spec.targets.names[2]: no cluster is called edge-*; correct the glob, or remove it`,
    ],
  ],
  [
    'a glob of a group that matches nothing',
    {
      groups: [
        group('canary', ['devel']),
        group('devel'),
        { ...group('prod', ['canary']), clusterSelector: selector({ names: ['prod-*', 'lab-?'] }) },
      ],
    },
    [
      'warning group prod deployment-groups/prod.yaml spec.clusterSelector.names[1]: no cluster is called lab-?; correct the glob, or remove it',
    ],
  ],
  [
    'a newest version of another chart',
    { versions: [chartOf('1.0.0', 'web'), chartOf('1.1.0', 'api')] },
    [
      `error ${pay}/versions/1.1.0.yaml spec.chart.name: pay is the chart web since version 1.0.0, but the chart api in 1.1.0; release the chart api as a service of its own; to replace this one, write targets: none here first`,
    ],
  ],
  [
    'an older version of another chart',
    { versions: [chartOf('1.0.0', 'web'), chartOf('1.1.0', 'api'), chartOf('1.2.0', 'web')] },
    [
      `warning ${pay}/versions/1.1.0.yaml spec.chart.name: pay is the chart web since version 1.0.0, but the chart api in 1.1.0; release the chart api as a service of its own; to replace this one, write targets: none here first`,
    ],
  ],
  [
    'versions that differ by case only',
    { versions: [version('pay', '1.0.0-RC.1'), version('pay', '1.0.0-rc.1')] },
    [
      `error ${pay}/versions/1.0.0-rc.1.yaml spec.version: versions 1.0.0-RC.1 and 1.0.0-rc.1 differ only by upper and lower case; raise the version`,
    ],
  ],
  [
    'a requirement of a service that is not there',
    { versions: [requiring('pay', '1.0.0', 'ledgr', '>=1')] },
    [
      `error ${pay}/versions/1.0.0.yaml spec.requires[0].service: there is no service ledgr; add services/ledgr/service.yaml, or correct the name`,
    ],
  ],
  [
    'a requirement that no version meets',
    {
      services: [service('ledger'), service('pay')],
      versions: [version('ledger', '1.4.0'), requiring('pay', '1.0.0', 'ledger', '>=1.5')],
    },
    [
      `error ${pay}/versions/1.0.0.yaml spec.requires[0].version: no version of ledger is within >=1.5; merge such a version of ledger first`,
    ],
  ],
  [
    'a requirement that only a prerelease meets which the range does not name, as no wave takes it for proof',
    {
      services: [service('ledger'), service('pay')],
      versions: [version('ledger', '2.0.0-rc.1'), requiring('pay', '1.0.0', 'ledger', '>=1.5')],
    },
    [
      `error ${pay}/versions/1.0.0.yaml spec.requires[0].version: no version of ledger is within >=1.5; merge such a version of ledger first`,
    ],
  ],
  [
    'a requirement whose range names the prerelease that meets it',
    {
      services: [service('ledger'), service('pay')],
      versions: [version('ledger', '2.0.0-rc.1'), requiring('pay', '1.0.0', 'ledger', '>=2.0.0-rc')],
    },
    [],
  ],
  [
    'a requirement of a service that runs elsewhere',
    {
      services: [service('ledger', { targets: only('devel') }), service('pay')],
      versions: [version('ledger', '1.5.0'), requiring('pay', '1.0.0', 'ledger', '>=1.5')],
    },
    [
      'error placements pay services/pay/versions/1.0.0.yaml spec.requires[0].service: pay 1.0.0 requires ledger, which does not run on canary-1 and prod-1; let ledger target these clusters too, or drop the requirement in a new version',
    ],
  ],
  [
    'requirements that wait for each other',
    {
      services: [service('ledger'), service('pay')],
      versions: [
        requiring('ledger', '2.0.0', 'pay', '>=2'),
        version('pay', '1.0.0'),
        requiring('pay', '2.0.0', 'ledger', '>=2'),
      ],
    },
    [
      'error service ledger services/ledger/versions/2.0.0.yaml spec.requires: ledger 2.0.0 requires pay, which can never be there first, as they wait for each other or for what is missing; widen one of the ranges in a new version, so that one of these services can go first',
      `error ${pay}/versions/2.0.0.yaml spec.requires: pay 2.0.0 requires ledger, which can never be there first, as they wait for each other or for what is missing; widen one of the ranges in a new version, so that one of these services can go first`,
    ],
  ],
  [
    'requirements that come true one after the other',
    {
      services: [service('ledger'), service('pay')],
      versions: [
        requiring('ledger', '2.0.0', 'pay', '>=1'),
        version('pay', '1.0.0'),
        requiring('pay', '2.0.0', 'ledger', '>=2'),
      ],
    },
    [],
  ],
  [
    'a patch that sets another namespace',
    { versions: withPatch('- op: replace\n  path: /metadata/namespace\n  value: kube-system\n') },
    [
      `error ${pay}/versions/1.0.0.yaml spec.patches[0].patch: the patch sets another namespace; remove it: a service stays in its namespace, on its cluster, with its own account`,
    ],
  ],
  [
    'a patch that sets another service account',
    { versions: withPatch('spec: {template: {spec: {serviceAccountName: admin}}}') },
    [
      `error ${pay}/versions/1.0.0.yaml spec.patches[0].patch: the patch sets another service account; remove it: a service stays in its namespace, on its cluster, with its own account`,
    ],
  ],
  [
    'a patch that sets a kubeConfig',
    { versions: withPatch('{"spec": {"kubeConfig": {"secretRef": {"name": "other"}}}}') },
    [
      `error ${pay}/versions/1.0.0.yaml spec.patches[0].patch: the patch sets another kubeConfig; remove it: a service stays in its namespace, on its cluster, with its own account`,
    ],
  ],
  [
    'a patch of other things',
    {
      versions: withPatch('spec:\n  replicas: 3\n  template: {metadata: {annotations: {namespaced: "no"}}}'),
    },
    [],
  ],
  [
    'an empty cluster registry, and with it a service without targets',
    { clusters: [], groups: [group('prod')] },
    [
      'error group prod deployment-groups/prod.yaml spec.clusterSelector: the selector of group prod selects no cluster; correct the selector, add a cluster that it selects, or remove the group',
      `error ${pay}/service.yaml spec.targets: the targets of pay select no cluster; correct the selector; to remove the service from all clusters, write targets: none`,
    ],
  ],
])('%s', (_, parts, lines) => {
  expect(linesOf(parts)).toEqual(lines)
})

describe('what looks like a secret', () => {
  const warn = (what: string, field: string) =>
    `warning ${pay}/versions/1.0.0.yaml spec.values.${field}: this looks like ${what} in plain text; put it into the secret store, name it in spec.secrets, and replace it: Git never forgets`
  const linesWith = (values: JsonObject) => linesOf({ versions: [version('pay', '1.0.0', 'main', values)] })

  // Put together here, so that nobody takes the examples for secrets.
  const examples: Readonly<Record<string, string>> = {
    'a private key': `${'-'.repeat(5)}BEGIN RSA PRIVATE KEY-----\nMII`,
    'an AWS access key': `AKIA${'ABCD'.repeat(4)}`,
    'a GitHub token': `ghp_${'a1B2'.repeat(9)}`,
    'a GitLab token': `glpat-${'a1B2'.repeat(5)}`,
    'a Slack token': `xoxb-${'12345'.repeat(2)}-abc`,
    'a Google API key': `AIza${'a1B2c'.repeat(7)}`,
    'a Stripe key': `sk_live_${'a1B2'.repeat(5)}`,
    'a JSON web token': `eyJ${'a'.repeat(10)}.eyJ${'b'.repeat(10)}.c`,
    'a URL with a password': `postgres://pay:${'x'.repeat(8)}@db/pay`,
  }

  it.each(secretTexts.map(([what]) => what))('%s is warned of', (what) => {
    expect(linesWith({ note: `see ${examples[what]}` })).toEqual([warn(what, 'note')])
  })

  it.each([
    ['password', 'a password'],
    ['dbPassword', 'a password'],
    ['DB_PASSWORD', 'a password'],
    ['clientSecret', 'a secret'],
    ['api-key', 'an api key'],
    ['accessToken', 'a token'],
  ])('a text called %s is warned of', (key, what) => {
    expect(linesOf({ versions: [version('pay', '1.0.0', 'main', { [key]: 'hunter2' })] })).toEqual([
      expect.stringContaining(`this looks like ${what} in plain text`),
    ])
  })

  it.each([
    ['existingSecret', 'pay-db'],
    ['secretName', 'pay-db'],
    ['passwordFile', '/run/db'],
    ['tokenizer', 'words'],
    ['password', ''],
    ['password', '${cluster.name}'],
    ['imagePullSecret', 'registry'],
  ])('%s: %j is not', (key, value) => {
    expect(linesWith({ [key]: value }).filter((line) => line.includes('plain text'))).toEqual([])
  })
})

it('an error about some clusters freezes the service there, and nowhere else', () => {
  const clusters = [cluster('devel-1', 'devel'), cluster('prod-1', 'prod'), cluster('canary-1', 'canary')]
  const catalog = catalogOf({
    clusters: clusters.map((each) =>
      each.name === 'prod-1' ? each : { ...each, labels: { ...each.labels, region: 'eu' } },
    ),
    versions: [version('pay', '1.0.0', 'main', { region: '${cluster.labels.region}' })],
  })
  const frozen = freezes(catalog, checkCatalog(catalog))
  expect(frozen.reasonOf('pay')).toBeUndefined()
  expect([...frozen.placementsOf('pay')]).toEqual([
    ['prod-1', 'services/pay/versions/1.0.0.yaml: cluster prod-1 has no label "region"'],
  ])
})
