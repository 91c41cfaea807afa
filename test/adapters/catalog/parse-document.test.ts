import { describe, expect, it } from 'vitest'
import { directiveKinds } from '../../../src/adapters/catalog/documents/kinds.ts'
import { classifyPath } from '../../../src/adapters/catalog/layout.ts'
import { applyFiles } from '../../../src/adapters/catalog/sections.ts'
import { smallCatalog } from './build-catalog.ts'

function filesOf(path: string, text: string) {
  const sections = applyFiles(new Map(), [{ path, text }], [])
  return [...sections.values()].flatMap((section) => [...section.values()])
}

function findingsOf(path: string, text: string) {
  return filesOf(path, text).flatMap(({ findings }) => findings)
}

function entryOf(path: string, text: string) {
  return filesOf(path, text)[0]?.entry
}

/** Findings of a document of the small catalog after replacing a part of it, each as one line. */
function linesAfter(path: string, part: string, replacement: string): readonly string[] {
  const text = smallCatalog()[path] ?? ''
  expect(text).toContain(part)
  return findingsOf(path, text.replace(part, replacement)).map(({ position, field, message, remedy }) => {
    const marked = position?.text.slice(position.column - 1, position.column - 1 + position.length)
    return `[${marked}] ${field.join('.')}: ${message}; ${remedy}`
  })
}

const service = 'services/payments/service.yaml'
const version = 'services/payments/versions/1.9.0.yaml'
const group = 'deployment-groups/prod.yaml'
const repository = 'chart-repositories/main.yaml'

