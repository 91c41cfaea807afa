import { releaseId, type ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import { hasBit } from './bitset.ts'
import { planGroup } from './plan-group.ts'
import { isAllowed, nextOrderChange, skipsOf } from './orders.ts'
import { createReleaseOrder } from './release-order.ts'
import { withoutRetried } from './retry.ts'
import type { GroupPlanInput, Join, ServicePlan, ServicePlanInput } from './types.ts'

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
    return planGroup({ input, group, children, rollouts, order, now })
  })
  return {
    service: input.service.name,
    groups: decisions.map((decision) => decision.plan),
    proposals: decisions.flatMap((decision) => decision.proposals),
    joins: input.frozenBy === undefined ? groups.flatMap((group) => joinsOf(input, group)) : [],
    validUntil: Math.min(
      nextOrderChange(input.directives, now),
      ...decisions.map(({ changesAt }) => changesAt),
    ),
  }
}

/** New clusters get what is proven in their group at once, whatever rolls there now. */
function joinsOf(input: ServicePlanInput, group: GroupPlanInput): readonly Join[] {
  const release = newestProven(input, group)
  if (!release) return []
  const skipped = skipsOf(input.directives, release, group.group.name).map(({ clusters }) =>
    input.clusters.selected(clusters),
  )
  const { bootstrapped, cordoned } = input.clusters
  return [...group.targets]
    .filter((cluster) => !bootstrapped[cluster] && !cordoned[cluster])
    .filter((cluster) => !skipped.some((set) => hasBit(set, cluster)))
    .map((cluster) => ({ service: input.service.name, group: group.group.name, cluster, release }))
}

function newestProven(
  { directives }: ServicePlanInput,
  { group, rollout }: GroupPlanInput,
): ServiceRelease | undefined {
  const rejected = new Set(rollout.rejected.map(({ release }) => releaseId(release)))
  return rollout.proven.findLast(
    ({ release }) => !rejected.has(releaseId(release)) && isAllowed(directives, release, group.name),
  )?.release
}
