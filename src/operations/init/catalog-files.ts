import { KnownError } from '../known-error.ts'
import { quoted, requireCodeOwner, requireName } from '../authoring/names.ts'
import { schemaNote, schemaFolder } from './schema-note.ts'

export interface CatalogNames {
  /** Of the installation. */
  readonly name: string
  readonly fleetUrl: string
  readonly service: string
  /** Team that owns the service. */
  readonly owner: string
  readonly chartRepository: string
  /** As the forge writes them: `@org/team`. */
  readonly platformTeam: string
  readonly ownerTeam: string
  /** Of the package: pull requests are validated by this one. */
  readonly halyardVersion: string
}

/**
 * A whole catalog to begin with: three groups with a cluster each, a chart repository, and a service with one version.
 * `halctl validate` finds nothing in it. `schemas`: what editors check files against, by name. Throws `KnownError` for
 * names that can not be.
 */
export function catalogFiles(
  names: CatalogNames,
  schemas: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  requireNames(names)
  const { service } = names
  return new Map([
    ...[...schemas].map(([name, text]) => [`${schemaFolder}/${name}`, text] as const),
    ['.gitattributes', `${schemaFolder}/** linguist-generated\n`],
    ['.github/workflows/validate.yaml', workflow(names)],
    ['CODEOWNERS', codeowners(names)],
    ['README.md', readme(names)],
    ['chart-repositories/main.yaml', chartRepository(names)],
    ['clusters/devel-1.yaml', cluster('devel-1', 'devel', false)],
    ['clusters/prod-1.yaml', cluster('prod-1', 'prod', false)],
    ['clusters/prod-canary-1.yaml', cluster('prod-canary-1', 'prod', true)],
    ['deployment-groups/devel.yaml', devel],
    ['deployment-groups/prod-canary.yaml', prodCanary],
    ['deployment-groups/prod.yaml', prod],
    ['directives/README.md', directives],
    ['halyard.yaml', settings(names)],
    [`services/${service}/service.yaml`, serviceFile(names)],
    [`services/${service}/versions/0.1.0.yaml`, version(names)],
  ])
}

function requireNames(names: CatalogNames): void {
  requireName('catalog', names.name)
  requireName('service', names.service, 53)
  const wrong = (what: string, value: string, remedy: string): never => {
    throw new KnownError(`${quoted(value)} is no ${what}`, remedy)
  }
  if (!/^((https?|file):\/\/|ssh:\/\/([-a-z0-9._]+@)?)[!-?A-~]+$/.test(names.fleetUrl))
    wrong(
      'URL of a Git repository',
      names.fleetUrl,
      'give one such as https://git.example.com/platform/fleet.git',
    )
  if (!/^(oci|https?):\/\/[!-?A-~]+$/.test(names.chartRepository))
    wrong(
      'URL of a chart repository',
      names.chartRepository,
      'give one such as oci://registry.example.com/charts',
    )
  if (!/^[A-Za-z0-9][\w .-]{0,99}$/.test(names.owner))
    wrong('name of a team', names.owner, 'give letters, digits, ".", "_" and "-"')
  for (const team of [names.platformTeam, names.ownerTeam]) requireCodeOwner(team)
}

const head = (kind: string, name: string, path: string): string =>
  `${schemaNote(kind, path)}apiVersion: halyard.dev/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`

function settings({ name, fleetUrl }: CatalogNames): string {
  return `${head('Settings', name, 'halyard.yaml')}spec:
  # The repository that Halyard writes and the clusters read: halctl init fleet makes one.
  fleet:
    url: ${JSON.stringify(fleetUrl)}
    branch: main
  # A cluster that reported nothing for so long counts as silent: neither healthy nor failed.
  silentAfter: 10m
`
}

function chartRepository({ chartRepository: url }: CatalogNames): string {
  return `${head('ChartRepository', 'main', 'chart-repositories/main.yaml')}spec:
  type: ${url.startsWith('oci://') ? 'oci' : 'http'}
  url: ${JSON.stringify(url)}
`
}

function cluster(name: string, env: string, isCanary: boolean): string {
  const labels = [`env: ${env}`, ...(isCanary ? ['canary: "true"'] : []), 'region: eu-west-1']
  return `${head('Cluster', name, `clusters/${name}.yaml`)}  # Groups and services select clusters by these, and values may read them: \${cluster.labels.region}
  labels:
${labels.map((label) => `    ${label}\n`).join('')}spec:
  # Facts of any form, for values: \${cluster.metadata.size}
  metadata:
    size: small
`
}

const devel = `${head('DeploymentGroup', 'devel', 'deployment-groups/devel.yaml')}spec:
  clusterSelector:
    matchLabels:
      env: devel
  strategy:
    # How many clusters have the new version after each wave.
    waves: [1, 100%]
    # Each cluster of a wave has been healthy for so long before the next wave opens.
    soak: 5m
    # Not healthy by then: failed.
    deadline: 20m
`