describe('what breaks a schema', () => {
  it.each([
    [
      'an unknown field that is nearly a known one',
      [service, 'namespace: shop', 'namespace: shop, teir: standard'],
      '[teir] spec.teir: there is no field teir here; did you mean tier?',
    ],
    [
      'an unknown field',
      ['clusters/prod.yaml', 'spec:', 'spec:\n  size: large'],
      '[size] spec.size: there is no field size here; its fields are metadata, decommission, connection',
    ],
    [
      'a missing field',
      [service, 'owner: team-payments, ', ''],
      '[{namespace: shop, targets: {all: true}}] spec.owner: owner is missing; add owner',
    ],
    [
      'an empty selector',
      [service, '{all: true}', '{}'],
      '[{}] spec.targets: is empty; write a selector of at least one part (all: true selects every cluster)',
    ],
    [
      'another word than none',
      [service, '{all: true}', 'all'],
      '[all] spec.targets: "all" is not accepted here; write "none"',
    ],
    [
      'In without values',
      [service, '{all: true}', '{matchExpressions: [{key: env, operator: In}]}'],
      '[{key: env, operator: In}] spec.targets.matchExpressions.0.values: values is missing; add values',
    ],
    [
      'Exists with values',
      [service, '{all: true}', '{matchExpressions: [{key: env, operator: Exists, values: [a]}]}'],
      '[values] spec.targets.matchExpressions.0.values: does not belong here; remove it',
    ],
    [
      'a duration in words',
      [group, 'soak: 1h30m', 'soak: 30 minutes'],
      '[30 minutes] spec.strategy.soak: "30 minutes" is not accepted here; write a duration such as 20s, 30m, 4h or 1h30m',
    ],
    [
      'a duration without a unit',
      [group, 'soak: 1h30m', 'soak: 30'],
      '[30] spec.strategy.soak: 30 is read as the number, where a text is wanted; write a duration such as 20s, 30m, 4h or 1h30m, in quotes',
    ],
    [
      'a share beyond all',
      [group, '50%', '150%'],
      '[150%] spec.strategy.waves.1: "150%" is not accepted here; write a count such as 3 or a percentage such as 10% (at most 100%)',
    ],
    [
      'a mutable chart reference',
      [version, `sha256:${'0'.repeat(64)}`, 'latest'],
      '["latest"] spec.chart.digest: "latest" is not accepted here; write sha256: and 64 hex digits; a version alone is a mutable reference',
    ],
    [
      'a label that YAML reads as a boolean',
      ['clusters/prod.yaml', 'env: prod', 'env: prod, canary: true'],
      '[true] metadata.labels.canary: true is read as the boolean, where a text is wanted; quote it: "true"',
    ],
    [
      'a label key that Kubernetes refuses',
      ['clusters/prod.yaml', 'env: prod', '"my label": x'],
      '["my label"] metadata.labels.my label: "my label" is not accepted here; write a Kubernetes label key',
    ],
    [
      'a kind in the wrong folder',
      ['clusters/prod.yaml', 'kind: Cluster', 'kind: Service'],
      '[Service] kind: a Service has another place than this; this file holds kind: Cluster',
    ],
    [
      'a kind that does not exist',
      ['directives/quiet.yaml', 'kind: Hold', 'kind: Halt'],
      `[Halt] kind: there is no kind "Halt"; this file holds kind: ${directiveKinds.join(' or kind: ')}`,
    ],
    [
      'a URL that does not fit the type',
      ['chart-repositories/main.yaml', 'type: http', 'type: oci'],
      '["https://charts.example.com"] spec.url: "https://charts.example.com" is not accepted here; write a URL that starts with oci://, as type is oci',
    ],
    [
      'a signature that is checked against nobody',
      [repository, 'type: http, url: "https', 'type: oci, verify: {provider: cosign}, url: "oci'],
      '[{provider: cosign}] spec.verify.matchOIDCIdentity: matchOIDCIdentity is missing; add matchOIDCIdentity',
    ],
    [
      'a signature over HTTP, which clusters can not check',
      [repository, 'type: http', 'type: http, verify: {provider: notation, secretRef: keys}'],
      '[verify] spec.verify: does not belong here; remove it',
    ],
    [
      'a secret value instead of a reference',
      [version, 'values:', 'secrets: [{path: a, value: hunter2}]\n  values:'],
      '[value] spec.secrets.0.value: there is no field value here; its fields are path, key, target',
    ],
    [
      'a target as helm --set would read it',
      [version, 'values:', 'secrets: [{path: a, target: "env[0].value"}]\n  values:'],
      '["env[0].value"] spec.secrets.0.target: "env[0].value" is not accepted here; write names of values with dots between them, such as db.password',
    ],
    [
      'a value from two secrets',
      [version, 'values:', 'secrets: [{path: a, target: db.password}, {path: b, target: db}]\n  values:'],
      '[db] spec.secrets.1.target: another secret sets db.password already; give each value one secret',
    ],
    [
      'a range that is none',
      [version, 'values:', 'requires: [{service: ledger, version: ">= one"}]\n  values:'],
      '[">= one"] spec.requires.0.version: ">= one" is no version range; write a range such as >=1.5 or ^2.0.0',
    ],
    [
      'a version that requires its own service',
      [version, 'values:', 'requires: [{service: payments, version: "1"}]\n  values:'],
      '[payments] spec.requires.0.service: payments can not require itself; remove the requirement',
    ],
    [
      'a service that is required twice',
      [
        version,
        'values:',
        'requires: [{service: ledger, version: ">1"}, {service: ledger, version: "<3"}]\n  values:',
      ],
      '[ledger] spec.requires.1.service: ledger is required twice; write one range, such as >=1.5 <3',
    ],
    [
      'another name than the file',
      ['clusters/prod.yaml', 'name: prod', 'name: produ'],
      '[produ] metadata.name: the name produ is not the one of the file; write name: prod, or rename the file',
    ],
    [
      'a kubeconfig outside of the folder for them',
      ['clusters/prod.yaml', 'spec:', 'spec:\n  connection: { kubeconfig: { file: ../../etc/passwd } }'],
      '[../../etc/passwd] spec.connection.kubeconfig.file: "../../etc/passwd" is not accepted here; write the name of a file, without a folder',
    ],
    [
      'another version than the file',
      [version, '\n  version: 1.9.0', '\n  version: 1.9.1'],
      "[1.9.1] spec.version: this file's place stands for payments-1.9.0, not payments-1.9.1; move it to services/payments/versions/1.9.1.yaml",
    ],
    [
      'the service of another folder',
      [version, 'service: payments', 'service: ledger'],
      "[ledger] spec.service: this file's place stands for payments-1.9.0, not ledger-1.9.0; move it to services/ledger/versions/1.9.0.yaml",
    ],
  ] as const)('%s', (_, [path, part, replacement], line) => {
    expect(linesAfter(path, part, replacement)).toEqual([line])
  })

  it('is not in the name of a credential that the controller has', () => {
    const connection = 'spec:\n  connection: { kubeconfig: { file: eu.kubeconfig, context: prod } }'
    expect(linesAfter('clusters/prod.yaml', 'spec:', connection)).toEqual([])
    const text = (smallCatalog()['clusters/prod.yaml'] ?? '').replace('spec:', connection)
    expect(entryOf('clusters/prod.yaml', text)).toMatchObject({
      value: { connection: { kubeconfig: { file: 'eu.kubeconfig', context: 'prod' } } },
    })
  })

  it('is told all at once', () => {
    const text = 'apiVersion: halyard.dev/v2\nkind: Cluster\nmetadata: {name: Prod}\nspec: {a: 1, b: 2}\n'
    expect(
      findingsOf('clusters/Prod.yaml', text)
        .map(({ field }) => field.join('.'))
        .toSorted(),
    ).toEqual(['apiVersion', 'metadata.name', 'spec.a', 'spec.b'])
  })
})

