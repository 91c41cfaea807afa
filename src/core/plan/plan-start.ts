import type { CurrentRelease } from '../domain/rollout.ts'
import { releaseId, type ServiceRelease } from '../domain/service-release.ts'
import { promotionQueue } from './candidate.ts'
import { chooseNext } from './choose-next.ts'
import { decide, type GroupContext, type GroupDecision, waitsForRequirements } from './decision.ts'
import { restGate } from './gates.ts'
import { tallyOf } from './group-tally.ts'
import { planWave } from './plan-wave.ts'
import { refusedGates, settledRelease } from './refresh.ts'
import type { GroupTally } from './tally.ts'

/** Nothing moves: start the candidate, or refresh placements that do not have the current release. */
export function planStart(
  context: GroupContext,
  current: CurrentRelease | undefined,
  tally: GroupTally,
): GroupDecision {
  const { input, group, now, order } = context
  const choice = chooseNext(context)
  if (choice.candidate) {
    const queue = choice.isOrdered
      ? undefined
      : promotionQueue(group, context.children, input.directives, order, now)
    if (queue) return decide(context, { current, tally, waitsFor: [queue], candidate: choice.candidate })
    const start = planWave(context, choice.candidate, 'start')
    return (waitsForRequirements(start) && planRefresh(context, tally)) || start
  }
  const refresh = planRefresh(context, tally)
  if (refresh) return refresh
  const gate = choice.gate ?? restGate(current, group.rollout)
  const waitsFor = [...(gate ? [gate] : []), ...refusedGates(group.rollout, tally)]
  return decide(context, { current, tally, waitsFor })
}

/** Brings the proven release to those that do not have it, or not as it renders today; undefined: nothing is to do. */
function planRefresh(context: GroupContext, tally: GroupTally): GroupDecision | undefined {
  const { rollout } = context.group
  const settled = settledRelease(rollout)
  if (!settled) return undefined
  // Mostly that is the current release, which is counted already.
  const { movable } = settled === rollout.current ? tally : tallyOf(context, settled)
  if (movable.length === 0) return undefined
  const how = catchesUp(context, settled) ? 'catchUp' : 'start'
  return planWave(context, atHead(settled.release, context.input.releases), how)
}

/** Whether those that lag behind what is proven get it at once: not only new files of what they have. */
function catchesUp(context: GroupContext, settled: CurrentRelease): boolean {
  if (context.group.group.strategy.catchUp === 'waves') return false
  const current: CurrentRelease = { ...settled, state: 'rolling', waves: [], catchUp: true }
  return tallyOf(context, current).movable.length > 0
}

/** The same release at the catalog's head, where that still renders it. */
function atHead(release: ServiceRelease, releases: readonly ServiceRelease[]): ServiceRelease {
  return releases.find((other) => releaseId(other) === releaseId(release)) ?? release
}