const prodCanary = `${head('DeploymentGroup', 'prod-canary', 'deployment-groups/prod-canary.yaml')}spec:
  clusterSelector:
    matchLabels:
      env: prod
      canary: "true"
  # A version comes here once it was proven there, for as long as the promotion soaks.
  after: [devel]
  promotion:
    soak: 30m
  strategy:
    waves: [1, 100%]
    soak: 30m
    deadline: 20m
`

const prod = `${head('DeploymentGroup', 'prod', 'deployment-groups/prod.yaml')}spec:
  clusterSelector:
    matchLabels:
      env: prod
    matchExpressions:
      - { key: canary, operator: NotIn, values: ["true"] }
  after: [prod-canary]
  promotion:
    soak: 4h
  strategy:
    waves: [1, 10%, 50%, 100%]
    soak: 30m
    deadline: 20m
    # So many may fail before the version goes back everywhere; none in the first wave.
    maxUnhealthy: 2%
    # Early waves stay in one region.
    failureDomain: region
`

function serviceFile({ service, owner }: CatalogNames): string {
  return `${head('Service', service, `services/${service}/service.yaml`)}spec:
  owner: ${owner}
  # Namespace and release name never change.
  namespace: ${service}
  targets:
    all: true
`
}

function version({ service, owner }: CatalogNames): string {
  const path = `services/${service}/versions/0.1.0.yaml`
  return `${head('ServiceVersion', `${service}-0.1.0`, path)}spec:
  service: ${service}
  version: 0.1.0
  chart:
    repository: main
    name: ${service}
    version: 0.1.0
    # Of the chart itself; this one stands for none. halctl new-version --resolve-digest asks the repository.
    digest: sha256:${'0'.repeat(64)}
  values:
    image:
      tag: "0.1.0"
    replicas: "\${cluster.metadata.size == 'large' ? 6 : 2}"
    env:
      REGION: \${cluster.labels.region}
  source:
    author: ${owner}
    changelog: The first version
`
}

function codeowners({ platformTeam, ownerTeam, service }: CatalogNames): string {
  return `# Who may merge what. The last line that matches counts. Whoever merges here decides what clusters run.

*                       ${platformTeam}

# Versions and settings of a service belong to those who run it.
/services/${`${service}/`.padEnd(14)} ${ownerTeam}

# Holds, pins and rollbacks: people in an incident must not wait for a review that nobody can give.
/directives/            ${ownerTeam} ${platformTeam}
`
}

function workflow({ halyardVersion }: CatalogNames): string {
  return `# A pull request that would be an error in the catalog is told so, file by file, before it is merged.
name: validate

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  validate:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4.2.2
        with:
          # Versions never change: that is checked against the history.
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-node@v4.1.0
        with:
          node-version: 24
      - run: npm install --global halyard@${halyardVersion}
      - run: halctl validate --strict --catalog .

      - name: What it changes on the clusters
        if: github.event_name == 'pull_request'
        env:
          BASE: \${{ github.event.pull_request.base.sha }}
        run: |
          set -euo pipefail
          {
            echo '\`\`\`diff'
            halctl diff --catalog . --from "$BASE" --no-color | head -c 900000
            echo '\`\`\`'
          } >> "$GITHUB_STEP_SUMMARY"
`
}

function readme({ name, service, fleetUrl }: CatalogNames): string {
  return `# Catalog of ${name}

What runs in our clusters, as files that people write. Merge a version and Halyard brings it to every cluster that its service
targets, wave by wave, on proof of health; what it writes is in the fleet repository: ${fleetUrl}

    halyard.yaml                            settings
    deployment-groups/<group>.yaml          devel, then prod-canary, then prod: which clusters, how fast, on what proof
    clusters/<cluster>.yaml                 one file makes a cluster exist
    chart-repositories/<name>.yaml          where charts come from
    services/<service>/service.yaml         owner, namespace, targets
    services/<service>/versions/<v>.yaml    one version; it never changes
    directives/                             orders: hold, pin, roll back, freeze; halctl writes them

## Before the first merge

1. \`halyard.yaml\`: the URL of your fleet repository (\`halctl init fleet\` makes one).
2. \`clusters/\`: your clusters, instead of the three that stand for them: \`halctl cluster add\`, \`halctl cluster remove\`.
3. \`chart-repositories/main.yaml\` and the chart of \`services/${service}\`, with its digest.
4. \`CODEOWNERS\`: your teams. Protect \`main\` and require the check \`validate\`.

## Every day

    halctl validate                                                    what is wrong here, with its remedy
    halctl new-version ${service} 0.2.0 --set image.tag=0.2.0           a version from the last one
    halctl diff ${service}                                              what that changes, and where
    halctl status ${service}                                            how far it is
    halctl hold ${service} --reason "…"                                 no further wave
    halctl rollback ${service} --group prod                             back to what ran before

Editors check every file against \`${schemaFolder}/\`, which \`halctl init schemas\` brings up to date.
`
}

const directives = `# Orders

One file is one order: a Hold, Pin, Promote, Rollback, Freeze, Cordon and so on, committed under the name of who gives it.
\`halctl\` writes them and takes them away again (\`halctl hold --help\`); so can anyone, by a pull request. This folder's
history is the audit log.
`
