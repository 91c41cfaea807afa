import { ForgeError } from '../errors.ts'
import type { MergeReply } from '../hosted/api.ts'
import { valueAt } from '../hosted/read-reply.ts'
import type { MergeRequest } from '../port.ts'
import type { GiteaParts } from './api.ts'

/** Gitea looks for conflicts in the background after each push, and says only "try again later" meanwhile. */
const tries = 12

/** One merge by squash. Gitea refuses with 405 and 409, and its words tell the cause (routers/api/v1/repo/pull.go). */
export async function mergePull(parts: GiteaParts, request: MergeRequest): Promise<MergeReply> {
  for (let attempt = 1; ; attempt++) {
    const refusal = await tryMerge(parts, request)
    if (refusal === undefined) return { kind: 'merged', commit: undefined }
    const reason = refusal.said
    if (!/try again later/i.test(reason)) return { kind: 'refused', cause: causeOf(refusal), reason }
    // One that stays unmergeable for so long has conflicts: there is no other word for it in the API.
    if (attempt === tries) return { kind: 'refused', cause: 'conflict', reason }
    await parts.pause(Math.min(100 * attempt, 500))
  }
}

/** What Gitea answered; undefined: it merged. */
async function tryMerge(
  parts: GiteaParts,
  { number, expectedHead, subject, message }: MergeRequest,
): Promise<{ readonly status: number; readonly said: string } | undefined> {
  const body = {
    Do: 'squash',
    MergeTitleField: subject,
    MergeMessageField: message,
    head_commit_id: expectedHead,
    delete_branch_after_merge: false,
  }
  try {
    await parts.ask(['pulls', String(number), 'merge'], { method: 'POST', body })
    return undefined
  } catch (error) {
    const reply = error instanceof ForgeError && error.fault !== 'protected' ? error.reply : undefined
    // 404: closed meanwhile, which the caller sees for itself.
    if (reply && [404, 405, 409].includes(reply.status)) return reply
    const isOurs = reply?.status === 500 && (await turnsUnmergeable(parts, number))
    if (isOurs) return { status: 409, said: 'there are conflicts' }
    throw error
  }
}

/** Until Gitea has looked for conflicts with a new base, it tries the merge and fails without saying why. */
async function turnsUnmergeable({ ask, pause }: GiteaParts, number: number): Promise<boolean> {
  for (let look = 1; look <= tries; look++) {
    const pull = await ask(['pulls', String(number)])
    if (valueAt(pull, 'state') !== 'open') return false
    if (valueAt(pull, 'mergeable') === false) return true
    await pause(Math.min(100 * look, 500))
  }
  return false
}

function causeOf({
  status,
  said,
}: {
  readonly status: number
  readonly said: string
}): Extract<MergeReply, { kind: 'refused' }>['cause'] {
  if (status !== 409) return 'blocked'
  if (/head out of date/i.test(said)) return 'headChanged'
  if (/push out of date/i.test(said)) return 'baseMoved'
  return /PushRejected/i.test(said) ? 'blocked' : 'conflict'
}
