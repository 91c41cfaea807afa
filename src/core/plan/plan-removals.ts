import type { Instant } from '../domain/time.ts'
import type { GroupDecision } from './decision.ts'
import { planRemoval } from './plan-removal.ts'
import type { GroupRemovalInput } from './removal-input.ts'
import type { ServicePlanInput } from './plan-input.ts'
import type { Proposal, RemovalProposal } from './proposals.ts'
import type { ApprovalRequest, GroupPlan } from './service-plan.ts'

/**
 * What leaves, beside what moves. Both write the ledger of their group, so a removal has its turn when the rollout has
 * nothing to do in this moment. Groups that only have something to lose get a plan, too.
 */
export function planRemovals(
  { removals = [], ...input }: ServicePlanInput,
  decisions: readonly GroupDecision[],
  now: Instant,
): {
  readonly groups: readonly GroupPlan[]
  readonly proposals: readonly RemovalProposal[]
  readonly approvals: readonly ApprovalRequest[]
} {
  const groups = new Map(decisions.map(({ plan }) => [plan.group, plan]))
  const busy = new Set(
    decisions.filter(({ proposals }) => proposals.some(goesOn)).map(({ plan }) => plan.group),
  )
  const proposals: RemovalProposal[] = []
  const approvals: ApprovalRequest[] = []
  for (const removal of removals) {
    const { name } = removal.group
    const decision = planRemoval(input, removal, now)
    if (!decision) continue
    const plan = groups.get(name) ?? emptyPlan(removal)
    groups.set(name, { ...plan, waitsFor: [...plan.waitsFor, ...decision.gates] })
    if (decision.proposal && !busy.has(name)) proposals.push(decision.proposal)
    const asked = decision.gates.find(({ gate }) => gate === 'approval')
    if (asked)
      approvals.push({
        group: name,
        digest: decision.digest,
        reason: asked.reason,
        clusters: [...removal.leaving],
      })
  }
  return { groups: [...groups.values()], proposals, approvals }
}

/** A wave may wait for a person for ever: what leaves does not wait with it. */
function goesOn(proposal: Proposal): boolean {
  return proposal.kind !== 'wave' || !proposal.needsApproval
}

function emptyPlan({ group, rollout }: GroupRemovalInput): GroupPlan {
  const none = { targets: 0, moved: 0, healthy: 0, soaked: 0, failed: 0, silent: 0, sick: 0, pending: 0 }
  return {
    group: group.name,
    state: 'idle',
    release: rollout.current?.release,
    candidate: undefined,
    wave: 0,
    waves: 0,
    tally: none,
    waitsFor: [],
  }
}
