import { releaseId, type ServiceRelease } from '../../core/domain/service-release.ts'
import type { RejectedRelease } from '../../core/domain/rollout.ts'
import type { Cluster } from '../../core/domain/cluster.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import type { GroupPlan } from '../../core/plan/service-plan.ts'
import { unknownName } from '../nearest-name.ts'
import type { ExplainedService, ServiceView } from '../workspace.ts'

/** What is explained: a service in a group, or on one cluster. */
export interface Subject {
  readonly planning: ServiceView
  readonly planned: ExplainedService
  readonly cluster: { readonly ordinal: number; readonly document: Cluster } | undefined
  /** Undefined: the service does not target the cluster. */
  readonly place: SubjectPlace | undefined
}

export interface SubjectPlace {
  readonly input: GroupPlanInput
  readonly plan: GroupPlan
  /** The release that moves here or would move next; undefined: nothing is to come. */
  readonly coming: ServiceRelease | undefined
  /** Whether it may start, as far as promotion goes. */
  readonly mayStart: boolean
  /** Why the newest release does not come here at all. */
  readonly refusal: Refusal | undefined
}

/** The newest release was rejected, here or in a group that it must be proven in first. */
export interface Refusal {
  readonly group: string
  readonly verdict: RejectedRelease
}

export function subjectsOfGroups(planning: ServiceView, service: string): readonly Subject[] {
  const planned = planning.plan(service)
  return planned.input.groups.map((group) => ({
    planning,
    planned,
    cluster: undefined,
    place: placeOf(planned, group),
  }))
}

/** Throws `KnownError` for a cluster that the catalog does not have. */
export function subjectOfCluster(planning: ServiceView, service: string, name: string): Subject {
  const { clusters } = planning.catalog.snapshot.catalog
  const document = clusters.find((cluster) => cluster.name === name)
  if (!document)
    throw unknownName(
      'cluster',
      name,
      clusters.map((cluster) => cluster.name),
    )
  const ordinal = planning.targets.index.intern(name)
  const planned = planning.plan(service)
  const group = planned.input.groups.find(({ targets }) => targets.includes(ordinal))
  return { planning, planned, cluster: { ordinal, document }, place: group && placeOf(planned, group) }
}

function placeOf({ input, plan }: ExplainedService, group: GroupPlanInput): SubjectPlace | undefined {
  const groupPlan = plan.groups.find((each) => each.group === group.group.name)
  if (!groupPlan) return undefined
  const { current } = group.rollout
  const place = { input: group, plan: groupPlan, refusal: undefined }
  if (current?.state === 'rolling') return { ...place, coming: current.release, mayStart: true }
  if (groupPlan.candidate) return { ...place, coming: groupPlan.candidate, mayStart: true }
  const newest = input.releases.at(-1)
  const refusal = newest && refusalOf(newest, group, input.groups)
  const isKnown = newest === undefined || refusal !== undefined || hasSeen(group, newest)
  return { ...place, refusal, coming: isKnown ? undefined : newest, mayStart: false }
}

/** The rejection nearest to the group, up its promotion graph. */
function refusalOf(
  release: ServiceRelease,
  group: GroupPlanInput,
  groups: readonly GroupPlanInput[],
): Refusal | undefined {
  const verdict = group.rollout.rejected.find((each) => releaseId(each.release) === releaseId(release))
  if (verdict) return { group: group.group.name, verdict }
  for (const name of group.ancestors) {
    const ancestor = groups.find((each) => each.group.name === name)
    const above = ancestor && refusalOf(release, ancestor, groups)
    if (above) return above
  }
  return undefined
}

/** Whether a release was proven, moved or rejected here already. */
function hasSeen({ rollout }: GroupPlanInput, release: ServiceRelease): boolean {
  const seen = [rollout.current, ...rollout.proven, ...rollout.rejected]
  return seen.some((entry) => entry && releaseId(entry.release) === releaseId(release))
}
