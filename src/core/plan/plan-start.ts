import type { CurrentRelease } from '../domain/rollout.ts'
import { promotionQueue } from './candidate.ts'
import { chooseNext } from './choose-next.ts'
import { decide, type GroupContext, type GroupDecision } from './decision.ts'
import { restGate } from './gates.ts'
import { planWave } from './plan-wave.ts'
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
    return planWave(context, choice.candidate, 'start')
  }
  if (current?.state === 'proven' && tally.movable.length > 0)
    return planWave(context, current.release, 'start')
  const gate = choice.gate ?? restGate(current, group.rollout)
  return decide(context, { current, tally, waitsFor: gate ? [gate] : [] })
}
