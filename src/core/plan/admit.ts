import type {
  BootstrapProposal,
  DecommissionProposal,
  Join,
  RemovalProposal,
  ReturnProposal,
  VerdictProposal,
  WaveProposal,
} from './proposals.ts'
import type { ServicePlan } from './service-plan.ts'

/** What the controller carries out in one round, most urgent first. */
export interface Admitted {
  readonly returns: readonly ReturnProposal[]
  readonly verdicts: readonly VerdictProposal[]
  readonly bootstraps: readonly BootstrapProposal[]
  readonly decommissions: readonly DecommissionProposal[]
  readonly removals: readonly RemovalProposal[]
  readonly waves: readonly WaveProposal[]
}

/**
 * Joins the plans of all services into one order of work: going back before everything, then verdicts, new
 * clusters, what leaves, and forward waves in the plans' order. `newClusters` are ordinals without a directory in the fleet;
 * each gets one bootstrap, also when nothing is proven for it yet.
 */
export function admit(
  plans: Iterable<ServicePlan>,
  newClusters: readonly number[],
  decommissions: readonly DecommissionProposal[] = [],
): Admitted {
  const returns: ReturnProposal[] = []
  const verdicts: VerdictProposal[] = []
  const removals: RemovalProposal[] = []
  const waves: WaveProposal[] = []
  const joins = new Map<number, Join[]>(newClusters.map((cluster) => [cluster, []]))
  for (const plan of plans) {
    for (const proposal of plan.proposals) {
      if (proposal.kind === 'return') returns.push(proposal)
      else if (proposal.kind === 'verdict') verdicts.push(proposal)
      else if (proposal.kind === 'removal') removals.push(proposal)
      else waves.push(proposal)
    }
    for (const join of plan.joins) joins.get(join.cluster)?.push(join)
  }
  const bootstraps = [...joins].map(([cluster, joined]) => ({
    kind: 'bootstrap' as const,
    cluster,
    joins: joined,
  }))
  return { returns: returns.toSorted(byUrgency), verdicts, bootstraps, decommissions, removals, waves }
}

function byUrgency(a: ReturnProposal, b: ReturnProposal): number {
  return rank(a) - rank(b)
}

function rank(proposal: ReturnProposal): number {
  return proposal.reason === 'rejected' ? 0 : 1
}
