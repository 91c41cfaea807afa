import { PlacementState } from '../domain/placement.ts'
import type { DesiredColumns, ObservedColumns } from '../domain/placement.ts'
import { type ReleaseId, releaseId } from '../domain/service-release.ts'
import type { Rollout } from '../domain/rollout.ts'
import type { Settings } from '../domain/settings.ts'
import { shareOf } from '../domain/share.ts'
import type { GroupTally } from './tally.ts'
import type { CatalogTargets, FleetView, ObservedView, StepView } from './service-inputs.ts'
import type { ClusterFacts, Sickness } from './plan-input.ts'

/** The placements of one service in one group. */
export interface StandingPlacements {
  readonly targets: Uint32Array
  readonly desired: DesiredColumns
  readonly observed: ObservedColumns
  /** The release that a rollout has on trial there: its failures are its own, and speak of no cluster. */
  readonly onTrial: ReleaseId | undefined
}

const unwellStates: ReadonlySet<number> = new Set([
  PlacementState.failed,
  PlacementState.progressing,
  PlacementState.observed,
])

/**
 * Counts, per cluster, the placements that no rollout changes now, and those of them that are not healthy although the
 * cluster has their file. One pass over the columns of all services, for whoever asks in the same step.
 */
export function countSickness(
  all: Iterable<StandingPlacements>,
  size: number,
  { sick: share, sickLeast }: Settings['health'],
): Sickness {
  const placed = new Uint16Array(size)
  const unwell = new Uint16Array(size)
  for (const { targets, desired, observed, onTrial } of all) {
    const stands = desired.files.map(({ release }) => release !== '' && release !== onTrial)
    for (const cluster of targets) {
      if (!stands[desired.file[cluster] ?? 0]) continue
      placed[cluster] = (placed[cluster] ?? 0) + 1
      if (unwellStates.has(observed.state[cluster] ?? PlacementState.unknown))
        unwell[cluster] = (unwell[cluster] ?? 0) + 1
    }
  }
  const sick = placed.reduce((column, count, cluster) => {
    const bad = unwell[cluster] ?? 0
    if (bad > 0 && count >= sickLeast && bad >= Math.max(1, shareOfUp(share, count))) column[cluster] = 1
    return column
  }, new Uint8Array(size))
  return { placed, unwell, sick }
}

/** A part of so few services rounds up: half of three is two, or one bad neighbour would do. */
function shareOfUp(share: Settings['health']['sick'], count: number): number {
  return share.kind === 'count' ? shareOf(share, count) : Math.ceil((share.percent * count) / 100)
}

/** What clusters say, with their sickness counted once, when a plan first asks. */
export function withSickness(
  targets: CatalogTargets,
  fleet: FleetView,
  observations: ObservedView,
): StepView {
  let counted: Sickness | undefined
  return {
    silent: observations.silent,
    contactAt: observations.contactAt,
    blackouts: observations.blackouts,
    observed: (service) => observations.observed(service),
    sickness: () =>
      (counted ??= countSickness(
        standingPlacements(targets, fleet, observations),
        targets.index.size,
        targets.catalog.settings.health,
      )),
  }
}

function* standingPlacements(
  { catalog, groupsOf }: CatalogTargets,
  fleet: FleetView,
  observations: ObservedView,
): Iterable<StandingPlacements> {
  for (const service of catalog.services.keys()) {
    const [desired, observed] = [fleet.desired(service), observations.observed(service)]
    for (const { group, targets } of groupsOf(service))
      yield { targets, desired, observed, onTrial: onTrialIn(fleet.rollout(group.name, service)) }
  }
}

/** The release that a ledger has on trial. */
function onTrialIn(rollout: Rollout | undefined): ReleaseId | undefined {
  const current = rollout?.current
  return current?.state === 'rolling' ? releaseId(current.release) : undefined
}

/**
 * Sets failures on sick clusters apart, in wave order, as if their clusters were silent; never more than `room`, so
 * that a release which takes its neighbours down with it is still found to fail.
 */
export function setApartSick(tally: GroupTally, clusters: ClusterFacts, maxSilent: number): GroupTally {
  const room = maxSilent - tally.silent
  if (tally.failing.length === 0 || room <= 0) return tally
  const { sick } = clusters.sickness()
  const sickening = tally.failing.filter((cluster) => sick[cluster]).slice(0, room)
  if (sickening.length === 0) return tally
  const apart = new Set(sickening)
  return {
    ...tally,
    failed: tally.failed - apart.size,
    silent: tally.silent + apart.size,
    sick: apart.size,
    sickening,
    failing: tally.failing.filter((cluster) => !apart.has(cluster)),
  }
}

/** `; set apart as sick: prod-3`, or nothing. */
export function sickText({ sickening }: GroupTally, names: readonly string[]): string {
  if (sickening.length === 0) return ''
  return `; set apart as sick: ${sickening.map((cluster) => names[cluster] ?? '').join(', ')}`
}
