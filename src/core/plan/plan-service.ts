import type { Instant } from '../domain/time.ts'
import { planGroup } from './plan-group.ts'
import { withFrozenGates } from './frozen-gates.ts'
import { planRemovals } from './plan-removals.ts'
import { joinsOf } from './joins.ts'
import { nextOrderChange } from './orders.ts'
import { createReleaseOrder } from './release-order.ts'
import { withoutRetried } from './retry.ts'
import type { ServicePlanInput } from './plan-input.ts'
import type { ServicePlan } from './service-plan.ts'

/**
 * Everything that shall happen next with one service, and what each group waits for. Pure: the same input and
 * moment give the same plan, and it stays right until `validUntil` unless the input changes.
 */
export function planService(input: ServicePlanInput, now: Instant): ServicePlan {
  const groups = input.groups.map((group) => ({
    ...group,
    rollout: withoutRetried(group.rollout, input.directives, input.clusters, now),
  }))
  const rollouts = new Map(groups.map((group) => [group.group.name, group.rollout]))
  const order = createReleaseOrder(input.releases)
  const decisions = groups.map((group) => {
    const children = groups.filter((other) => other.ancestors.includes(group.group.name))
    const decision = planGroup({ input, group, children, rollouts, order, now })
    return { ...decision, plan: withFrozenGates(input, group, decision.plan) }
  })
  const removals = planRemovals(input, decisions, now)
  return {
    service: input.service.name,
    groups: removals.groups,
    proposals: [...decisions.flatMap((decision) => decision.proposals), ...removals.proposals],
    ...(removals.approvals.length > 0 ? { approvals: removals.approvals } : {}),
    joins: input.frozenBy === undefined ? groups.flatMap((group) => joinsOf(input, group)) : [],
    validUntil: Math.min(
      nextOrderChange(input.directives, now),
      ...decisions.map(({ changesAt }) => changesAt),
    ),
  }
}
