import type { CommitDraft, GitRepository, Oid, Signature, TreeChange } from '../../git/port.ts'
import type { MergeOutcome, MergeRequest } from '../port.ts'
import { untilSettled } from './contention.ts'
import type { LocalForgeParts } from './parts.ts'
import { branchRef, pullHeadRef } from './pull-records.ts'
import type { PullRecord, StoredPull } from './pull-records.ts'
import { squashChanges } from './squash.ts'
import type { StoredStatus } from './statuses.ts'

const author: Signature = { name: 'Halyard', email: 'halyard@localhost' }

/**
 * Merges by squash in one ref transaction: the base branch moves, the pull request ends, its branch and status go.
 * Whatever moved since it was read (main, the branch, a gate turned to failure) makes it start over. One that was
 * merged at this head before answers `merged` again, as the reply may have been lost.
 */
export async function mergePullRequest(parts: LocalForgeParts, request: MergeRequest): Promise<MergeOutcome> {
  return untilSettled(`merge pull request #${request.number}`, async () => tryMerge(parts, request))
}

async function tryMerge(parts: LocalForgeParts, request: MergeRequest): Promise<MergeOutcome | 'stale'> {
  const pull = await parts.records.read(request.number)
  if (pull === undefined) throw new Error(`there is no pull request #${request.number}`)
  const head = await parts.repository.resolve(branchRef(pull.record.branch))
  const ended = endedOutcome(pull.record, head, request.expectedHead)
  if (ended !== undefined) return ended
  if (head !== request.expectedHead) return { kind: 'headChanged' }

  const status = await parts.statuses.read(head)
  if (status?.status.state !== 'success') return { kind: 'blocked', reason: blockedReason(status) }

  const base = await parts.repository.resolve(branchRef(pull.record.base))
  if (base === undefined) throw new Error(`there is no branch ${pull.record.base} to merge into`)
  const changes = await squashChanges(parts.repository, base, head)
  if (changes === 'conflict') return { kind: 'conflict' }
  return commitMerge(parts, pull, { request, base, changes, status })
}

/** What to answer for one that is no longer open; undefined: it is. */
function endedOutcome(
  record: PullRecord,
  branchHead: Oid | undefined,
  expectedHead: Oid,
): MergeOutcome | undefined {
  if (record.mergeCommit !== undefined) {
    return record.head === expectedHead
      ? { kind: 'merged', commit: record.mergeCommit }
      : { kind: 'headChanged' }
  }
  return record.state === 'open' && branchHead !== undefined ? undefined : { kind: 'closed' }
}

function blockedReason(status: StoredStatus | undefined): string {
  if (status === undefined) return 'halyard/gates has no status on this head'
  return `halyard/gates is ${status.status.state}: ${status.status.description}`
}

interface ReadyMerge {
  readonly request: MergeRequest
  readonly base: Oid
  readonly changes: readonly TreeChange[]
  readonly status: StoredStatus
}

async function commitMerge(
  { repository, records, statuses, clock }: LocalForgeParts,
  pull: StoredPull,
  { request, base, changes, status }: ReadyMerge,
): Promise<MergeOutcome | 'stale'> {
  const { number, subject, message, time, expectedHead: head } = request
  const draft: CommitDraft = { parent: base, changes, message: `${subject}\n\n${message}`, author, time }
  const earlier = changes.length === 0 ? await findEarlierMerge(repository, draft, head) : undefined
  const [commit] = earlier === undefined ? await repository.writeCommits([draft]) : [earlier]
  if (commit === undefined) throw new Error('writing the merge commit told no id')
  const record: PullRecord = {
    ...pull.record,
    state: 'merged',
    head,
    endedAt: clock(),
    mergeCommit: commit,
    status: status.status,
  }
  const headRef = pullHeadRef(number)
  const outcome = await repository.updateRefs([
    { ref: branchRef(record.base), expected: base, to: earlier === undefined ? commit : base },
    await records.update(pull, record),
    { ref: headRef, expected: await repository.resolve(headRef), to: head },
    { ref: branchRef(record.branch), expected: head, to: undefined },
    ...statuses.forget(head, status),
  ])
  return outcome === 'stale' ? 'stale' : { kind: 'merged', commit }
}

/**
 * Git moves the refs of a transaction one after the other, the base branch first here: a power cut in between leaves
 * the merge on the base branch and the pull request open. Nothing is left to change then, and the commit is found.
 */
async function findEarlierMerge(
  repository: GitRepository,
  { parent: base, message }: CommitDraft,
  head: Oid,
): Promise<Oid | undefined> {
  if (base === undefined) return undefined
  const sinceFork = await repository.log(base, { until: head })
  return sinceFork.find((commit) => commit.message.trimEnd() === message.trimEnd())?.oid
}
