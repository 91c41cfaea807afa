import type { CurrentRelease, Rollout, WayBack } from '../domain/rollout.ts'
import { releaseId, type ServiceRelease } from '../domain/service-release.ts'
import { clustersOf } from './gates.ts'
import { Staleness } from './staleness.ts'
import type { GroupTally } from './tally.ts'
import type { ServicePlanInput } from './plan-input.ts'
import type { Gate } from './service-plan.ts'

/** Whether an attempt only brings new files of the release that was proven last: its failure leaves the release proven. */
export function isRefresh(current: CurrentRelease | undefined): boolean {
  return current?.state === 'rolling' && current.refresh === true
}

/**
 * What every placement of a group at rest shall have: the proven release, or the one that was proven before what is
 * rejected, once all that moved is back. Undefined: people have to decide first.
 */
export function settledRelease({ current, proven, wayBack }: Rollout): CurrentRelease | undefined {
  if (current?.state === 'proven') return current
  const last = proven.at(-1)
  if (current?.state !== 'rejected' || !last || wayBack.length > 0) return undefined
  return { ...current, release: last.release, failed: [] }
}

const nothing = new Uint8Array()

/** By ordinal: `Staleness` for a release. A file that was rejected with an earlier refresh stays out. */
export function staleColumn(
  { stale, clusters }: ServicePlanInput,
  rollout: Rollout,
  release: ServiceRelease | undefined,
): Uint8Array {
  if (!stale || !release) return nothing
  const id = releaseId(release)
  const rejections = rollout.rejected.filter((rejected) => releaseId(rejected.release) === id)
  const refused = new Set(rejections.flatMap(({ files }) => files ?? []))
  return Uint8Array.from({ length: clusters.index.size }, (_, cluster) => {
    const wanted = stale.wanted[stale.file[cluster] ?? 0]
    if (wanted === undefined || wanted === '') return Staleness.none
    return refused.has(wanted) ? Staleness.refused : Staleness.stale
  })
}

/** What `StalePlacements.changed` says of a cluster whose file a person edited. */
export const byHand = 'edited by hand'

/** `label size changed on 3 clusters`: why files of one and the same release change. */
export function refreshReason({ stale }: ServicePlanInput, clusters: readonly number[]): string {
  const what = Map.groupBy(clusters, (cluster) => stale?.changed.get(cluster) ?? 'its inputs')
  return [...what]
    .toSorted(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1))
    .map(([changed, on]) =>
      changed === byHand
        ? `put back on ${clustersOf(on.length)} what was edited by hand`
        : `${changed} changed on ${clustersOf(on.length)}`,
    )
    .join(', ')
}

/** What a rejected refresh brought and would still have brought: none of these files is tried again by itself. */
export function refreshedFiles(
  { stale, desired, clusters }: ServicePlanInput,
  targets: Uint32Array,
  entries: readonly WayBack[],
): readonly string[] {
  const files = new Set<string>()
  for (const { blob, clusters: names } of entries) {
    for (const name of names) {
      const present = desired.files[desired.file[clusters.index.ordinalOf(name) ?? -1] ?? 0]
      if (blob !== undefined && present && present.blob !== '' && present.blob !== blob)
        files.add(present.blob)
    }
  }
  for (const cluster of targets) {
    const wanted = stale?.wanted[stale.file[cluster] ?? 0]
    if (wanted !== undefined && wanted !== '') files.add(wanted)
  }
  return [...files].toSorted()
}

/** Why placements keep files that their release would not render for them today. */
export function refusedGates(rollout: Rollout, tally: GroupTally): readonly Gate[] {
  const verdict = rollout.rejected.findLast(({ files }) => files !== undefined)
  if (tally.refused === 0 || !verdict) return []
  return [
    {
      gate: 'rejected',
      state: 'shut',
      reason: `the refresh of ${verdict.release.version} on ${clustersOf(tally.refused)} was rejected: ${verdict.reason}`,
      since: verdict.at,
      opensWhen: 'labels, metadata or settings change again, or a Retry voids the rejection',
      opensAt: undefined,
    },
  ]
}
