import { createHash } from 'node:crypto'

/** Size of the measured fleet: 200 services on each of 1,000 clusters in three groups. */
export const serviceCount = 200
export const clusterCounts = { devel: 101, canary: 99, prod: 800 } as const
/** Versions of each service in the catalog; the newest one runs everywhere. */
const versionCount = 5
const namespaces = 20
const regions = ['eu-west-1', 'eu-central-1', 'us-east-1', 'us-west-2', 'ap-south-1']

export interface CatalogSize {
  readonly services: number
  /** Of each service. */
  readonly versions: number
  /** By the group's label. */
  readonly clusters: Readonly<Record<string, number>>
}

export const measuredSize: CatalogSize = {
  services: serviceCount,
  versions: versionCount,
  clusters: clusterCounts,
}

/** A catalog of `serviceCount` services and 1,000 clusters, or of another size, by path. */
export function catalogFiles(size = measuredSize): ReadonlyMap<string, string> {
  const services = Array.from({ length: size.services }, (_, index) => index)
  const versions = services.flatMap((service) =>
    Array.from({ length: size.versions }, (_, minor) => versionFile(service, `1.${minor}.0`)),
  )
  return new Map([
    [
      'halyard.yaml',
      `${head('Settings', 'bench')}spec:\n  fleet:\n    url: https://git.example.com/platform/fleet.git\n    branch: main\n  silentAfter: 10m\n`,
    ],
    [
      'chart-repositories/main.yaml',
      `${head('ChartRepository', 'main')}spec:\n  type: oci\n  url: oci://registry.example.com/charts\n`,
    ],
    ...groupFiles(),
    ...Object.entries(size.clusters).flatMap(([group, count]) => clusterFiles(group, count)),
    ...services.map(serviceFile),
    ...versions,
  ])
}

function serviceName(service: number): string {
  return `service-${String(service).padStart(3, '0')}`
}

/** Path and text of one service version, as a team's CI writes it. */
export function versionFile(index: number, version: string): readonly [string, string] {
  const service = serviceName(index)
  const digest = createHash('sha256').update(`${service} ${version}`).digest('hex')
  const text = `${head('ServiceVersion', `${service}-${version}`)}spec:
  service: ${service}
  version: ${version}
  chart:
    repository: main
    name: ${service}
    version: ${version}
    digest: sha256:${digest}
  values:
    image:
      repository: registry.example.com/teams/${service}
      tag: "${version}"
    region: \${cluster.labels.region}
    replicas: "\${cluster.metadata.size == 'large' ? 6 : 3}"
    resources:
      requests: { cpu: 250m, memory: 512Mi }
      limits: { memory: 1Gi }
    ingress:
      enabled: true
      host: ${service}.example.com
    env:
      LOG_LEVEL: info
      DATABASE_URL: postgres://db.example.com:5432/${service}?sslmode=require
  source:
    commit: "${digest.slice(0, 7)}"
    author: ana@example.com
`
  return [`services/${service}/versions/${version}.yaml`, text]
}

/** A first wave of one cluster, then a hundred in devel; a long promotion keeps the other groups at rest. */
function groupFiles(): readonly (readonly [string, string])[] {
  const group = (name: string, label: string, after: string, waves: string): readonly [string, string] => [
    `deployment-groups/${name}.yaml`,
    `${head('DeploymentGroup', name)}spec:
  clusterSelector:
    matchLabels: { env: ${label} }
${after}  promotion: { soak: 4h }
  strategy:
    waves: ${waves}
    soak: 10m
    deadline: 10m
    failureDomain: region
`,
  ]
  return [
    group('devel', 'devel', '', '[1, 100%]'),
    group('prod-canary', 'canary', '  after: [devel]\n', '[1, 100%]'),
    group('prod', 'prod', '  after: [prod-canary]\n', '[1, 10%, 50%, 100%]'),
  ]
}

function clusterFiles(env: string, count: number): readonly (readonly [string, string])[] {
  return Array.from({ length: count }, (_, index) => {
    const region = regions[index % regions.length] ?? ''
    const name = `${env}-${region}-${String(index).padStart(3, '0')}`
    const labels = `  labels:\n    env: ${env}\n    provider: aws\n    region: ${region}\n`
    const size = index % 2 === 0 ? 'large' : 'small'
    return [
      `clusters/${name}.yaml`,
      `${head('Cluster', name)}${labels}spec:\n  metadata:\n    size: ${size}\n`,
    ]
  })
}

function serviceFile(index: number): readonly [string, string] {
  const service = serviceName(index)
  const namespace = `team-${String(index % namespaces).padStart(2, '0')}`
  const spec = `spec:\n  owner: ${namespace}\n  namespace: ${namespace}\n  targets:\n    all: true\n`
  return [`services/${service}/service.yaml`, head('Service', service) + spec]
}

function head(kind: string, name: string): string {
  return `apiVersion: halyard.dev/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`
}
