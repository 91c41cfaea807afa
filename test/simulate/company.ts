import { formatInstant } from '../../src/core/domain/time.ts'

/** Catalogs as people would write them, from a few words. */
export interface GroupWords {
  readonly name: string
  readonly clusters: number
  readonly after?: readonly string[]
  readonly waves?: readonly (number | string)[]
  readonly soak?: number
  readonly deadline?: number
  readonly promotionSoak?: number
  readonly mode?: 'auto' | 'manual'
  readonly maxUnhealthy?: number | string
  readonly maxSilent?: number | string
  readonly onFailure?: 'rollback' | 'halt'
  readonly supersede?: 'finish-wave' | 'immediate' | 'queue'
}

export interface ServiceWords {
  readonly name: string
  readonly version: string
  readonly dependsOn?: readonly string[]
  readonly tier?: 'foundation' | 'standard'
  /** Group that it targets only; absent: all. */
  readonly only?: string
}

export interface SettingsWords {
  /** Of one pull request. */
  readonly maxClusters?: number
  readonly changeBudgets?: readonly {
    readonly per: string
    readonly max: number | string
    readonly within: string
  }[]
}

/** A catalog of groups with their clusters and of services with one version each, by path. */
export function companyFiles(
  groups: readonly GroupWords[],
  services: readonly ServiceWords[],
  { maxClusters = 250, changeBudgets = [] }: SettingsWords = {},
): Map<string, string> {
  return new Map([
    [
      'halyard.yaml',
      document('Settings', 'company', {
        fleet: { url: 'https://git.example.com/fleet.git', branch: 'main' },
        silentAfter: '90s',
        pullRequests: { maxClusters },
        changeBudgets,
      }),
    ],
    [
      'chart-repositories/main.yaml',
      document('ChartRepository', 'main', { type: 'http', url: 'https://charts.example.com' }),
    ],
    ...groups.map((group): [string, string] => [`deployment-groups/${group.name}.yaml`, groupText(group)]),
    ...groups.flatMap(({ name, clusters }) =>
      Array.from({ length: clusters }, (_, number) => clusterFile(`${name}-${number}`, name)),
    ),
    ...services.flatMap((service) => [
      [`services/${service.name}/service.yaml`, serviceText(service)] as [string, string],
      versionFile(service.name, service.version),
    ]),
  ])
}

/** A `broken` size asks for more memory than any node has. */
export function clusterFile(
  name: string,
  group: string,
  size = 'small',
  decommission = false,
): [string, string] {
  return [
    `clusters/${name}.yaml`,
    document(
      'Cluster',
      name,
      { metadata: { size }, ...(decommission ? { decommission } : {}) },
      { labels: { env: group } },
    ),
  ]
}

/** `badIn`: the group in which this version asks for more memory than any node has. */
export function versionFile(
  service: string,
  version: string,
  badIn?: string,
  requires: readonly { readonly service: string; readonly version: string }[] = [],
): [string, string] {
  const tooMuch = [
    "cluster.metadata.size == 'broken'",
    ...(badIn === undefined ? [] : [`cluster.labels.env == '${badIn}'`]),
  ]
  const memory = `\${${tooMuch.join(' || ')} ? '512Gi' : '64Mi'}`
  const digest = Buffer.from(`${service} ${version}`).toString('hex').padEnd(64, '0').slice(0, 64)
  return [
    `services/${service}/versions/${version}.yaml`,
    document('ServiceVersion', `${service}-${version}`, {
      service,
      version,
      chart: { repository: 'main', name: 'web', version: '1.0.0', digest: `sha256:${digest}` },
      values: {
        tag: version,
        where: '${cluster.name}',
        size: '${cluster.metadata.size}',
        resources: { requests: { memory } },
      },
      requires,
      source: { author: 'ana@example.com' },
    }),
  ]
}

export function holdFile(name: string, scope: { service?: string; group?: string }): [string, string] {
  return [`directives/${name}.yaml`, document('Hold', name, { ...scope, reason: 'an incident' })]
}

export function rollbackFile(name: string, service: string, group: string, from: string): [string, string] {
  return [`directives/${name}.yaml`, document('Rollback', name, { service, group, from, reason: 'slow' })]
}

export function retryFile(name: string, service: string, group: string, at: number): [string, string] {
  return [
    `directives/${name}.yaml`,
    document('Retry', name, { service, group, at: formatInstant(at), reason: 'mended' }),
  ]
}

function groupText(group: GroupWords): string {
  const { name, after = [], waves = [1, '100%'], soak = 20, deadline = 600, promotionSoak = 0 } = group
  const {
    mode = 'auto',
    maxUnhealthy = 0,
    maxSilent = 0,
    onFailure = 'rollback',
    supersede = 'finish-wave',
  } = group
  return document('DeploymentGroup', name, {
    clusterSelector: { matchLabels: { env: name } },
    after,
    promotion: { mode, soak: `${promotionSoak}s` },
    strategy: {
      waves,
      soak: `${soak}s`,
      deadline: `${deadline}s`,
      maxUnhealthy,
      maxSilent,
      onFailure,
      supersede,
    },
  })
}

/** The service's document with other targets. */
export function targetsFile(words: ServiceWords, targets: object | 'none'): [string, string] {
  return [`services/${words.name}/service.yaml`, serviceText(words, targets)]
}

/** Agrees to what is called by a digest. */
export function approveFile(name: string, digest: string): [string, string] {
  return [`directives/${name}.yaml`, document('Approve', name, { digest, reason: 'agreed' })]
}

function serviceText(
  { name, dependsOn = [], tier = 'standard', only }: ServiceWords,
  targets: object | 'none' = only === undefined ? { all: true } : { matchLabels: { env: only } },
): string {
  return document('Service', name, {
    owner: `team-${name}`,
    namespace: name,
    tier,
    targets,
    dependsOn,
  })
}

/** JSON is YAML. */
function document(kind: string, name: string, spec: object, metadata: object = {}): string {
  return `${JSON.stringify({ apiVersion: 'halyard.dev/v1', kind, metadata: { name, ...metadata }, spec }, null, 1)}\n`
}
