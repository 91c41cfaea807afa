import type { Oid } from '../../git/port.ts'
import type { PullRequestDraft } from '../port.ts'
import { untilSettled } from './contention.ts'
import type { LocalForgeParts } from './parts.ts'
import { branchRef, pullHeadRef } from './pull-records.ts'
import type { PullRecord } from './pull-records.ts'

/**
 * Opens a pull request or brings the branch's open one up to date. Numbers have no gaps, so that of two writers
 * that open one for the same branch the second finds its number taken, reads again and adopts.
 */
export async function openPullRequest(parts: LocalForgeParts, draft: PullRequestDraft): Promise<PullRecord> {
  return untilSettled(`open a pull request of ${draft.branch}`, async () => tryOpen(parts, draft))
}

async function tryOpen(parts: LocalForgeParts, draft: PullRequestDraft): Promise<PullRecord | 'stale'> {
  const { repository, records } = parts
  const head = await repository.resolve(branchRef(draft.branch))
  if (head === undefined) throw new Error(`there is no branch ${draft.branch} to open a pull request of`)
  const existing = (await records.open()).find(({ record }) => record.branch === draft.branch)
  const record: PullRecord =
    existing === undefined
      ? await newRecord(parts, draft, head)
      : { ...existing.record, ...pickDraft(draft), head }
  const headRef = pullHeadRef(record.number)
  const outcome = await repository.updateRefs([
    await records.update(existing, record),
    { ref: headRef, expected: await repository.resolve(headRef), to: head },
  ])
  return outcome === 'stale' ? 'stale' : record
}

async function newRecord(
  { records, clock }: LocalForgeParts,
  draft: PullRequestDraft,
  head: Oid,
): Promise<PullRecord> {
  const last = [...(await records.numbers()).keys()].at(-1) ?? 0
  return {
    ...pickDraft(draft),
    number: last + 1,
    state: 'open',
    head,
    approvals: [],
    createdAt: clock(),
    endedAt: undefined,
    endedBy: undefined,
    comment: undefined,
    mergeCommit: undefined,
    status: undefined,
  }
}

function pickDraft({ branch, base, title, body, labels }: PullRequestDraft): PullRequestDraft {
  return { branch, base, title, body, labels }
}