describe('what a document becomes', () => {
  it('a version with all that it may need beside its chart', () => {
    const fields = [
      'secrets: [{path: "pay/${cluster.name}", key: password, target: db.password}, {path: pay/common}]',
      'patches: [{target: {kind: Deployment}, patch: "- {op: remove, path: /spec/replicas}"}]',
      'requires: [{service: ledger, version: ">=1.5"}]',
      'irreversible: true',
    ]
    const text = (smallCatalog()[version] ?? '').replace('values:', `${fields.join('\n  ')}\n  values:`)
    expect(entryOf(version, text)).toMatchObject({
      kind: 'version',
      value: {
        secrets: [
          { path: 'pay/${cluster.name}', key: 'password', target: 'db.password' },
          { path: 'pay/common', key: undefined, target: undefined },
        ],
        patches: [{ target: { kind: 'Deployment' }, patch: '- {op: remove, path: /spec/replicas}' }],
        requires: [{ service: 'ledger', range: '>=1.5' }],
        irreversible: true,
      },
    })
  })

  it('a chart repository with references to credentials and keys', () => {
    const verify = 'verify: {provider: cosign, matchOIDCIdentity: [{issuer: ^a$, subject: ^b$}]}'
    const text = (smallCatalog()[repository] ?? '')
      .replace('type: http', `type: oci, secretRef: login, certSecretRef: tls, ${verify}`)
      .replace('https:', 'oci:')
    expect(entryOf(repository, text)).toMatchObject({
      kind: 'chartRepository',
      value: {
        secretRef: 'login',
        certSecretRef: 'tls',
        verification: {
          provider: 'cosign',
          secretRef: undefined,
          identities: [{ issuer: '^a$', subject: '^b$' }],
        },
      },
    })
  })
})

describe('what a broken document stops', () => {
  it.each([
    ['halyard.yaml', 'x: 1', { kind: 'catalog' }],
    ['clusters/a.yaml', 'x: 1', { kind: 'cluster', name: 'a' }],
    ['deployment-groups/a.yaml', 'x: 1', { kind: 'group', name: 'a' }],
    ['chart-repositories/a.yaml', 'x: 1', { kind: 'chartRepository', name: 'a' }],
    ['services/a/service.yaml', 'x: 1', { kind: 'service', name: 'a' }],
    ['services/a/versions/1.0.0.yaml', '[', { kind: 'service', name: 'a' }],
    ['directives/a.yaml', '[', { kind: 'catalog' }],
    ['directives/a.yaml', 'kind: Hold\nspec: {service: pay}\n', { kind: 'service', name: 'pay' }],
    ['templates/namespace.yaml', 'x: 1', { kind: 'catalog' }],
  ])('%s', (path, text, scope) => {
    const scopes = findingsOf(path, text).map((finding) => finding.scope)
    expect(scopes.length).toBeGreaterThan(0)
    expect(scopes.every((found) => JSON.stringify(found) === JSON.stringify(scope))).toBe(true)
  })
})

