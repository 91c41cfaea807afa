import { decide, type GroupContext, type GroupDecision } from './decision.ts'
import { tallyOf } from './group-tally.ts'
import { planParts } from './plan-parts.ts'
import { planRetreat } from './plan-retreat.ts'
import { planRolling } from './plan-rolling.ts'
import { planStart } from './plan-start.ts'

/** Decides the next step of one service in one group. Exactly one of: go back, finish, go forward, wait. */
export function planGroup(context: GroupContext): GroupDecision {
  const { current } = context.group.rollout
  const tally = tallyOf(context, current)
  const retreat = planRetreat(context, current, tally)
  if (retreat) return decide(context, { current, tally, proposals: [retreat] })
  if (current?.state === 'rolling')
    return planParts(context, current, tally) ?? planRolling(context, current, tally)
  return planStart(context, current, tally)
}
