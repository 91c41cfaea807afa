import { PlacementState, type PlacementStateName, placementStateNames } from '../core/domain/placement.ts'
import { releaseId } from '../core/domain/service-release.ts'
import { parseReleaseId } from '../core/plan/release-order.ts'
import { type Fault, faultOf } from '../core/plan/blame.ts'
import type { GroupPlanInput, ServicePlanInput } from '../core/plan/plan-input.ts'

/** How many placements of a group stand where, for people: what rolls while it rolls, else all that is targeted. */
export interface PlacementCounts {
  readonly total: number
  readonly healthy: number
  readonly failed: number
  readonly silent: number
  /** Clusters by the version that main desires there; undefined: nothing yet. Most clusters first. */
  readonly desired: readonly { readonly version: string | undefined; readonly clusters: number }[]
}

export function countPlacements(input: ServicePlanInput, group: GroupPlanInput): PlacementCounts {
  const { desired, observed, clusters } = input
  const { current } = group.rollout
  const rolling = current?.state === 'rolling' ? releaseId(current.release) : undefined
  const setApart = new Set(current?.failed.map(({ cluster }) => cluster))
  const byFile = new Map<number, number>()
  let [total, healthy, failed, silent] = [0, 0, 0, 0]
  for (const cluster of group.targets) {
    const file = desired.file[cluster] ?? 0
    byFile.set(file, (byFile.get(file) ?? 0) + 1)
    const wentBack = setApart.has(clusters.index.names[cluster] ?? '')
    const counts = rolling === undefined || wentBack || desired.files[file]?.release === rolling
    if (!counts) continue
    total++
    if (clusters.silent[cluster]) silent++
    else if (wentBack || observed.state[cluster] === PlacementState.failed) failed++
    else if (observed.state[cluster] === PlacementState.healthy) healthy++
  }
  return { total, healthy, failed, silent, desired: countVersions(input, byFile) }
}

function countVersions(
  { desired, service }: ServicePlanInput,
  byFile: ReadonlyMap<number, number>,
): PlacementCounts['desired'] {
  const versions = new Map<string | undefined, number>()
  for (const [file, clusters] of byFile) {
    const version = versionOfFile(service.name, file === 0 ? undefined : desired.files[file]?.release)
    versions.set(version, (versions.get(version) ?? 0) + clusters)
  }
  return [...versions]
    .map(([version, clusters]) => ({ version, clusters }))
    .toSorted((a, b) => b.clusters - a.clusters || ((a.version ?? '') < (b.version ?? '') ? -1 : 1))
}

/** One cluster of a service. */
export interface Placement {
  readonly desired: string | undefined
  /** The version last seen healthy there. */
  readonly running: string | undefined
  readonly state: PlacementStateName
  readonly since: number
  readonly silent: boolean
  readonly evidence: string | undefined
  /** Whose fault it is, where it is not healthy. */
  readonly fault: Fault
}

export function placementAt(input: ServicePlanInput, cluster: number): Placement {
  const { desired, observed, service } = input
  const file = desired.file[cluster] ?? 0
  const running = observed.running[cluster] ?? 0
  const silent = input.clusters.silent[cluster] === 1
  const evidence = observed.evidence.get(cluster)
  const state = placementStateNames[observed.state[cluster] ?? PlacementState.unknown] ?? 'unknown'
  const wasObserved = state === 'failed' || (observed.observedAt[cluster] ?? 0) > 0
  return {
    desired: versionOfFile(service.name, file === 0 ? undefined : desired.files[file]?.release),
    running: versionOfFile(service.name, running === 0 ? undefined : desired.files[running]?.release),
    state,
    since: observed.since[cluster] ?? 0,
    silent,
    evidence,
    fault: faultOf({ silent: silent && state !== 'failed', observed: wasObserved, evidence }),
  }
}

function versionOfFile(service: string, release: string | undefined): string | undefined {
  return release === undefined ? undefined : parseReleaseId(service, release).version
}
