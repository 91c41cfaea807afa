import type { CurrentRelease } from '../domain/rollout.ts'
import type { GroupContext } from './decision.ts'
import { withDependents } from './dependents.ts'
import { allowanceOf } from './group-tally.ts'
import { holdsRollbacks } from './order-gates.ts'
import { returnOrderOf } from './orders.ts'
import { isRefresh, refreshedFiles } from './refresh.ts'
import { rejectRefresh, rejectRelease, returnFailed, returnRest, rollbackFacts } from './rollback.ts'
import type { GroupTally } from './tally.ts'
import type { Proposal } from './proposals.ts'

/** Rejection, an ordered rollback, or the return of failures within the budget; with all that this would break. */
export function planRetreat(
  context: GroupContext,
  current: CurrentRelease | undefined,
  tally: GroupTally,
): Proposal | undefined {
  if (!current || holdsRollbacks(context.group.rollout, context.input.directives)) return undefined
  const retreat = retreatOf(context, current, tally)
  return retreat?.kind === 'return' ? withDependents(context.input, retreat, context.now) : retreat
}

function retreatOf(context: GroupContext, current: CurrentRelease, tally: GroupTally): Proposal | undefined {
  const { input, group } = context
  const facts = rollbackFacts(context)
  if (current.state === 'rejected') return returnRest(group.rollout, current, facts)
  const { strategy } = group.group
  const order = returnOrderOf(input.directives, current.release, group.group.name)
  // What it changed can not be taken back, so that what ran before may not run any more.
  const isFinal = input.irreversible.has(current.release.version)
  if (order) {
    const ordered = rejectRelease(
      group.rollout,
      current,
      {
        failing: tally.failing,
        reason: `ordered: ${order.reason} (${order.file})`,
        onFailure: isFinal ? 'halt' : 'rollback',
      },
      facts,
    )
    // What is halted is so already: only where something can go back is there more to do.
    return current.state === 'halted' && ordered.kind !== 'return' ? undefined : ordered
  }
  const wave = current.waves.length
  if (current.state !== 'rolling' || wave === 0) return undefined
  const budget = allowanceOf(strategy, tally, current).failed
  if (tally.failed > budget) {
    const reason = `${tally.failed} failed in wave ${wave}, its error budget is ${budget}`
    if (isRefresh(current)) {
      const moved = group.rollout.wayBack.filter(({ attempt }) => attempt === current.attempt)
      const files = refreshedFiles(input, group.targets, moved)
      const { onFailure } = strategy
      return rejectRefresh(
        group.rollout,
        current,
        { failing: tally.failing, reason, onFailure, files },
        facts,
      )
    }
    return rejectRelease(
      group.rollout,
      current,
      { failing: tally.failing, reason, onFailure: isFinal ? 'halt' : strategy.onFailure },
      facts,
    )
  }
  return tally.failing.length > 0 && (!isFinal || isRefresh(current))
    ? returnFailed(group.rollout, current, tally.failing, facts)
    : undefined
}
