import { type Static, Type } from 'typebox'
import type { Join, Proposal, RemovalProposal } from '../core/plan/proposals.ts'
import { defineOperation } from './operation.ts'
import { describeProposal } from './describe-proposal.ts'
import { toGate, toMoment, toRelease } from './answer-values.ts'
import { count, gateShape, moment, nullable, object, releaseShape } from './shapes.ts'
import type { PlannedService } from './workspace.ts'

const proposalShape = object({
  kind: Type.Union([Type.Literal('wave'), Type.Literal('return'), Type.Literal('verdict')]),
  group: Type.String(),
  release: releaseShape,
  text: Type.String(),
  clusters: Type.Array(Type.String(), { description: 'in the order in which they are moved' }),
  wave: nullable(object({ number: count, of: count, quota: count, needsApproval: Type.Boolean() })),
  evidence: Type.Array(Type.String()),
})

/** What leaves clusters on which it is not wanted any more. */
const removalShape = object({
  group: Type.String(),
  text: Type.String(),
  clusters: Type.Array(Type.String()),
})

/** What waits for a person: `halctl approve`. */
const approvalShape = object({
  group: Type.String(),
  digest: Type.String(),
  reason: Type.String(),
  clusters: Type.Array(Type.String()),
})

const plannedGroupShape = object({
  group: Type.String(),
  state: Type.String(),
  release: nullable(releaseShape),
  candidate: nullable(releaseShape),
  wave: count,
  waves: count,
  waitsFor: Type.Array(gateShape),
})

const plannedServiceShape = object({
  service: Type.String(),
  frozenBy: nullable(Type.String()),
  groups: Type.Array(plannedGroupShape),
  proposals: Type.Array(proposalShape),
  removals: Type.Array(removalShape),
  approvals: Type.Array(approvalShape),
  joins: Type.Array(object({ cluster: Type.String(), group: Type.String(), release: releaseShape })),
  validUntil: nullable(moment),
})

export const plan = defineOperation({
  name: 'plan',
  summary: 'What happens next with each service, and what it waits for',
  input: object({ service: Type.Optional(Type.String()) }),
  output: object({
    at: moment,
    catalogCommit: Type.String(),
    fleetCommit: nullable(Type.String()),
    services: Type.Array(plannedServiceShape),
  }),
  async handler(workspace, { service }) {
    const planning = await workspace.planning()
    return {
      at: toMoment(planning.observations.at) ?? '',
      catalogCommit: planning.catalog.commit,
      fleetCommit: planning.fleet.state.head ?? null,
      services: planning.services(service).map((name) => describeService(planning.plan(name))),
    }
  },
})

function describeService({ input, plan }: PlannedService): Static<typeof plannedServiceShape> {
  const { names } = input.clusters.index
  return {
    service: plan.service,
    frozenBy: input.frozenBy ?? null,
    groups: plan.groups.map((group) => ({
      group: group.group,
      state: group.state,
      release: toRelease(group.release),
      candidate: toRelease(group.candidate),
      wave: group.wave,
      waves: group.waves,
      waitsFor: group.waitsFor.map(toGate),
    })),
    proposals: plan.proposals.flatMap((proposal) =>
      proposal.kind === 'removal' ? [] : [toProposal(proposal, names)],
    ),
    removals: plan.proposals.flatMap((proposal) =>
      proposal.kind === 'removal' ? [toRemoval(proposal, names)] : [],
    ),
    approvals: (plan.approvals ?? []).map(({ group, digest, reason, clusters }) => ({
      group,
      digest,
      reason,
      clusters: clusters.map((cluster) => names[cluster] ?? ''),
    })),
    joins: plan.joins.map((join) => toJoin(join, names)),
    validUntil: toMoment(plan.validUntil),
  }
}

function toRemoval(proposal: RemovalProposal, names: readonly string[]): Static<typeof removalShape> {
  const clusters = [...proposal.placements.map(({ cluster }) => cluster), ...proposal.namespaces]
  return {
    group: proposal.group,
    text: describeProposal(proposal),
    clusters: clusters.map((cluster) => names[cluster] ?? ''),
  }
}

function toProposal(
  proposal: Exclude<Proposal, RemovalProposal>,
  names: readonly string[],
): Static<typeof proposalShape> {
  const { kind, group, release } = proposal
  const common = { kind, group, release: toRelease(release), text: describeProposal(proposal) }
  switch (proposal.kind) {
    case 'wave': {
      const { wave, waves, quota, needsApproval, clusters, evidence } = proposal
      const moved = clusters.map((cluster) => names[cluster] ?? '')
      return {
        ...common,
        clusters: moved,
        wave: { number: wave, of: waves, quota, needsApproval },
        evidence: [...evidence],
      }
    }
    case 'return': {
      const clusters = proposal.placements.map(({ cluster }) => names[cluster] ?? '')
      return { ...common, clusters, wave: null, evidence: proposal.evidence.map(describeFailure) }
    }
    case 'verdict':
      return { ...common, clusters: [], wave: null, evidence: proposal.evidence.map(describeFailure) }
  }
}

function toJoin({ cluster, group, release }: Join, names: readonly string[]) {
  return { cluster: names[cluster] ?? '', group, release: toRelease(release) }
}

function describeFailure({
  cluster,
  evidence,
}: {
  readonly cluster: string
  readonly evidence: string
}): string {
  return `${cluster}: ${evidence}`
}
