import { ForgeError } from '../errors.ts'
import type { MergeReply } from '../hosted/api.ts'
import { optionalTextAt, textAt, valueAt } from '../hosted/read-reply.ts'
import type { MergeRequest } from '../port.ts'
import type { GitHubParts } from './api.ts'

/** GitHub finds conflicts in the background; it has an answer within some seconds. */
const looks = 5

/** One merge by squash. GitHub refuses with 405 and 409, and its words tell the cause (REST, merge a pull request). */
export async function mergePull(parts: GitHubParts, request: MergeRequest): Promise<MergeReply> {
  const { pulls } = await parts.rest()
  try {
    const { data } = await pulls.merge({
      ...parts.here,
      pull_number: request.number,
      merge_method: 'squash',
      sha: request.expectedHead,
      commit_title: request.subject,
      commit_message: request.message,
    })
    if (valueAt(data, 'merged') !== true) {
      throw new ForgeError(
        'malformed',
        'GitHub answered a merge without saying merged',
        'it is looked for again',
      )
    }
    return { kind: 'merged', commit: textAt(data, 'sha') }
  } catch (error) {
    const said = mergeRefusal(error)
    if (said === undefined) throw error
    return { kind: 'refused', cause: await causeOf(parts, request, said), reason: said }
  }
}

/** GitHub's words; undefined: this is no refusal of the merge. */
function mergeRefusal(error: unknown): string | undefined {
  const reply = error instanceof ForgeError ? error.reply : undefined
  return reply?.status === 405 || reply?.status === 409 ? reply.said : undefined
}

async function causeOf(
  { here, rest, pause }: GitHubParts,
  { number, expectedHead }: MergeRequest,
  said: string,
): Promise<Extract<MergeReply, { kind: 'refused' }>['cause']> {
  if (/head branch was modified/i.test(said)) return 'headChanged'
  if (/base branch was modified/i.test(said)) return 'baseMoved'
  const { pulls } = await rest()
  for (let look = 1; look <= looks; look++) {
    const { data } = await pulls.get({ ...here, pull_number: number })
    if (textAt(data, 'head.sha') !== expectedHead) return 'headChanged'
    const mergeable = valueAt(data, 'mergeable')
    if (mergeable === false || optionalTextAt(data, 'mergeable_state') === 'dirty') return 'conflict'
    if (mergeable === true) return 'blocked'
    await pause(500 * look)
  }
  return 'blocked'
}
