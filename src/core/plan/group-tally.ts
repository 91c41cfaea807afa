import type { CurrentRelease } from '../domain/rollout.ts'
import { releaseId } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import type { ReleaseOrder } from './candidate.ts'
import { parseReleaseId } from './release-order.ts'
import { type GroupTally, tallyPlacements } from './tally.ts'
import type { GroupPlanInput, ServicePlanInput } from './types.ts'

interface TallyContext {
  readonly input: ServicePlanInput
  readonly group: GroupPlanInput
  readonly order: ReleaseOrder
  readonly now: Instant
}

/** Counts the placements of a group for the release that moves there, or would. */
export function tallyOf(
  { input, group, order, now }: TallyContext,
  current: CurrentRelease | undefined,
): GroupTally {
  const { index, silent, bootstrapped } = input.clusters
  const { files } = input.desired
  const id = current && releaseId(current.release)
  const onRelease = new Uint8Array(files.length)
  const ahead = new Uint8Array(files.length)
  for (const [at, file] of files.entries()) {
    if (at === 0) continue
    if (file.release === id) onRelease[at] = 1
    else if (current && order(parseReleaseId(input.service.name, file.release), current.release) > 0)
      ahead[at] = 1
  }
  const movedByAttempt = new Uint8Array(index.size)
  for (const entry of group.rollout.wayBack) {
    if (entry.attempt === current?.attempt)
      for (const name of entry.clusters) movedByAttempt[index.ordinalOf(name) ?? 0] = 1
  }
  const setApart = new Uint8Array(index.size)
  for (const { cluster } of current?.failed ?? []) setApart[index.ordinalOf(cluster) ?? 0] = 1
  const { soak, deadline } = group.group.strategy
  return tallyPlacements({
    targets: group.targets,
    desired: input.desired,
    observed: input.observed,
    onRelease,
    ahead,
    movedByAttempt,
    setApart,
    silent,
    bootstrapped,
    soak,
    deadline,
    now,
  })
}

/** How many placements the rollout changes: those that it moved and those that it still has to. */
export function totalOf(tally: GroupTally): number {
  return tally.moved + tally.movable.length + tally.passedOver - (tally.failed - tally.failing.length)
}
