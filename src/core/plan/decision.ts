import type { CurrentRelease, Rollout } from '../domain/rollout.ts'
import type { ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import type { ReleaseOrder } from './candidate.ts'
import { wavesExpected } from './group-tally.ts'
import type { GroupTally } from './tally.ts'
import type { GroupPlanInput, ServicePlanInput } from './plan-input.ts'
import type { Proposal } from './proposals.ts'
import type { Gate, GroupPlan } from './service-plan.ts'

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

/** What a rule decided; `decide` makes the plan that people read of it. */
export interface Decision {
  readonly current: CurrentRelease | undefined
  readonly tally: GroupTally
  readonly waitsFor?: readonly Gate[]
  readonly proposals?: readonly Proposal[]
  readonly candidate?: ServiceRelease | undefined
  /** When it is decided anew by time alone, beside what counts and gates say; a moment that is over says nothing. */
  readonly changesAt?: Instant
}

export function decide(
  { group, now }: GroupContext,
  { current, tally, waitsFor = [], proposals = [], candidate, changesAt = Infinity }: Decision,
): GroupDecision {
  const opensAt = waitsFor.map((gate) => gate.opensAt ?? Infinity)
  const opened = current?.waves ?? []
  const coming = current?.state === 'rolling' ? wavesExpected(group.group.strategy, tally, current) : 0
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
    changesAt: Math.min(tally.changesAt, changesAt > now ? changesAt : Infinity, ...opensAt),
  }
}

/** What waits for other services keeps nothing else from going on meanwhile. */
export function waitsForRequirements({ plan, proposals }: GroupDecision): boolean {
  return (
    proposals.length === 0 &&
    plan.waitsFor.length > 0 &&
    plan.waitsFor.every(({ gate }) => gate === 'requires')
  )
}
