import { type Static, Type } from 'typebox'
import { faultOfEvidence } from '../core/plan/blame.ts'
import type { GroupPlanInput, ServicePlanInput } from '../core/plan/plan-input.ts'
import type { Proposal } from '../core/plan/proposals.ts'
import type { GroupPlan } from '../core/plan/service-plan.ts'
import { defineOperation } from './operation.ts'
import { describeProposal } from './describe-proposal.ts'
import { countPlacements, placementAt } from './placements.ts'
import { toGate, toMoment, toMomentOfColumn, toRelease } from './answer-values.ts'
import { count, gateShape, moment, nullable, object, releaseShape } from './shapes.ts'
import { publishedStatus, statusAnswer, summaryShape } from './published-answers.ts'
import type { PlannedService } from './workspace.ts'

const groupStatusShape = object({
  group: Type.String(),
  release: nullable(releaseShape),
  candidate: nullable(releaseShape),
  state: Type.String(),
  wave: count,
  waves: count,
  targets: count,
  placements: object({ total: count, healthy: count, failed: count, silent: count }),
  desired: Type.Array(object({ version: nullable(Type.String()), clusters: count })),
  waitsFor: Type.Array(gateShape),
  next: Type.Array(Type.String(), { description: 'what Halyard does at its next step' }),
})

const failureShape = object({
  cluster: Type.String(),
  group: Type.String(),
  version: nullable(Type.String()),
  since: nullable(moment),
  evidence: Type.String(),
  fault: Type.Union([Type.Literal('service'), Type.Literal('platform'), Type.Literal('cluster')], {
    description: 'whose fault it is',
  }),
  returned: Type.Boolean({ description: 'it went back to its earlier release' }),
})

export const serviceStatusShape = object({
  service: Type.String(),
  owner: Type.String(),
  newest: nullable(Type.String()),
  summary: Type.String(),
  frozenBy: nullable(Type.String()),
  groups: Type.Array(groupStatusShape),
  failures: Type.Array(failureShape),
})

export type ServiceStatus = Static<typeof serviceStatusShape>
export type GroupStatus = Static<typeof groupStatusShape>
export type StatusAnswer = Static<typeof statusShape>

const statusShape = object({
  now: moment,
  at: moment,
  publishedBy: nullable(Type.String()),
  services: Type.Array(serviceStatusShape),
  unreadable: Type.Array(object({ path: Type.String(), reason: Type.String() }), {
    description: 'files of the fleet repository that count as absent',
  }),
  edited: Type.Array(object({ path: Type.String(), commit: Type.String(), by: Type.String() }), {
    description: 'files of the fleet repository that stand there by other hands',
  }),
  notices: Type.Array(
    object({
      kind: Type.String({
        description:
          'orphan: files of a service that the catalog does not have; sync: outdated flux-system/sync.yaml',
      }),
      service: nullable(Type.String()),
      clusters: count,
      text: Type.String(),
      remedy: Type.String(),
    }),
    { description: 'what is amiss in the fleet and a person has to mend' },
  ),
  emptyings: Type.Array(
    object({
      cluster: Type.String(),
      state: Type.Union([Type.Literal('waiting'), Type.Literal('leaving'), Type.Literal('empty')]),
      digest: Type.String({ description: 'of all that leaves, for halctl approve --cluster' }),
      leaves: Type.Array(Type.String(), { description: 'services that still have a file there' }),
      waitsFor: Type.Array(gateShape),
    }),
    { description: 'clusters that are decommissioned' },
  ),
})

export const status = defineOperation({
  name: 'status',
  summary: 'Where each service stands in each group, how healthy it is and what it waits for',
  input: object({ service: Type.Optional(Type.String()) }),
  output: statusShape,
  async handler(workspace, { service }) {
    const published = await publishedStatus(workspace, service)
    if (published) return published
    const planning = await workspace.planning()
    const { at, publishedBy } = planning.observations
    const { problems, edits } = planning.fleet.state
    const { names } = planning.targets.index
    return statusAnswer(workspace.now, {
      at,
      publishedBy,
      services: planning.services(service).map((name) => serviceStatus(planning.plan(name))),
      problems,
      edits,
      notices: planning.notices(),
      emptyings: planning.emptyings().map((each) => ({ ...each, cluster: names[each.cluster] ?? '' })),
    })
  },
})

