import type { TreeChange } from '../adapters/git/port.ts'
import type { ReturnProposal } from '../core/plan/types.ts'
import { rolloutPath, servicePath } from '../core/render/paths.ts'
import { returnPullRequest } from '../core/render/pull-request.ts'
import { formatRollout } from '../core/render/rollout-document.ts'
import type { ActContext, Outcome } from './act-context.ts'
import { clusterCount } from './act-wave.ts'
import { returnBranch } from './branches.ts'
import { deliver } from './deliver.ts'
import { failureEvents } from './events.ts'
import { verdictKey } from './verdicts.ts'

/** Sends placements back to their recorded files, byte for byte, and tells the owner why. */
export async function actReturn(context: ActContext, proposal: ReturnProposal): Promise<Outcome> {
  const { service, group, release, next } = proposal
  const { catalog } = context.catalog.targets
  const owner = catalog.services.get(service)
  if (!owner) return { kind: 'waits', branch: '', reason: `service ${service} left the catalog` }
  const names = context.state.clusters.names
  const changes: TreeChange[] = proposal.placements.map(({ cluster, blob }) => {
    const path = servicePath(names[cluster] ?? '', owner.namespace, service)
    return blob === undefined ? { path, remove: true } : { path, blob }
  })
  changes.push({ path: rolloutPath(group, service), text: formatRollout(next) })
  const text = returnPullRequest({
    proposal,
    clusterNames: names,
    catalogCommit: context.catalog.commit,
    initiator: 'halyard',
  })
  const branch = returnBranch(proposal)
  const outcome = await deliver(context, { branch, changes, text, direction: 'back', needsApproval: false })
  if (outcome.kind !== 'merged') return outcome
  for (const event of failureEvents(proposal)) context.emit(event)
  const story = tell(proposal)
  context.emit({
    kind: proposal.reason === 'rejected' ? 'rejected' : 'rolledBack',
    service,
    group,
    cluster: undefined,
    text: `${release.version}  ${story}  PR #${outcome.number}`,
    pullRequest: outcome.number,
    key: proposal.reason === 'rejected' ? verdictKey(next) : `return/${service}/${group}/${next.fence}`,
  })
  return { kind: 'done' }
}

function tell({ group, reason, placements }: ReturnProposal): string {
  const versions = [
    ...new Set(placements.map(({ release }) => release?.split('@')[0] ?? 'nothing')),
  ].toSorted()
  return reason === 'rejected'
    ? `rejected in ${group}, rolled back to ${versions.join(' and ')}`
    : `${clusterCount(placements.length)} of ${group} back to ${versions.join(' and ')} within the error budget`
}
