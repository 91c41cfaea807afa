import type { TreeChange } from '../adapters/git/port.ts'
import { clustersOf } from '../core/plan/gates.ts'
import type { RemovalProposal } from '../core/plan/proposals.ts'
import { namespacePath, rolloutPath, servicePath } from '../core/render/paths.ts'
import { removalPullRequest } from '../core/render/removal-pull-request.ts'
import { formatRollout } from '../core/render/rollout-document.ts'
import { type ActContext, clusterAt, type Outcome } from './act-context.ts'
import { removalBranch } from './branches.ts'
import { deliver } from './deliver.ts'

/** Takes a service off clusters by pull request; its end is only written into the ledger. */
export async function actRemoval(context: ActContext, proposal: RemovalProposal): Promise<Outcome> {
  const { service, group, placements, namespaces, wave, waves, next } = proposal
  const owner = context.catalog.targets.catalog.services.get(service)
  if (!owner) return { kind: 'waits', branch: '', reason: `service ${service} left the catalog` }
  if (placements.length + namespaces.length === 0) return finish(context, proposal)
  const nameOf = (cluster: number): string => context.state.clusters.names[cluster] ?? ''
  const changes: TreeChange[] = [
    ...placements.map(({ cluster }): TreeChange => ({
      path: servicePath(nameOf(cluster), owner.namespace, service),
      remove: true,
    })),
    ...namespaces.map((cluster): TreeChange => ({
      path: namespacePath(nameOf(cluster), owner.namespace),
      remove: true,
    })),
    { path: rolloutPath(group, service), text: formatRollout(next) },
  ]
  const ordinals = [...placements.map(({ cluster }) => cluster), ...namespaces]
  const text = removalPullRequest({
    proposal,
    namespace: owner.namespace,
    clusters: ordinals.flatMap((cluster) => clusterAt(context, cluster) ?? []),
    clusterNames: context.state.clusters.names,
    catalogCommit: context.catalog.commit,
  })
  const branch = removalBranch(proposal)
  const outcome = await deliver(context, {
    branch,
    changes,
    text,
    direction: { forward: [{ service, group }] },
  })
  if (outcome.kind !== 'merged') return outcome
  const what = placements.length > 0 ? `leaves ${group} wave ${wave}/${waves}` : `namespace leaves ${group}`
  context.emit({
    kind: 'waveMerged',
    service,
    group,
    cluster: undefined,
    text: `${what}  PR #${outcome.number}  ${clustersOf(ordinals.length)}`,
    pullRequest: outcome.number,
    key: `removal/${service}/${group}/${next.fence}`,
  })
  return { kind: 'done' }
}

async function finish(context: ActContext, { service, group, next }: RemovalProposal): Promise<Outcome> {
  const pushed = await context.fleet.commitLedger({
    base: context.state.head,
    changes: [{ path: rolloutPath(group, service), text: formatRollout(next) }],
    message: `${service} has left the clusters of ${group} where it is not wanted\n\nHalyard-Service: ${service}\nHalyard-Group: ${group}\nHalyard-Catalog-Commit: ${context.catalog.commit}\n`,
    time: context.now,
  })
  return pushed.kind === 'stale' ? { kind: 'again', reason: 'main moved on' } : { kind: 'done' }
}
