import type { CurrentRelease } from '../domain/rollout.ts'
import type { GroupContext } from './decision.ts'
import { allowanceOf } from './group-tally.ts'
import { holdsRollbacks } from './order-gates.ts'
import { returnOrderOf } from './orders.ts'
import { rejectRelease, returnFailed } from './rollback.ts'
import type { GroupTally } from './tally.ts'
import type { Proposal } from './types.ts'

/** Rejection, an ordered rollback, or the return of failures within the budget. */
export function planRetreat(
  context: GroupContext,
  current: CurrentRelease | undefined,
  tally: GroupTally,
): Proposal | undefined {
  const { input, group, now } = context
  if (!current || current.state === 'rejected' || current.state === 'halted') return undefined
  if (holdsRollbacks(group.rollout, input.directives)) return undefined
  const facts = { index: input.clusters.index, desired: input.desired, observed: input.observed, now }
  const { strategy } = group.group
  const order = returnOrderOf(input.directives, current.release, group.group.name)
  // What it changed can not be taken back, so that what ran before may not run any more.
  const isFinal = input.irreversible.has(current.release.version)
  if (order) {
    return rejectRelease(
      group.rollout,
      current,
      {
        failing: tally.failing,
        reason: `ordered: ${order.reason} (${order.file})`,
        onFailure: isFinal ? 'halt' : 'rollback',
      },
      facts,
    )
  }
  const wave = current.waves.length
  if (current.state !== 'rolling' || wave === 0) return undefined
  const budget = allowanceOf(strategy, tally, current.waves).failed
  if (tally.failed > budget) {
    const reason = `${tally.failed} failed in wave ${wave}, its error budget is ${budget}`
    return rejectRelease(
      group.rollout,
      current,
      { failing: tally.failing, reason, onFailure: isFinal ? 'halt' : strategy.onFailure },
      facts,
    )
  }
  return tally.failing.length > 0 && !isFinal
    ? returnFailed(group.rollout, current, tally.failing, facts)
    : undefined
}
