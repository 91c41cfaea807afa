import { adoptLost, ForgeError, ForgeLimitedError } from '../errors.ts'
import type { MergeOutcome, MergeRequest } from '../port.ts'
import type { HostedApi, HostedPull, MergeReply } from './api.ts'

/** Others' merges move the base branch under a merge; GitHub then asks to try again. */
const attempts = 4

/**
 * Merges by squash at the expected head. One that was merged at this head before answers `merged` again, as the reply
 * may have been lost, and so does one that a person merged there.
 */
export async function mergePullRequest(
  api: HostedApi,
  request: MergeRequest,
  pause: (milliseconds: number) => Promise<void>,
): Promise<MergeOutcome> {
  for (let attempt = 1; ; attempt++) {
    const pull = await api.pull(request.number)
    const ended = endedOutcome(pull, request.expectedHead)
    if (ended) return settle(api, pull, ended)

    const reply = await adoptLost(
      async () => api.merge(request),
      async () => mergedReply(await api.pull(request.number), request.expectedHead),
    )
    if (reply.kind === 'merged') return settle(api, pull, await mergedOutcome(api, request, reply))
    // What refused it may have been another one's merge, or closing.
    const after = await api.pull(request.number)
    const endedNow = endedOutcome(after, request.expectedHead)
    if (endedNow) return settle(api, after, endedNow)
    if (reply.cause !== 'baseMoved') return refusal(reply)
    if (attempt === attempts) return { kind: 'blocked', reason: reply.reason }
    await pause(200 * attempt * (1 + Math.random()))
  }
}

/** What to answer for one that can not be merged any more; undefined: it can. */
function endedOutcome(pull: HostedPull, expectedHead: string): MergeOutcome | undefined {
  if (pull.state === 'closed') return { kind: 'closed' }
  if (pull.headSha !== expectedHead) return { kind: 'headChanged' }
  if (pull.state === 'open') return undefined
  return pull.mergeCommit === undefined ? undefined : { kind: 'merged', commit: pull.mergeCommit }
}

function mergedReply(pull: HostedPull, expectedHead: string): MergeReply | undefined {
  const isMerged = pull.state === 'merged' && pull.headSha === expectedHead
  return isMerged ? { kind: 'merged', commit: pull.mergeCommit } : undefined
}

async function mergedOutcome(
  api: HostedApi,
  { number }: MergeRequest,
  { commit }: Extract<MergeReply, { kind: 'merged' }>,
): Promise<MergeOutcome> {
  const told = commit ?? (await api.pull(number)).mergeCommit
  if (told !== undefined) return { kind: 'merged', commit: told }
  throw new ForgeError(
    'malformed',
    `pull request #${number} is merged, but the forge tells no commit`,
    'the next step finds the commit',
  )
}

function refusal({ cause, reason }: Extract<MergeReply, { kind: 'refused' }>): MergeOutcome {
  return cause === 'headChanged' || cause === 'conflict' ? { kind: cause } : { kind: 'blocked', reason }
}

/** Deletes the branch of a merged one where nobody pushed to it since. */
async function settle(api: HostedApi, pull: HostedPull, outcome: MergeOutcome): Promise<MergeOutcome> {
  if (outcome.kind !== 'merged') return outcome
  try {
    if (pull.isOwn && (await api.branchHead(pull.branch)) === pull.headSha)
      await api.deleteBranch(pull.branch)
  } catch (error) {
    // The merge happened, whatever becomes of its branch.
    if (!(error instanceof ForgeError || error instanceof ForgeLimitedError)) throw error
  }
  return outcome
}
