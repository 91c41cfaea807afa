import type { Oid, RefUpdate } from '../../git/port.ts'
import type { Comment } from '../port.ts'
import { untilSettled } from './contention.ts'
import type { LocalForgeParts } from './parts.ts'
import { branchRef } from './pull-records.ts'
import type { PullRecord, StoredPull } from './pull-records.ts'

export interface Closing {
  /** The person who closes it; absent: Halyard. */
  readonly by?: string
  readonly comment?: string
  readonly deleteBranch: boolean
}

/** Closes without merging. Nothing happens to one that is closed or merged already. */
export async function closePullRequest(
  parts: LocalForgeParts,
  number: number,
  closing: Closing,
): Promise<void> {
  await changeOpen(parts, number, async (pull, head) => {
    const current = head ?? pull.record.head
    const status = await parts.statuses.read(current)
    const record: PullRecord = {
      ...pull.record,
      state: 'closed',
      head: current,
      endedAt: parts.clock(),
      endedBy: closing.by,
      comment: closing.comment,
      status: status?.status,
    }
    const branch: RefUpdate = { ref: branchRef(record.branch), expected: head, to: undefined }
    const deletesBranch = closing.deleteBranch && head !== undefined
    return [
      await parts.records.update(pull, record),
      ...parts.statuses.forget(current, status),
      ...(deletesBranch ? [branch] : []),
    ]
  })
}

/** Records a person's approval of the head that the branch has now. */
export async function approvePullRequest(parts: LocalForgeParts, number: number, by: string): Promise<void> {
  await changeOpen(parts, number, async (pull, head) => {
    const { approvals } = pull.record
    if (head === undefined || approvals.some((given) => given.by === by && given.head === head)) return []
    return [await parts.records.update(pull, { ...pull.record, approvals: [...approvals, { by, head }] })]
  })
}

/** Keeps the comment of that name; it may be about one that ended. */
export async function commentPullRequest(
  { repository, records }: LocalForgeParts,
  number: number,
  { name, text }: Comment,
): Promise<void> {
  await untilSettled(`comment on pull request #${number}`, async () => {
    const pull = await records.read(number)
    if (pull === undefined) throw new Error(`there is no pull request #${number}`)
    const { comments } = pull.record
    if (comments?.[name] === text) return 'updated'
    return repository.updateRefs([
      await records.update(pull, { ...pull.record, comments: { ...comments, [name]: text } }),
    ])
  })
}

async function changeOpen(
  { repository, records }: LocalForgeParts,
  number: number,
  change: (pull: StoredPull, branchHead: Oid | undefined) => Promise<readonly RefUpdate[]>,
): Promise<void> {
  await untilSettled(`change pull request #${number}`, async () => {
    const pull = await records.read(number)
    if (pull === undefined) throw new Error(`there is no pull request #${number}`)
    if (pull.record.state !== 'open') return 'updated'
    const updates = await change(pull, await repository.resolve(branchRef(pull.record.branch)))
    return updates.length === 0 ? 'updated' : repository.updateRefs(updates)
  })
}
