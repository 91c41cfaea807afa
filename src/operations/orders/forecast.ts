import type { Catalog } from '../../core/domain/catalog.ts'
import type { Directive } from '../../core/domain/directive.ts'
import { PlacementState } from '../../core/domain/placement.ts'
import { clustersOf } from '../../core/plan/gates.ts'
import { planService } from '../../core/plan/plan-service.ts'
import { createReleaseOrder } from '../../core/plan/release-order.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import type { ServicePlan } from '../../core/plan/service-plan.ts'
import { describeProposal } from '../describe-proposal.ts'
import { KnownError } from '../known-error.ts'
import { countPlacements } from '../placements.ts'
import type { PlannedService, PlanningView } from '../workspace.ts'
import type { Affected } from './order.ts'
import { requireScope, requireVersion } from './scope.ts'

/** A service as it is planned now, in the groups that an order is for. */
export interface Subject {
  readonly planning: PlanningView
  readonly catalog: Catalog
  readonly planned: PlannedService
  readonly groups: readonly [GroupPlanInput, ...GroupPlanInput[]]
  /** The moment that plans are made for. */
  readonly at: number
}

/** Throws `KnownError` for names that do not exist, and for a service that goes nowhere. */
export function subjectOf(
  planning: PlanningView,
  { service, group, version }: { service: string; group?: string | undefined; version?: string | undefined },
): Subject {
  const { catalog } = planning.catalog.snapshot
  requireScope(catalog, { service, group })
  if (version !== undefined) requireVersion(catalog, service, version)
  const planned = planning.plan(service)
  const [first, ...more] = planned.input.groups.filter(
    (each) => (group ?? each.group.name) === each.group.name,
  )
  if (!first)
    throw new KnownError(`${service} goes to no cluster`, `what it targets: halctl status ${service}`)
  return { planning, catalog, planned, groups: [first, ...more], at: planning.observations.at }
}

/** What the planner makes of a service with one order more, or one less. */
export function forecast(
  { planned: { input }, at }: Pick<Subject, 'planned' | 'at'>,
  change: { readonly add: Directive } | { readonly remove: Directive },
): ServicePlan {
  const changed = 'add' in change ? change.add : change.remove
  const others = input.directives.filter(({ name }) => name !== changed.name)
  const directives = 'add' in change ? [...others, changed].toSorted(byName) : others
  return planService({ ...input, directives }, at)
}

function byName(a: Directive, b: Directive): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

/** `prod, next: 1.4.2 opens wave 1 of 3: 1 cluster; as it is, soak of 2 clusters` */
export function nextLine(before: ServicePlan, after: ServicePlan, group: string): string {
  const [was, is] = [nextStep(before, group), nextStep(after, group)]
  return was === is ? `${group}, next as before: ${is}` : `${group}, next: ${is}; as it is: ${was}`
}

/** What happens next in a group, or what that waits for. */
function nextStep({ proposals, groups }: ServicePlan, group: string): string {
  const step = proposals.find((proposal) => proposal.group === group)
  if (step?.kind === 'wave') return `${step.release.version} ${describeProposal(step)}`
  if (step) return describeProposal(step)
  const gates = groups.find((each) => each.group === group)?.waitsFor ?? []
  return gates.length === 0 ? 'nothing is to be done' : gates.map(({ reason }) => reason).join('; ')
}

/** Where a version stands in a group; `ahead` may still come, `below` does not come any more. */
export type Standing = 'rolling' | 'proven' | 'rejected' | 'halted' | 'below' | 'ahead'

export function standingOf({ planned }: Subject, { rollout }: GroupPlanInput, version: string): Standing {
  const { current, proven, rejected } = rollout
  if (current?.release.version === version) return current.state
  if (rejected.some(({ release }) => release.version === version)) return 'rejected'
  if (proven.some(({ release }) => release.version === version)) return 'proven'
  const { releases } = planned.input
  const release = releases.find((each) => each.version === version)
  const isBelow = release && current && createReleaseOrder(releases)(release, current.release) < 0
  return isBelow ? 'below' : 'ahead'
}

/** `4 clusters have 1.4.2 and 2 have 1.4.1`, of all that the service targets in a group. */
export function versionsText({ planned }: Subject, group: GroupPlanInput): string {
  const { desired } = countPlacements(planned.input, group)
  return desired
    .map(({ version, clusters }, at) => {
      const count = at === 0 ? clustersOf(clusters) : String(clusters)
      return `${count} ${clusters === 1 ? 'has' : 'have'} ${version ?? 'nothing yet'}`
    })
    .join(', ')
}

/** All clusters of the groups, or only those that are selected. */
export function affectedIn(
  { planned }: Subject,
  groups: readonly GroupPlanInput[],
  isSelected: (cluster: number) => boolean = () => true,
): readonly Affected[] {
  const { service, observed } = planned.input
  return groups.map(({ group, targets }) => {
    const clusters = [...targets].filter(isSelected)
    const failing = clusters.filter((cluster) => observed.state[cluster] === PlacementState.failed)
    return { service: service.name, group: group.name, clusters: clusters.length, failing: failing.length }
  })
}
