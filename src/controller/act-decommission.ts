import type { TreeChange } from '../adapters/git/port.ts'
import type { DecommissionProposal } from '../core/plan/proposals.ts'
import { namespacePath, rolloutPath, servicePath } from '../core/render/paths.ts'
import { decommissionPullRequest } from '../core/render/removal-pull-request.ts'
import { formatRollout } from '../core/render/rollout-document.ts'
import { type ActContext, clusterAt, type Outcome } from './act-context.ts'
import { decommissionBranch } from './branches.ts'
import { deliver } from './deliver.ts'

/** Takes one layer of services, or at last the namespaces, off a cluster that shall be empty. */
export async function actDecommission(context: ActContext, proposal: DecommissionProposal): Promise<Outcome> {
  const cluster = clusterAt(context, proposal.cluster)
  if (!cluster) return { kind: 'waits', branch: '', reason: 'the cluster left the catalog' }
  const { group, services, namespaces } = proposal
  const changes: TreeChange[] = [
    ...services.flatMap(({ service, namespace, next }): TreeChange[] => [
      { path: servicePath(cluster.name, namespace, service), remove: true },
      { path: rolloutPath(group, service), text: formatRollout(next) },
    ]),
    ...namespaces.map((namespace): TreeChange => ({
      path: namespacePath(cluster.name, namespace),
      remove: true,
    })),
  ]
  const text = decommissionPullRequest({ proposal, cluster, catalogCommit: context.catalog.commit })
  const branch = decommissionBranch(proposal, cluster.name)
  const outcome = await deliver(context, {
    branch,
    changes,
    text,
    direction: { forward: services.map(({ service }) => ({ service, group })) },
  })
  if (outcome.kind !== 'merged') return outcome
  const what =
    services.length > 0
      ? services.map(({ service }) => service).join(', ')
      : `namespaces ${namespaces.join(', ')}`
  context.emit({
    kind: 'waveMerged',
    service: undefined,
    group,
    cluster: cluster.name,
    text: `is emptied  PR #${outcome.number}  ${what}`,
    pullRequest: outcome.number,
    key: `decommission/${cluster.name}/${outcome.number}`,
  })
  return { kind: 'done' }
}
