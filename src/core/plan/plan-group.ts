import { blackoutGates } from './blackout.ts'
import { chooseNext } from './choose-next.ts'
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
  const blackout = blackoutGates(context.input.clusters.blackouts)
  // Not even a proof: that a wave is healthy rests on those that report.
  if (current?.state === 'rolling' && blackout.length > 0)
    return decide(context, { current, tally, waitsFor: blackout, candidate: chooseNext(context).candidate })
  if (current?.state === 'rolling')
    return planParts(context, current, tally) ?? planRolling(context, current, tally)
  return planStart(context, current, tally)
}