/** What a controller publishes of each service, so that nobody has to read a whole fleet to answer. */
export const summarizeService = {
  shape: summaryShape,
  of: serviceStatus,
}

function serviceStatus({ input, plan }: PlannedService): ServiceStatus {
  const groups = plan.groups.flatMap((group) => {
    const of = input.groups.find((candidate) => candidate.group.name === group.group)
    const proposals = plan.proposals.filter((proposal) => proposal.group === group.group)
    return of ? [groupStatus(input, of, group, proposals)] : []
  })
  return {
    service: input.service.name,
    owner: input.service.owner,
    newest: input.releases.at(-1)?.version ?? null,
    summary: input.frozenBy === undefined ? summarize(groups) : 'frozen by errors in the catalog',
    frozenBy: input.frozenBy ?? null,
    groups,
    failures: input.groups.flatMap((group) => failuresOf(input, group)),
  }
}

function groupStatus(
  input: ServicePlanInput,
  of: GroupPlanInput,
  group: GroupPlan,
  proposals: readonly Proposal[],
): GroupStatus {
  const { total, healthy, failed, silent, desired } = countPlacements(input, of)
  return {
    group: group.group,
    release: toRelease(group.release),
    candidate: toRelease(group.candidate),
    state: group.state,
    wave: group.wave,
    waves: group.waves,
    targets: of.targets.length,
    placements: { total, healthy, failed, silent },
    desired: desired.map(({ version, clusters }) => ({ version: version ?? null, clusters })),
    waitsFor: group.waitsFor.map(toGate),
    next: proposals.map(describeProposal),
  }
}

/** The one thing to know about a service: `rolling in prod`. What moves goes before what stands still. */
function summarize(groups: readonly GroupStatus[]): string {
  if (groups.length === 0) return 'targets no cluster'
  const namesOf = (isSo: (group: GroupStatus) => boolean): string =>
    groups
      .filter(isSo)
      .map(({ group }) => group)
      .join(', ')
  for (const state of ['rolling', 'halted', 'rejected'] as const) {
    const names = namesOf((group) => group.state === state)
    if (names !== '') return `${state} in ${names}`
  }
  const waiting = namesOf(({ waitsFor }) => waitsFor.length > 0)
  if (waiting !== '') return `waiting in ${waiting}`
  return groups.every(({ state }) => state === 'proven') ? 'proven everywhere' : 'idle'
}

function failuresOf(
  input: ServicePlanInput,
  { group, targets, rollout }: GroupPlanInput,
): ServiceStatus['failures'] {
  const failing = [...targets].flatMap((cluster) => {
    const placement = placementAt(input, cluster)
    if (placement.state !== 'failed') return []
    return [
      {
        cluster: input.clusters.index.names[cluster] ?? '',
        group: group.name,
        version: placement.desired ?? null,
        since: toMomentOfColumn(placement.since),
        evidence: placement.evidence ?? 'failed',
        fault: placement.fault,
        returned: false,
      },
    ]
  })
  const { current } = rollout
  const rejected = current?.state === 'rejected' ? (rollout.rejected.at(-1)?.evidence ?? []) : []
  const returned = [...(current?.failed ?? []), ...rejected].map(({ cluster, at, evidence }) => ({
    cluster,
    group: group.name,
    version: current?.release.version ?? null,
    since: toMoment(at),
    evidence,
    fault: faultOfEvidence(evidence),
    returned: true,
  }))
  const known = new Set(failing.map(({ cluster }) => cluster))
  return [...failing, ...returned.filter(({ cluster }) => !known.has(cluster))]
}
