import type { Cluster } from '../domain/cluster.ts'
import { releaseId } from '../domain/service-release.ts'
import { versionOf } from '../plan/requirements.ts'
import type { ReturnProposal, VerdictProposal, WaveProposal } from '../plan/proposals.ts'
import type { PlacementChange } from './diff-classes.ts'
import { codeSpan, escapeMarkdown, hiddenMarker } from './markdown.ts'
import {
  clusterTable,
  composeBody,
  count,
  labelsOf,
  listSection,
  nameList,
  ordersSection,
} from './pull-request-sections.ts'
import { formatTrailers, releaseCommitTrailer } from './trailers.ts'

/** A pull request and the commit that it becomes. */
export interface PullRequestText {
  readonly title: string
  /** GitHub-flavoured Markdown, at most 60,000 characters; the last line is a hidden marker. */
  readonly body: string
  readonly labels: readonly string[]
  readonly subject: string
  /** The commit message after the subject: `Halyard-…` trailers. */
  readonly message: string
}

export interface WavePullRequestInputs {
  readonly proposal: WaveProposal
  /** The proposal's clusters. */
  readonly clusters: readonly Cluster[]
  /** Every file of those clusters that differs. */
  readonly changes: readonly PlacementChange[]
  /** How many clusters get the files of the service's namespace with it, for the first time or anew; absent: none. */
  readonly namespaces?: { readonly namespace: string; readonly created: number; readonly renewed: number }
  readonly catalogCommit: string
  /** Author of the version. */
  readonly initiator: string
}

/** Moves clusters to a release. */
export function wavePullRequest(inputs: WavePullRequestInputs): PullRequestText {
  const { proposal, clusters, changes, initiator } = inputs
  const { service, group, release, wave, waves, quota, next } = proposal
  const part = { number: proposal.part, of: proposal.parts }
  const partText = part.of === 1 ? '' : `, part ${part.number}/${part.of}`
  const { refresh } = proposal
  const what =
    refresh === undefined ? `${service} ${release.version}` : `${service} refresh of ${release.version}`
  const subject = `${what} → ${group} wave ${wave}/${waves}${partText} (${count(clusters.length, 'cluster')})`
  const body = composeBody({
    before: [
      refresh === undefined
        ? `${codeSpan(what)} goes to ${count(clusters.length, 'cluster')} of ${codeSpan(group)}: wave ${wave} of ${waves}${partText}, after which at most ${quota} run it. Made by ${escapeMarkdown(initiator)}.`
        : `${count(clusters.length, 'cluster')} of ${codeSpan(group)} ${clusters.length === 1 ? 'gets' : 'get'} new files of ${codeSpan(`${service} ${release.version}`)}: ${escapeMarkdown(refresh)}. Wave ${wave} of ${waves}${partText}, after which at most ${quota} have them.`,
      clusterTable(clusters),
      ...namespaceNote(inputs),
    ],
    changes,
    after: [
      listSection('Evidence so far', proposal.evidence),
      listSection('Gates', gatesOf(proposal)),
      ordersSection(service, group, release.version),
    ],
    marker: hiddenMarker({
      kind: 'wave',
      service,
      group,
      release: releaseId(release),
      wave,
      part: part.number,
      fence: next.fence,
    }),
  })
  const message = formatTrailers([
    ['Service', service],
    ['Release', releaseId(release)],
    ['Group', group],
    ['Wave', `${wave}/${waves}`],
    ['Part', `${part.number}/${part.of}`],
    ['Initiator', initiator],
    ['Catalog-Commit', inputs.catalogCommit],
    [releaseCommitTrailer, release.catalogCommit],
  ])
  return { title: subject, subject, message, body, labels: labelsOf('wave', { service, group }) }
}

/** These files are of the namespace, not of the service: they do not go back with it. */
function namespaceNote({ namespaces }: WavePullRequestInputs): readonly string[] {
  const { namespace = '', created = 0, renewed = 0 } = namespaces ?? {}
  const words = [
    ...(created > 0 ? [`comes to ${count(created, 'cluster')} with it`] : []),
    ...(renewed > 0
      ? [
          `is written anew on ${count(renewed, 'cluster')}, as its skeleton or the foundation before it changed`,
        ]
      : []),
  ]
  return words.length === 0 ? [] : [`Namespace ${codeSpan(namespace)} ${words.join(' and ')}.`]
}

function gatesOf({ needsApproval }: WaveProposal): readonly string[] {
  return [
    needsApproval
      ? 'Waits for an approving review of exactly this head.'
      : 'Every gate was open when this pull request was opened; no approval is asked for.',
    'Halyard evaluates all gates again at the head of the catalog, then sets halyard/gates and merges by itself.',
  ]
}

export interface ReturnPullRequestInputs {
  readonly proposal: ReturnProposal
  /** Cluster names by ordinal. */
  readonly clusterNames: readonly string[]
  /** What changes in the files, where the caller has them at hand. */
  readonly changes?: readonly PlacementChange[]
  readonly catalogCommit: string
  readonly initiator: string
}