describe('where documents are read', () => {
  it.each([
    'README.md',
    '.github/workflows/a.yaml',
    'docs/a.yaml',
    'clusters/README.md',
    'constructor/a.yaml',
  ])('ignores %s', (path) => {
    expect(classifyPath(path)).toEqual({ kind: 'other' })
  })

  it.each([
    'clusters/eu/a.yaml',
    'clusters/a.yml',
    'services/a.yaml',
    'services/a/values.yaml',
    'services/a/versions/old/1.0.0.yaml',
    'templates/secret.yaml',
  ])('reports %s, which somebody expects to count', (path) => {
    expect(findingsOf(path, 'a: 1\n')).toMatchObject([
      { severity: 'error', message: 'no document is read at this path' },
    ])
  })
})

describe('the forge of the fleet', () => {
  const withForge = (forge: string): string =>
    (smallCatalog()['halyard.yaml'] ?? '').replace('.git"}', `.git", forge: ${forge}}`)

  it.each([
    ['{type: local}', { type: 'local' }],
    [
      '{type: github, repository: acme/fleet, token: {env: FORGE_TOKEN}}',
      { type: 'github', repository: 'acme/fleet', token: { env: 'FORGE_TOKEN' } },
    ],
    [
      '{type: github, apiUrl: "https://git.acme.example/api/v3", repository: acme/fleet, app: {id: "12", installation: 3, privateKey: {file: /run/key.pem}}}',
      {
        type: 'github',
        apiUrl: 'https://git.acme.example/api/v3',
        repository: 'acme/fleet',
        app: { id: '12', installation: 3, privateKey: { file: '/run/key.pem' } },
      },
    ],
    [
      '{type: gitea, url: "http://git.acme.example/forge", repository: acme/fleet, token: {file: /run/token}}',
      {
        type: 'gitea',
        url: 'http://git.acme.example/forge',
        repository: 'acme/fleet',
        token: { file: '/run/token' },
      },
    ],
  ])('may be %s', (forge, expected) => {
    const text = withForge(forge)
    expect(findingsOf('halyard.yaml', text)).toEqual([])
    expect(entryOf('halyard.yaml', text)).toMatchObject({ value: { fleet: { forge: expected } } })
  })

  it.each([
    '{type: gitlab, repository: acme/fleet}',
    '{type: local, token: {env: FORGE_TOKEN}}',
    '{type: github, token: {env: FORGE_TOKEN}}',
    '{type: github, repository: fleet, token: {env: FORGE_TOKEN}}',
    '{type: github, repository: acme/fleet/main, token: {env: FORGE_TOKEN}}',
    '{type: github, repository: acme/fleet, token: ghp_plain}',
    '{type: github, repository: acme/fleet, token: {value: ghp_plain}}',
    '{type: github, repository: acme/fleet, token: {env: A, file: /run/token}}',
    '{type: github, repository: acme/fleet, token: {file: token}}',
    '{type: github, repository: acme/fleet, app: {id: "12"}}',
    '{type: github, apiUrl: "http://git.acme.example/api/v3", repository: acme/fleet, token: {env: A}}',
    '{type: github, apiUrl: "https://ana:pw@git.acme.example", repository: acme/fleet, token: {env: A}}',
    '{type: gitea, repository: acme/fleet, token: {env: FORGE_TOKEN}}',
    '{type: gitea, url: "https://git.acme.example", repository: acme/fleet}',
    '{type: gitea, url: "https://ana:pw@git.acme.example", repository: acme/fleet, token: {env: A}}',
  ])('may not be %s', (forge) => {
    const findings = findingsOf('halyard.yaml', withForge(forge))
    expect(findings).not.toEqual([])
    for (const { field, severity } of findings) {
      expect(severity).toBe('error')
      expect(field.slice(0, 3)).toEqual(['spec', 'fleet', 'forge'])
    }
  })
})

describe('URLs', () => {
  const settings = (url: string) =>
    findingsOf(
      'halyard.yaml',
      (smallCatalog()['halyard.yaml'] ?? '').replace('https://git.example.com/fleet.git', url),
    )

  it.each([
    'https://git.example.com/fleet.git',
    'ssh://git@git.example.com/fleet.git',
    'file:///srv/fleet.git',
  ])('may be %s', (url) => {
    expect(settings(url)).toEqual([])
  })

  it.each([
    'https://user:password@git.example.com/fleet.git',
    'git@git.example.com:fleet.git',
    '--upload-pack=x',
  ])('may not be %s', (url) => {
    expect(settings(url)).toHaveLength(1)
  })
})
