import type { CurrentRelease, Rollout } from '../domain/rollout.ts'
import { releaseId, type ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import { type CandidateChoice, chooseCandidate, promotionQueue, type ReleaseOrder } from './candidate.ts'
import { eligibleGate, restGate, waveGates } from './gates.ts'
import { forwardGates, holdsRollbacks, keptOutGates } from './order-gates.ts'
import { isAllowed, orderEvidence, pinOf, returnOrderOf, soakOf, withdrawalOf } from './orders.ts'
import { choosePinned } from './pinned.ts'
import { rejectRelease, returnFailed } from './rollback.ts'
import { openWave, prove, startRelease } from './rollout-changes.ts'
import { allowanceOf, quotasOf, tallyOf, totalOf } from './group-tally.ts'
import type { GroupTally } from './tally.ts'
import type { Gate, GroupPlan, GroupPlanInput, Proposal, ServicePlanInput } from './types.ts'

/** What `planGroup` knows besides the service's input. */
export interface GroupContext {
  readonly input: ServicePlanInput
  readonly group: GroupPlanInput
  /** Groups that take this group's proven releases. */
  readonly children: readonly GroupPlanInput[]
  readonly rollouts: ReadonlyMap<string, Rollout>
  readonly order: ReleaseOrder
  readonly now: Instant
}

export interface GroupDecision {
  readonly plan: GroupPlan
  readonly proposals: readonly Proposal[]
  readonly changesAt: Instant
}

/** Decides the next step of one service in one group. Exactly one of: go back, finish, go forward, wait. */
export function planGroup(context: GroupContext): GroupDecision {
  const { current } = context.group.rollout
  const tally = tallyOf(context, current)
  const retreat = planRetreat(context, current, tally)
  if (retreat) return decide(context, { current, tally, proposals: [retreat] })
  if (current?.state === 'rolling') return planRolling(context, current, tally)
  return planStart(context, current, tally)
}

/** Rejection, an ordered rollback, or the return of failures within the budget. */
function planRetreat(
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

/** The current release is on its way: wait for its wave, then supersede it, open the next wave, or prove it. */
function planRolling(context: GroupContext, current: CurrentRelease, tally: GroupTally): GroupDecision {
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

/** What orders and proofs let the group take next. */
function chooseNext({ input, group, rollouts, order, now }: GroupContext): CandidateChoice {
  const { directives, releases } = input
  const allowed = releases.filter((release) => isAllowed(directives, release, group.group.name))
  const choosing = { group, rollouts, allowed, directives, order, now }
  const pin = pinOf(directives, input.service.name, group.group.name)
  return pin ? choosePinned(choosing, pin, releases) : chooseCandidate(choosing)
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

/** Nothing moves: start the candidate, or refresh placements that do not have the current release. */
function planStart(
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

/** Proposes the first or next wave of `release`, unless a gate is shut or nothing can be moved. */
function planWave(context: GroupContext, release: ServiceRelease, how: 'start' | 'continue'): GroupDecision {
  const { input, group, now } = context
  const before = group.rollout.current
  const started =
    how === 'start' || !before
      ? startRelease(group.rollout, release, now)
      : { rollout: group.rollout, current: before }
  const tally = tallyOf(
    { ...context, group: { ...group, rollout: { ...started.rollout, current: started.current } } },
    started.current,
  )
  const gates = forwardGates(group.rollout, input.directives, input.frozenBy, release, now)
  if (gates.length > 0)
    return decide(context, { current: before, tally, waitsFor: gates, candidate: release })
  if (tally.movable.length === 0) {
    const waitsFor = passedOverGates(context, release, tally, before?.startedAt)
    return decide(context, { current: before, tally, waitsFor, candidate: release })
  }
  const quotas = quotasOf(group.group.strategy, tally, started.current.waves)
  const wave = started.current.waves.length + 1
  const quota = quotas[wave - 1] ?? totalOf(tally)
  const clusters = preferSuperseded(context, started.current, tally.movable).slice(
    0,
    Math.max(0, quota - tally.taken),
  )
  const movement = { clusters, names: input.clusters.index.names, desired: input.desired }
  const proposal: Proposal = {
    kind: 'wave',
    service: input.service.name,
    group: group.group.name,
    release,
    wave,
    waves: quotas.length,
    quota,
    clusters,
    evidence: evidenceOf(context, started.current, tally),
    needsApproval: group.group.promotion.mode === 'manual',
    next: openWave(started.rollout, started.current, quota, movement, now),
  }
  return decide(context, { current: before, tally, proposals: [proposal], candidate: release })
}

/** Why no placement that is left can be moved. */
function passedOverGates(
  { input, group }: GroupContext,
  release: ServiceRelease,
  tally: GroupTally,
  since: Instant | undefined,
): readonly Gate[] {
  const others = tally.passedOver - tally.keptOut
  return [
    ...(tally.keptOut > 0 ? keptOutGates(input, group, release) : []),
    ...(others > 0 ? [eligibleGate(others, since)] : []),
  ]
}

/** Clusters that already left their proven release come first: no further ones are put at risk. */
function preferSuperseded(
  { input }: GroupContext,
  current: CurrentRelease,
  movable: readonly number[],
): readonly number[] {
  if (current.superseded.length === 0) return movable
  const superseded = new Set(current.superseded)
  const rank = (cluster: number): number => {
    const file = input.desired.files[input.desired.file[cluster] ?? 0]
    return file && superseded.has(file.release) ? 0 : 1
  }
  return movable.toSorted((a, b) => rank(a) - rank(b))
}

function evidenceOf(
  { input, group, rollouts }: GroupContext,
  current: CurrentRelease,
  tally: GroupTally,
): readonly string[] {
  const id = releaseId(current.release)
  const proofs = group.ancestors.flatMap((ancestor) => {
    const proof = rollouts.get(ancestor)?.proven.find((proven) => releaseId(proven.release) === id)
    return proof ? [`proven in ${ancestor}`] : []
  })
  const wave = current.waves.length
  const soak = soakOf(input.directives, current.release, group.group.strategy.soak)
  const known = [...orderEvidence(input.directives, current.release, group.group.name), ...proofs]
  return wave === 0
    ? known
    : [
        ...known,
        `wave ${wave}: ${tally.soaked} of ${tally.moved} healthy for ${soak}s, ${tally.failed} failed`,
      ]
}

interface Decision {
  readonly current: CurrentRelease | undefined
  readonly tally: GroupTally
  readonly waitsFor?: readonly Gate[]
  readonly proposals?: readonly Proposal[]
  readonly candidate?: ServiceRelease | undefined
}

function decide(
  { group }: GroupContext,
  { current, tally, waitsFor = [], proposals = [], candidate }: Decision,
): GroupDecision {
  const opensAt = waitsFor.map((gate) => gate.opensAt ?? Infinity)
  const opened = current?.waves ?? []
  const coming = current?.state === 'rolling' ? quotasOf(group.group.strategy, tally, opened).length : 0
  return {
    plan: {
      group: group.group.name,
      state: current?.state ?? (waitsFor.length > 0 || candidate ? 'waiting' : 'idle'),
      release: current?.release,
      candidate,
      wave: opened.length,
      waves: Math.max(coming, opened.length),
      tally,
      waitsFor,
    },
    proposals,
    changesAt: Math.min(tally.changesAt, ...opensAt),
  }
}
