import type { TreeChange } from '../adapters/git/port.ts'
import { releaseId } from '../core/domain/service-release.ts'
import { clustersOf } from '../core/plan/gates.ts'
import type { WaveProposal } from '../core/plan/proposals.ts'
import { rolloutPath } from '../core/render/paths.ts'
import { wavePullRequest } from '../core/render/pull-request.ts'
import { formatRollout } from '../core/render/rollout-document.ts'
import type { ActContext, Outcome } from './act-context.ts'
import { waveBranch } from './branches.ts'
import { deliver } from './deliver.ts'
import { placementFiles } from './placement-files.ts'

/** Opens the wave's pull request and merges it, when its gates still hold in this moment. */
export async function actWave(context: ActContext, proposal: WaveProposal): Promise<Outcome> {
  const { service, group, release, wave, waves, part, parts, next } = proposal
  const rendered = await placementFiles(context, release, proposal.clusters, group)
  if (rendered.kind === 'unrenderable') {
    context.emit({
      kind: 'catalogError',
      service,
      group,
      cluster: undefined,
      text: `${release.version}  ${group} wave ${wave}/${waves}  can not be rendered: ${rendered.reason}`,
      pullRequest: undefined,
      key: `unrenderable/${service}/${group}/${releaseId(release)}/${rendered.reason}`,
    })
    return { kind: 'waits', branch: waveBranch(proposal), reason: rendered.reason }
  }
  const changes: TreeChange[] = [
    ...rendered.changes,
    { path: rolloutPath(group, service), text: formatRollout(next) },
  ]
  const text = wavePullRequest({
    proposal,
    clusters: rendered.clusters,
    changes: rendered.differences,
    catalogCommit: context.catalog.commit,
    namespaces: rendered.namespaces,
    initiator: rendered.initiator,
  })
  const branch = waveBranch(proposal)
  const outcome = await deliver(context, {
    branch,
    changes,
    text,
    direction: {
      forward: [{ service, group, ...(proposal.needsApproval ? { clusters: proposal.clusters } : {}) }],
    },
    ...(proposal.needsApproval ? { approval: { service, group } } : {}),
  })
  if (outcome.kind !== 'merged') return outcome
  context.emit({
    kind: 'waveMerged',
    service,
    group,
    cluster: undefined,
    text: `${release.version}  ${group} wave ${wave}/${waves}${parts > 1 ? ` part ${part}/${parts}` : ''}  PR #${outcome.number}  ${clustersOf(proposal.clusters.length)}${proposal.refresh === undefined ? '' : `  refresh: ${proposal.refresh}`}`,
    pullRequest: outcome.number,
    key: `wave/${service}/${group}/${next.fence}`,
  })
  return { kind: 'done' }
}
