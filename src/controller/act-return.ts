import type { TreeChange } from '../adapters/git/port.ts'
import { clustersOf } from '../core/plan/gates.ts'
import type { ReturnProposal } from '../core/plan/proposals.ts'
import { rolloutPath, servicePath } from '../core/render/paths.ts'
import { returnPullRequest } from '../core/render/pull-request.ts'
import { formatRollout } from '../core/render/rollout-document.ts'
import type { ActContext, Outcome } from './act-context.ts'
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
  const changes = [proposal, ...proposal.dependents].flatMap((part): TreeChange[] => {
    const namespace = catalog.services.get(part.service)?.namespace ?? ''
    const files = part.placements.map(({ cluster, blob }): TreeChange => {
      const path = servicePath(names[cluster] ?? '', namespace, part.service)
      return blob === undefined ? { path, remove: true } : { path, blob }
    })
    return [...files, { path: rolloutPath(group, part.service), text: formatRollout(part.next) }]
  })
  const text = returnPullRequest({
    proposal,
    clusterNames: names,
    catalogCommit: context.catalog.commit,
    initiator: 'halyard',
  })
  const branch = returnBranch(proposal)
  const outcome = await deliver(context, { branch, changes, text, direction: 'back' })
  if (outcome.kind !== 'merged') return outcome
  for (const event of failureEvents(proposal)) context.emit(event)
  for (const event of dependentEvents(proposal, outcome.number)) context.emit(event)
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

/** What went back only because of what it requires; what had to stay is paged from its ledger. */
function dependentEvents(
  { service, group, release, dependents }: ReturnProposal,
  pullRequest: number,
): readonly Parameters<ActContext['emit']>[0][] {
  return dependents
    .filter(({ placements }) => placements.length > 0)
    .map(({ service: dependent, placements, next }) => ({
      kind: 'rolledBack',
      service: dependent,
      group,
      cluster: undefined,
      text: `${clustersOf(placements.length)} of ${group} back to ${versionsOf(placements)} with ${service} ${release.version}  PR #${pullRequest}`,
      pullRequest,
      key: `return/${dependent}/${group}/${next.fence}`,
    }))
}

function versionsOf(placements: ReturnProposal['placements']): string {
  const versions = placements.map(({ release }) => release?.split('@')[0] ?? 'nothing')
  return [...new Set(versions)].toSorted().join(' and ')
}

function tell({ group, reason, placements, refresh }: ReturnProposal): string {
  const versions = versionsOf(placements)
  if (refresh)
    return `refresh rejected in ${group}, ${clustersOf(placements.length)} back to the files of before`
  return reason === 'rejected'
    ? `rejected in ${group}, rolled back to ${versions}`
    : `${clustersOf(placements.length)} of ${group} back to ${versions} within the error budget`
}
