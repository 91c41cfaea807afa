import type { CurrentRelease } from '../domain/rollout.ts'
import { releaseId } from '../domain/service-release.ts'
import { chooseNext } from './choose-next.ts'
import { decide, type GroupContext, type GroupDecision, waitsForRequirements } from './decision.ts'
import { waveGates } from './gates.ts'
import { allowanceOf, quotasOf, totalOf } from './group-tally.ts'
import { forwardGates } from './order-gates.ts'
import { soakOf } from './orders.ts'
import { planWave } from './plan-wave.ts'
import { requiresGates } from './requirements.ts'
import { isRefresh } from './refresh.ts'
import { rejectRelease, rollbackFacts } from './rollback.ts'
import { prove } from './rollout-changes.ts'
import { sickText } from './sick.ts'
import { takeoverAt } from './supersede.ts'
import type { GroupTally } from './tally.ts'
import type { Proposal } from './proposals.ts'
import type { Gate } from './service-plan.ts'

/** The current release is on its way: wait for its wave, then supersede it, open the next wave, or prove it. */
export function planRolling(
  context: GroupContext,
  current: CurrentRelease,
  tally: GroupTally,
): GroupDecision {
  const { input, group } = context
  const { strategy } = group.group
  const standing = standingOf(context, current, tally)
  const { isPassed, isUndone, isBarred } = standing
  const choice = chooseNext(context)
  const takeover = choice.candidate ? takeoverAt(context, current, standing) : Infinity
  if (choice.candidate && takeover <= context.now) {
    const decision = planWave(context, choice.candidate, 'start')
    if (!waitsForRequirements(decision)) return decision
  }
  if (isUndone) return planWave(context, current.release, current.catchUp ? 'catchUp' : 'start')
  const end = endOfDeserted(context, current, tally)
  if (end) return decide(context, { current, tally, proposals: [end] })
  const since = current.waves.at(-1)?.openedAt
  const barred = requiresGates(input, group.group.name, current.release, tally.barred, since)
  if (!isPassed) {
    // What would shut the next wave is told now: the end of a soak opens nothing under a Hold.
    const shut = forwardGates(group.rollout, input.directives, input.frozenBy, current.release, context.now)
    const waitsFor = [...standing.waiting, ...shut, ...barred]
    return decide(context, { current, tally, waitsFor, candidate: choice.candidate, changesAt: takeover })
  }
  const quotas = quotasOf(strategy, tally, current)
  if (tally.movable.length > 0 && quotas.length > current.waves.length)
    return planWave(context, current.release, 'continue')
  if (isBarred) return decide(context, { current, tally, waitsFor: barred, candidate: choice.candidate })
  return decide(context, { current, tally, proposals: [provenVerdict(context, current, tally)] })
}

/**
 * Every cluster that the attempt moved has left the group, and there is no other one: no evidence will come. A refresh
 * leaves its release as proven as it was; anything else halts for people to decide.
 */
function endOfDeserted(
  context: GroupContext,
  current: CurrentRelease,
  tally: GroupTally,
): Proposal | undefined {
  const isDeserted = tally.departed > 0 && tally.moved === 0 && totalOf(tally) === tally.excused
  if (!isDeserted || tally.barred.length > 0) return undefined
  if (isRefresh(current)) return provenVerdict(context, current, tally)
  const reason = 'every cluster that it was brought to has left the group, so that nothing proves it'
  const rejection = { failing: [], reason, onFailure: 'halt' } as const
  return rejectRelease(context.group.rollout, current, rejection, rollbackFacts(context))
}

/** How the opened wave stands. */
interface Standing {
  readonly waiting: readonly Gate[]
  readonly isPassed: boolean
  /** All that it moved went back with a dependency: it begins again at its first wave. */
  readonly isUndone: boolean
  /** Nothing is left but what waits for a requirement, and more of that than a wave may leave behind. */
  readonly isBarred: boolean
}

function standingOf(
  { input, group: { group } }: GroupContext,
  current: CurrentRelease,
  tally: GroupTally,
): Standing {
  const opened = current.waves.at(-1)
  const isEmptied = tally.moved === 0 && tally.excused > 0 && tally.movable.length > 0
  const isUndone = opened !== undefined && tally.moved === 0 && tally.excused === 0
  const allowance = allowanceOf(group.strategy, tally, current)
  const since = opened?.openedAt ?? current.startedAt
  const waiting = isEmptied || isUndone ? [] : waveGates(tally, allowance, input.clusters.index.names, since)
  const isPassed = waiting.length === 0
  const isBarred = isPassed && tally.movable.length === 0 && tally.barred.length > allowance.silent
  return { waiting, isPassed, isUndone, isBarred }
}

function provenVerdict(
  { input, group, now }: GroupContext,
  current: CurrentRelease,
  tally: GroupTally,
): Proposal {
  const { service, group: name } = group.rollout
  const soak = soakOf(input.directives, current.release, group.group.strategy.soak)
  const apart = sickText(tally, input.clusters.index.names)
  // What was proven before stays so where nothing was brought.
  const last = group.rollout.proven.at(-1)
  const isProven = last !== undefined && releaseId(last.release) === releaseId(current.release)
  return {
    kind: 'verdict',
    verdict: 'proven',
    service,
    group: name,
    release: current.release,
    evidence: current.failed,
    text: `healthy on ${tally.soaked} of ${isProven ? tally.moved : tally.targets}, soaked ${soak}s${apart}`,
    next: prove(group.rollout, current, now),
  }
}
