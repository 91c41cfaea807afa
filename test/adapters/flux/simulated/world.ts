import { createMemoryRepository } from '../../../../src/adapters/git/memory.ts'
import type { GitRepository, TreeChange } from '../../../../src/adapters/git/port.ts'
import { createSimulatedFleet } from '../../../../src/adapters/flux/simulated/fleet.ts'
import type {
  SimulatedClusterSpec,
  SimulatedFleet,
  SimulatedFleetDependencies,
} from '../../../../src/adapters/flux/simulated/fleet.ts'
import type { Condition, PlacementReport } from '../../../../src/core/domain/report.ts'

export const start = 1_800_000_000

/** A fleet repository, clusters that read it, and the time. */
export interface World {
  readonly repository: GitRepository
  readonly clock: { now(): number; set(now: number): void }
  readonly saved: { text: string | undefined; count: number }
  fleet: SimulatedFleet
  commit(changes: readonly TreeChange[]): Promise<string>
  /** Advances second by second to `start + seconds`. */
  walkTo(seconds: number): Promise<void>
  /** Advances in one leap. */
  leapTo(seconds: number): Promise<void>
  /** Another process with the saved state. */
  restart(): void
  report(cluster: string, service: string): PlacementReport | undefined
}

export function createWorld(
  specs: readonly SimulatedClusterSpec[],
  options: Pick<SimulatedFleetDependencies, 'behaviour'> = {},
): World {
  const repository = createMemoryRepository()
  let now = start
  const saved: World['saved'] = { text: undefined, count: 0 }
  const create = () =>
    createSimulatedFleet({
      ...options,
      repository,
      branch: 'main',
      clock: { now: () => now },
      state: {
        load: () => saved.text,
        save: (text) => {
          saved.text = text
          saved.count += 1
        },
      },
      clusters: () => specs,
    })
  const leap = async (seconds: number) => {
    now = start + seconds
    await world.fleet.advance()
  }
  const world: World = {
    repository,
    clock: { now: () => now, set: (instant) => (now = instant) },
    saved,
    fleet: create(),
    commit: (changes) => commit(repository, changes, now),
    walkTo: async (seconds) => {
      for (let second = now + 1 - start; second <= seconds; second++) await leap(second)
    },
    leapTo: leap,
    restart: () => (world.fleet = create()),
    report: (cluster, service) =>
      world.fleet.inspect(cluster)?.placements.find((placement) => placement.name === service),
  }
  return world
}

async function commit(
  repository: GitRepository,
  changes: readonly TreeChange[],
  time: number,
): Promise<string> {
  const parent = await repository.resolve('refs/heads/main')
  const author = { name: 'Halyard', email: 'halyard@example.com' }
  const [oid] = await repository.writeCommits([{ parent, changes, message: 'change', author, time }])
  if (oid === undefined) throw new Error('no commit')
  await repository.updateRefs([{ ref: 'refs/heads/main', expected: parent, to: oid }])
  return oid
}

/** What makes a cluster follow its directory. */
export function syncFiles(cluster: string, interval = '10s'): readonly TreeChange[] {
  const text = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: flux-system, namespace: flux-system }
spec: { interval: ${interval}, url: 'https://git.example.com/fleet', ref: { branch: main } }
---
${kustomization('flux-system', `./clusters/${cluster}/flux-system`)}
---
${kustomization('namespaces', `./clusters/${cluster}/namespaces`)}`
  return [
    { path: `clusters/${cluster}/flux-system/sync.yaml`, text },
    marker(`clusters/${cluster}/namespaces`),
  ]
}

export function namespaceFiles(cluster: string, namespace: string, dependsOn = ''): readonly TreeChange[] {
  const text = `apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: halyard, namespace: ${namespace} }
---
${kustomization(`apps-${namespace}`, `./clusters/${cluster}/apps/${namespace}`, dependsOn)}`
  return [
    { path: `clusters/${cluster}/namespaces/${namespace}.yaml`, text },
    marker(`clusters/${cluster}/apps/${namespace}`),
  ]
}

export interface ServiceOptions {
  readonly namespace?: string
  readonly digest?: string
  readonly memory?: string
  readonly replicas?: number
  /** YAML of further fields of the spec, one a line. */
  readonly spec?: readonly string[]
  readonly source?: 'HelmChart' | 'OCIRepository' | 'none'
}

export const oldDigest = `sha256:${'0'.repeat(64)}`
export const newDigest = `sha256:${'1'.repeat(64)}`

export function servicePath(cluster: string, service: string, namespace = 'shop'): string {
  return `clusters/${cluster}/apps/${namespace}/${service}.yaml`
}

export function serviceFile(cluster: string, service: string, options: ServiceOptions = {}): TreeChange {
  const { namespace = 'shop', digest = oldDigest, memory = '64Mi', replicas = 2, spec = [] } = options
  const kind = options.source === 'OCIRepository' ? 'OCIRepository' : 'HelmChart'
  const name = `${service}-${digest.slice(7, 15)}`
  const text = `# Written by Halyard
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: ${service}, namespace: ${namespace} }
spec:
  interval: 10m
  timeout: 20s
  releaseName: ${service}
  chartRef: { kind: ${kind}, name: ${name} }
  install: { remediation: { retries: 1 } }
  upgrade: { remediation: { retries: 0, remediateLastFailure: true, strategy: rollback } }
  values: { replicas: ${replicas}, resources: { requests: { memory: ${memory} } } }
${spec.map((line) => `  ${line}\n`).join('')}---
apiVersion: source.toolkit.fluxcd.io/v1
kind: ${kind}
metadata:
  name: ${name}
  namespace: ${namespace}
  annotations: ${options.source === 'none' ? '{}' : `{ halyard.dev/chart-digest: '${digest}' }`}
spec: { interval: 60m, ${kind === 'HelmChart' ? `chart: ${service}, version: 1.0.0` : `url: 'oci://charts/${service}'`} }
`
  return { path: servicePath(cluster, service, namespace), text }
}

/** A cluster with one namespace and these services. */
export function clusterFiles(cluster: string, services: readonly TreeChange[]): readonly TreeChange[] {
  return [...syncFiles(cluster), ...namespaceFiles(cluster, 'shop'), ...services]
}

export function conditionOf(report: PlacementReport | undefined, type: string): Condition | undefined {
  return report?.helmRelease?.status.conditions.find((condition) => condition.type === type)
}

/** `Ready False UpgradeFailed`, one a condition. */
export function conditionsOf(report: PlacementReport | undefined): readonly string[] {
  return (report?.helmRelease?.status.conditions ?? []).map(
    ({ type, status, reason }) => `${type} ${status} ${reason}`,
  )
}

function marker(folder: string): TreeChange {
  const name = folder.replaceAll('/', '-')
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: flux-system }\n`
  return { path: `${folder}/halyard.yaml`, text }
}

function kustomization(name: string, path: string, dependsOn = ''): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: ${name}, namespace: flux-system }
spec:
  interval: 10m
  path: ${path}
  prune: true
  sourceRef: { kind: GitRepository, name: flux-system }
${dependsOn}`
}
