import type { Cluster } from '../domain/cluster.ts'
import { versionOf } from '../plan/requirements.ts'
import type { DecommissionProposal, RemovalProposal } from '../plan/proposals.ts'
import { codeSpan, hiddenMarker } from './markdown.ts'
import { clusterTable, composeBody, count, labelsOf, listSection, nameList } from './pull-request-sections.ts'
import type { PullRequestText } from './pull-request.ts'
import { formatTrailers } from './trailers.ts'

export interface RemovalPullRequestInputs {
  readonly proposal: RemovalProposal
  readonly namespace: string
  /** The clusters of placements and namespaces. */
  readonly clusters: readonly Cluster[]
  /** Cluster names by ordinal. */
  readonly clusterNames: readonly string[]
  readonly catalogCommit: string
}

/** Takes a service, then its empty namespace, off clusters. */
export function removalPullRequest(inputs: RemovalPullRequestInputs): PullRequestText {
  const { proposal, namespace, clusters, catalogCommit } = inputs
  const { service, group, wave, waves, placements, namespaces, next } = proposal
  const gone = count(placements.length + namespaces.length, 'cluster')
  const what = placements.length > 0 ? service : `namespace ${namespace} of ${service}`
  const subject = `${what} leaves ${group}, wave ${wave}/${waves} (${gone})`
  const body = composeBody({
    before: [
      placements.length > 0
        ? `${codeSpan(service)} is no longer wanted on ${gone} of ${codeSpan(group)}: its file leaves them, and Flux uninstalls what it installed. Wave ${wave} of ${waves}.`
        : `${gone} of ${codeSpan(group)} told that ${codeSpan(service)} is gone, and nothing else is left in ${codeSpan(namespace)}: the namespace leaves, too.`,
      clusterTable(clusters),
      deletedTable(inputs),
    ],
    changes: [],
    after: [
      listSection('Approval', proposal.evidence),
      listSection('Gates', [
        'The next wave follows once these clusters tell that the objects are gone. A Hold or Freeze stops it.',
        'Halyard evaluates all gates again at the head of the catalog, then sets halyard/gates and merges by itself.',
      ]),
    ],
    marker: hiddenMarker({ kind: 'removal', service, group, wave, fence: next.fence }),
  })
  const message = formatTrailers([
    ['Service', service],
    ['Group', group],
    ['Removal', `${wave}/${waves}`],
    ...(next.removal?.approval === undefined ? [] : ([['Approval', next.removal.approval]] as const)),
    ['Initiator', 'halyard'],
    ['Catalog-Commit', catalogCommit],
  ])
  return { title: subject, subject, message, body, labels: labelsOf('removal', { service, group }) }
}

function deletedTable({ proposal, namespace, clusterNames }: RemovalPullRequestInputs): string {
  const { service, placements, namespaces } = proposal
  const named = (ordinals: readonly number[]): string =>
    nameList(ordinals.map((at) => clusterNames[at] ?? ''))
  const byRelease = Map.groupBy(placements, ({ release }) => versionOf(release))
  const rows = [...byRelease]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([version, members]) =>
        `| ${codeSpan(`apps/${namespace}/${service}.yaml`)} ${version} | ${members.length} | ${named(members.map(({ cluster }) => cluster))} |`,
    )
  const spaces =
    namespaces.length > 0
      ? [`| ${codeSpan(`namespaces/${namespace}.yaml`)} | ${namespaces.length} | ${named(namespaces)} |`]
      : []
  return ['| deleted | clusters | names |', '|---|---:|---|', ...rows, ...spaces].join('\n')
}

export interface DecommissionPullRequestInputs {
  readonly proposal: DecommissionProposal
  readonly cluster: Cluster
  readonly catalogCommit: string
}

/** Takes services, then namespaces, off a cluster that shall be empty. */
export function decommissionPullRequest(inputs: DecommissionPullRequestInputs): PullRequestText {
  const { proposal, cluster, catalogCommit } = inputs
  const { services, namespaces, left, digest, group } = proposal
  const what = services.length > 0 ? count(services.length, 'service') : count(namespaces.length, 'namespace')
  const subject = `${cluster.name} is emptied: ${what} leave${what.startsWith('1 ') ? 's' : ''}`
  const body = composeBody({
    before: [
      `Cluster ${codeSpan(cluster.name)} of ${codeSpan(group)} is decommissioned. ${services.length > 0 ? `${what} of ${left} go now: nothing that is left there depends on them.` : 'No service is left there, so the namespaces go, too.'}`,
      clusterTable([cluster]),
    ],
    changes: [],
    after: [
      listSection('Deleted', [
        ...services.map(({ service, namespace }) => `apps/${namespace}/${service}.yaml`),
        ...namespaces.map((namespace) => `namespaces/${namespace}.yaml`),
      ]),
      listSection('Approval', [`approved as ${digest}`]),
      listSection('Gates', ['The next layer follows once the cluster tells that these objects are gone.']),
    ],
    marker: hiddenMarker({ kind: 'decommission', cluster: cluster.name, left }),
  })
  const message = formatTrailers([
    ['Decommission', cluster.name],
    ['Group', group],
    ['Approval', digest],
    ['Initiator', 'halyard'],
    ['Catalog-Commit', catalogCommit],
  ])
  return { title: subject, subject, message, body, labels: labelsOf('removal', { group }) }
}