/** Sends placements to their way back. */
export function returnPullRequest(inputs: ReturnPullRequestInputs): PullRequestText {
  const { proposal, clusterNames, initiator } = inputs
  const { service, group, release, reason, placements, next } = proposal
  const clusters = count(placements.length, 'cluster')
  const verdict = reason === 'rejected' ? 'rejected in' : 'failed on clusters of'
  const what = proposal.refresh ? `refresh of ${release.version}` : release.version
  const subject = `${service} ${what} ${verdict} ${group}: ${clusters} ${placements.length === 1 ? 'goes' : 'go'} back${withOthers(proposal)}`
  const body = composeBody({
    before: [
      `${codeSpan(`${service} ${what}`)} is ${reason === 'rejected' ? 'rejected in' : 'taken back from failing clusters of'} ${codeSpan(group)}: ${clusters} get their recorded files back, byte for byte. ${escapeMarkdown(proposal.text)}`,
      wayBackTable(placements, clusterNames),
      ...proposal.dependents.map((dependent) => dependentSection(dependent, clusterNames)),
    ],
    changes: inputs.changes ?? [],
    after: [
      listSection(
        'Evidence',
        proposal.evidence.map(({ cluster, evidence }) => `${cluster}: ${evidence}`),
      ),
      listSection('Gates', [
        'Going back waits for nothing: only a Hold with rollbacks: true stops it. Halyard merges this by itself.',
      ]),
    ],
    marker: hiddenMarker({
      kind: 'return',
      service,
      group,
      release: releaseId(release),
      reason,
      fence: next.fence,
    }),
  })
  const message = formatTrailers([
    ['Service', service],
    ['Release', releaseId(release)],
    ['Group', group],
    ['Return', reason],
    ...(proposal.dependents.length === 0
      ? []
      : ([['Dependents', proposal.dependents.map((dependent) => dependent.service).join(' ')]] as const)),
    ['Initiator', initiator],
    ['Catalog-Commit', inputs.catalogCommit],
  ])
  return { title: subject, subject, message, body, labels: labelsOf('return', { service, group }) }
}

function withOthers({ dependents }: ReturnProposal): string {
  const moved = dependents.filter(({ placements }) => placements.length > 0).map(({ service }) => service)
  return moved.length === 0 ? '' : `, with ${moved.join(', ')}`
}

/** A service that is touched only because it requires what goes back. */
function dependentSection(
  { service, placements, next }: ReturnProposal['dependents'][number],
  clusterNames: readonly string[],
): string {
  const latest = next.returns?.at(-1)?.at
  const told = (next.returns ?? []).filter(({ at }) => at === latest)
  const lines = told.map(
    ({ outcome, reason, clusters }) =>
      `- ${outcome === 'broken' ? '**broken**' : 'goes back'} on ${nameList(clusters)}: ${escapeMarkdown(reason)}`,
  )
  return [
    `${codeSpan(service)} requires it:`,
    lines.join('\n'),
    ...(placements.length > 0 ? [wayBackTable(placements, clusterNames)] : []),
  ].join('\n\n')
}

function wayBackTable(placements: ReturnProposal['placements'], clusterNames: readonly string[]): string {
  const byRelease = Map.groupBy(placements, ({ release }) => release ?? '')
  const rows = [...byRelease]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([release, members]) => {
      const names = members.map(({ cluster }) => clusterNames[cluster] ?? String(cluster))
      return `| ${release === '' ? 'removed' : codeSpan(versionOf(release))} | ${members.length} | ${nameList(names)} |`
    })
  return ['| back to | clusters | names |', '|---|---:|---|', ...rows].join('\n')
}

export interface BootstrapPullRequestInputs {
  readonly cluster: Cluster
  readonly group: string
  /** `<service> <version>` of everything that the cluster starts with. */
  readonly joined: readonly string[]
  /** The catalog commits that render what it starts with. */
  readonly releaseCommits: readonly string[]
  readonly catalogCommit: string
  readonly initiator: string
}

/** Brings a new cluster into the fleet. */
export function bootstrapPullRequest(inputs: BootstrapPullRequestInputs): PullRequestText {
  const { cluster, group, joined, releaseCommits, initiator, catalogCommit } = inputs
  const subject = `${cluster.name} joins ${group} (${count(joined.length, 'service')})`
  const body = composeBody({
    before: [
      `Cluster ${codeSpan(cluster.name)} joins ${codeSpan(group)}: its sync objects, namespaces and the newest proven version of each service that targets it.`,
      clusterTable([cluster]),
    ],
    changes: [],
    after: [
      listSection('Services', joined.toSorted()),
      joined.length === 0 ? 'No service is proven for it yet: the next waves bring them.' : '',
      listSection('Gates', ['No cluster that already runs is touched. Halyard merges this by itself.']),
    ],
    marker: hiddenMarker({ kind: 'bootstrap', cluster: cluster.name, group }),
  })
  const message = formatTrailers([
    ['Bootstrap', cluster.name],
    ['Group', group],
    ['Initiator', initiator],
    ['Catalog-Commit', catalogCommit],
    ...(releaseCommits.length === 0
      ? []
      : ([[releaseCommitTrailer, [...new Set(releaseCommits)].toSorted().join(' ')]] as const)),
  ])
  return { title: subject, subject, message, body, labels: labelsOf('bootstrap', { group }) }
}

/** The whole message of a commit that only writes verdicts into the ledger. */
export function verdictMessage(proposals: readonly VerdictProposal[], catalogCommit: string): string {
  const lines = proposals.map(
    ({ service, group, release, verdict }) => `${service} ${release.version} ${verdict} in ${group}`,
  )
  const subject =
    lines.length === 1 ? (lines[0] ?? '') : `Verdicts on ${count(lines.length, 'service release')}`
  const [only] = proposals
  const trailers = formatTrailers([
    ...(only !== undefined && proposals.length === 1
      ? ([
          ['Service', only.service],
          ['Release', releaseId(only.release)],
          ['Group', only.group],
          ['Verdict', only.verdict],
        ] as const)
      : []),
    ['Catalog-Commit', catalogCommit],
  ])
  return [subject, ...(lines.length === 1 ? [] : [lines.join('\n')]), trailers].join('\n\n')
}
