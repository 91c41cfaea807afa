import type { CurrentRelease } from '../domain/rollout.ts'
import { chooseNext } from './choose-next.ts'
import { decide, type GroupContext, type GroupDecision } from './decision.ts'
import { waveGates } from './gates.ts'
import { allowanceOf, quotasOf } from './group-tally.ts'
import { forwardGates } from './order-gates.ts'
import { pinOf, soakOf, withdrawalOf } from './orders.ts'
import { planWave } from './plan-wave.ts'
import { prove } from './rollout-changes.ts'
import type { GroupTally } from './tally.ts'
import type { Proposal } from './types.ts'

/** The current release is on its way: wait for its wave, then supersede it, open the next wave, or prove it. */
export function planRolling(
  context: GroupContext,
  current: CurrentRelease,
  tally: GroupTally,
): GroupDecision {
  const { input, group, now } = context
  const { strategy } = group.group
  const soak = soakOf(input.directives, current.release, strategy.soak)
  const opened = current.waves.at(-1)
  const isEmptied = tally.moved === 0 && tally.excused > 0 && tally.movable.length > 0
  const waiting = isEmptied
    ? []
    : waveGates(
        tally,
        allowanceOf(strategy, tally, current.waves),
        input.clusters.index.names,
        opened?.openedAt ?? current.startedAt,
      )
  const choice = chooseNext(context)
  const isWithdrawn = withdrawalOf(input.directives, current.release) !== undefined
  const isPinned = pinOf(input.directives, input.service.name, group.group.name) !== undefined
  const stalled = now > (opened?.openedAt ?? now) + strategy.deadline + 2 * soak
  // What can not go on must not keep its successor waiting.
  const policy = isWithdrawn || isPinned ? 'immediate' : strategy.supersede
  if (choice.candidate && maySupersede(policy, current, waiting.length === 0, stalled)) {
    return planWave(context, choice.candidate, 'start')
  }
  if (waiting.length > 0) {
    // What would shut the next wave is told now: the end of a soak opens nothing under a Hold.
    const shut = forwardGates(group.rollout, input.directives, input.frozenBy, current.release, now)
    return decide(context, { current, tally, waitsFor: [...waiting, ...shut], candidate: choice.candidate })
  }
  const quotas = quotasOf(strategy, tally, current.waves)
  if (tally.movable.length > 0 && quotas.length > current.waves.length)
    return planWave(context, current.release, 'continue')
  const text = `healthy on ${tally.soaked} of ${tally.targets}, soaked ${soak}s`
  const next = prove(group.rollout, current, now)
  const { service, group: name } = group.rollout
  const proven: Proposal = {
    kind: 'verdict',
    verdict: 'proven',
    service,
    group: name,
    release: current.release,
    evidence: current.failed,
    text,
    next,
  }
  return decide(context, { current, tally, proposals: [proven] })
}

/** A rollout that superseded another may itself be superseded only at once, or none would ever finish. */
function maySupersede(
  policy: 'finish-wave' | 'immediate' | 'queue',
  current: CurrentRelease,
  passed: boolean,
  stalled: boolean,
): boolean {
  if (policy === 'immediate') return true
  if (policy === 'queue' || current.superseded.length > 0) return false
  return passed || stalled
}
