import type { Fleet, FleetState } from '../../src/adapters/fleet/port.ts'
import type { FluxObserver } from '../../src/adapters/flux/port.ts'
import type { DesiredColumns } from '../../src/core/domain/placement.ts'
import type { ClusterContact, PlacementReport } from '../../src/core/domain/report.ts'
import type { Instant } from '../../src/core/domain/time.ts'
import type { ExpectedRelease } from '../../src/core/render/release-renderer.ts'

export interface HealthySources {
  /** What main desires as the controller sees it; undefined before its first look. */
  readonly state: () => FleetState | undefined
  readonly fleet: () => Pick<Fleet, 'readExpectations'>
  readonly now: () => Instant
}

/** Services reported in one read: what a real fleet says after a start arrives bit by bit as well. */
const servicesPerRead = 20

export interface HealthyClusters extends FluxObserver {
  /** Whether the last read had nothing new to tell. */
  readonly isQuiet: () => boolean
}

/** Clusters that apply everything at once and are healthy ever after: the cheapest true reports there can be. */
export function createHealthyClusters({ state, fleet, now }: HealthySources): HealthyClusters {
  const reported = new Map<string, DesiredColumns>()
  let reads = 0
  let quiet = false

  return {
    isQuiet: () => quiet,
    async read() {
      const seen = state()
      if (!seen) return { cursor: String(reads++), reports: [], contacts: [] }
      const changed = seen.services.filter((service) => reported.get(service) !== seen.desired(service))
      quiet = changed.length === 0
      const reports: PlacementReport[] = []
      for (const service of changed.slice(0, servicesPerRead)) {
        const desired = seen.desired(service)
        reports.push(...(await reportsOf(service, desired, reported.get(service), seen)))
        reported.set(service, desired)
      }
      const contacts = seen.clusters.names.map((cluster): ClusterContact => ({
        cluster,
        uid: cluster,
        at: now(),
      }))
      return { cursor: String(reads++), reports, contacts }
    },
  }

  async function reportsOf(
    service: string,
    desired: DesiredColumns,
    before: DesiredColumns | undefined,
    { clusters, head }: FleetState,
  ): Promise<readonly PlacementReport[]> {
    const expectations = await fleet().readExpectations(desired.files.slice(1).map(({ blob }) => blob))
    return clusters.names.flatMap((cluster, ordinal) => {
      const file = desired.file[ordinal] ?? 0
      const expected = expectations[file - 1]
      const isNews = before === undefined || before.file[ordinal] !== file
      return expected === undefined || !isNews
        ? []
        : [healthyReport({ cluster, service, expected, revision: `main@sha1:${head}`, at: now(), file })]
    })
  }
}

interface HealthyPlacement {
  readonly cluster: string
  readonly service: string
  readonly expected: ExpectedRelease
  readonly revision: string
  readonly at: Instant
  /** Another file is another generation. */
  readonly file: number
}

function healthyReport(placement: HealthyPlacement): PlacementReport {
  const { cluster, service, expected, revision, at, file: generation } = placement
  const storage = expected.spec['storageNamespace']
  const namespace = typeof storage === 'string' ? storage : ''
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'UpgradeSucceeded',
    message: 'Helm upgrade succeeded',
    observedGeneration: generation,
    lastTransitionTime: at,
  } as const
  const version = { chartName: service, chartVersion: '1.0.0', lastDeployed: at }
  return {
    cluster,
    namespace,
    name: service,
    at,
    helmRelease: {
      generation,
      spec: expected.spec,
      status: {
        observedGeneration: generation,
        lastAttemptedGeneration: generation,
        conditions: [ready],
        history: [{ version: generation, status: 'deployed', ...version }],
      },
    },
    kustomization: { lastAppliedRevision: revision, lastAttemptedRevision: revision, ready },
    chart: expected.kind === 'chart' ? { digest: expected.chartDigest } : undefined,
    workloads: [
      { kind: 'Deployment', namespace, name: service, current: true, since: at, message: '3/3 ready' },
    ],
  }
}
