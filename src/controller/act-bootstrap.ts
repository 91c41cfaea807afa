import type { TreeChange } from '../adapters/git/port.ts'
import { emptyRollout } from '../core/domain/rollout.ts'
import { joinable } from '../core/plan/join-requirements.ts'
import { raiseFence } from '../core/plan/rollout-changes.ts'
import type { BootstrapProposal, Join } from '../core/plan/proposals.ts'
import { rolloutPath } from '../core/render/paths.ts'
import { bootstrapPullRequest } from '../core/render/pull-request.ts'
import { renderClusterSync } from '../core/render/render-cluster.ts'
import { formatRollout } from '../core/render/rollout-document.ts'
import { type ActContext, clusterAt, type Outcome } from './act-context.ts'
import { bootstrapBranch } from './branches.ts'
import { deliver } from './deliver.ts'
import { placementFiles } from './placement-files.ts'

/** Brings a new cluster into the fleet: its sync objects and everything proven for it, in one pull request. */
export async function actBootstrap(
  context: ActContext,
  { cluster: ordinal, joins }: BootstrapProposal,
): Promise<Outcome> {
  const cluster = clusterAt(context, ordinal)
  if (!cluster) return { kind: 'waits', branch: '', reason: 'the cluster left the catalog' }
  const { catalog } = context.catalog.targets
  const group = context.catalog.targets.groupOf(ordinal)?.name ?? ''
  const changes = new Map<string, TreeChange>()
  const add = (more: readonly TreeChange[]): void => {
    for (const change of more) changes.set(change.path, change)
  }
  add(renderClusterSync({ cluster: cluster.name, settings: catalog.settings, templates: catalog.templates }))
  const rendered = new Map<Join, readonly TreeChange[]>()
  for (const join of joins) {
    const files = await placementFiles(context, join.release, [ordinal], join.group)
    // What can not be rendered for this cluster stays out; the next wave of that service says why.
    if (files.kind === 'rendered') rendered.set(join, files.changes)
  }
  const ready = joinable([...rendered.keys()], context.catalog.targets.requires, catalog.services)
  for (const join of ready) {
    add(rendered.get(join) ?? [])
    const rollout = context.state.rollout(join.group, join.service) ?? emptyRollout(join.service, join.group)
    add([{ path: rolloutPath(join.group, join.service), text: formatRollout(raiseFence(rollout)) }])
  }
  const joined = ready.map(({ service, release }) => `${service} ${release.version}`)
  const text = bootstrapPullRequest({
    cluster,
    group,
    joined,
    releaseCommits: ready.map(({ release }) => release.catalogCommit),
    catalogCommit: context.catalog.commit,
    initiator: 'halyard',
  })
  const branch = bootstrapBranch(cluster.name)
  const outcome = await deliver(context, {
    branch,
    changes: [...changes.values()],
    text,
    direction: { forward: [] },
  })
  if (outcome.kind !== 'merged') return outcome
  context.emit({
    kind: 'bootstrapped',
    service: undefined,
    group,
    cluster: cluster.name,
    text: `joins ${group}  PR #${outcome.number}  ${joined.length > 0 ? joined.join(', ') : 'nothing proven for it yet'}`,
    pullRequest: outcome.number,
    key: `bootstrap/${cluster.name}/${outcome.number}`,
  })
  return { kind: 'done' }
}
