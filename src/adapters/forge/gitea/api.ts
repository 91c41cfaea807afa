import { ForgeError } from '../errors.ts'
import type { HostedApi, HostedPull } from '../hosted/api.ts'
import { once } from '../hosted/once.ts'
import {
  everyPage,
  listOf,
  numberAt,
  optionalTextAt,
  readComment,
  readPull,
  readStatus,
  textAt,
  valueAt,
} from '../hosted/read-reply.ts'
import type { PullRequestDraft } from '../port.ts'
import type { GiteaClient, GiteaRepository, GiteaRequest } from './client.ts'
import { addLabels } from './labels.ts'
import { mergePull } from './merge.ts'

/** Gitea's default for the most that one page holds. */
const usualPage = 50
/** Older pull requests of a branch than among so many are of no interest, and Gitea can not ask by branch. */
const mostPages = 20

/** What the parts of the API share. */
export interface GiteaParts {
  /** Asks below the repository's path. */
  readonly ask: (path: readonly string[], request?: Omit<GiteaRequest, 'path'>) => Promise<unknown>
  readonly everyPageOf: (
    path: readonly string[],
    query?: GiteaRequest['query'],
  ) => Promise<readonly unknown[]>
  readonly pull: (number: number) => Promise<HostedPull>
  readonly pause: (milliseconds: number) => Promise<void>
}

/** Gitea's REST API, which Forgejo keeps; each reply read as if anyone had written it. */
export function createGiteaApi(
  client: GiteaClient,
  { owner, name }: GiteaRepository,
  pause: (milliseconds: number) => Promise<void>,
): HostedApi {
  const ask: GiteaParts['ask'] = async (path, request) =>
    client.ask({ ...request, path: ['repos', owner, name, ...path] })
  const pageSize = once(async () => {
    const most = numberAt(await client.ask({ path: ['settings', 'api'] }), 'max_response_items')
    return Math.min(most, usualPage)
  })
  const everyPageOf: GiteaParts['everyPageOf'] = async (path, query) => {
    const limit = await pageSize()
    return everyPage(limit, async (page) => ask(path, { query: { ...query, limit, page } }))
  }
  const pull = async (number: number): Promise<HostedPull> => toPull(await ask(['pulls', String(number)]))
  const parts: GiteaParts = { ask, everyPageOf, pull, pause }
  return {
    self: once(async () => textAt(await client.ask({ path: ['user'] }), 'login')),
    pull,
    openPulls: async () => (await everyPageOf(['pulls'], { state: 'open', sort: 'oldest' })).map(toPull),
    pullsOfBranch: async (branch) => pullsOfBranch(parts, await pageSize(), branch),
    create: async (draft) => create(parts, draft),
    async edit(number, fields) {
      await ask(['pulls', String(number)], { method: 'PATCH', body: fields })
    },
    addLabels: async (number, labels) => addLabels(parts, number, labels),
    async askReviewers(number, { people, teams }) {
      const body = { reviewers: people, team_reviewers: teams }
      await ask(['pulls', String(number), 'requested_reviewers'], { method: 'POST', body })
    },
    approvers: async (pull) => approvers(parts, pull),
    ...comments(parts),
    ...statuses(parts),
    merge: async (request) => mergePull(parts, request),
    ...branches(parts),
    async closedBy(number) {
      const events = await everyPageOf(['issues', String(number), 'timeline'])
      const closing = events.findLast((event) => valueAt(event, 'type') === 'close')
      return optionalTextAt(closing, 'user.login')
    },
  }
}

/** `head.ref` is the branch only while that exists; its label always is. */
function toPull(reply: unknown): HostedPull {
  return { ...readPull(reply), branch: textAt(reply, 'head.label') }
}

/** Newest first, down to and with the newest one that is open or that many pages back. */
async function pullsOfBranch(
  { ask }: GiteaParts,
  limit: number,
  branch: string,
): Promise<readonly HostedPull[]> {
  for (let page = 1; page <= mostPages; page++) {
    const found = listOf(await ask(['pulls'], { query: { state: 'all', limit, page } })).map(toPull)
    const mine = found.filter((pull) => pull.branch === branch)
    if (mine.length > 0 || found.length < limit) return mine
  }
  return []
}

async function create(
  { ask }: GiteaParts,
  { branch, base, title, body }: PullRequestDraft,
): Promise<HostedPull | 'exists'> {
  try {
    return toPull(await ask(['pulls'], { method: 'POST', body: { head: branch, base, title, body } }))
  } catch (error) {
    if (error instanceof ForgeError && error.reply?.status === 409) return 'exists'
    throw error
  }
}

/** Gitea calls reviews official whose authors may write, or are on the list that a protection gives. */
async function approvers({ everyPageOf }: GiteaParts, pull: HostedPull): Promise<readonly string[]> {
  const reviews = await everyPageOf(['pulls', String(pull.number), 'reviews'])
  const decisive = reviews.filter(
    (review) =>
      ['APPROVED', 'REQUEST_CHANGES'].includes(textAt(review, 'state')) &&
      valueAt(review, 'user') !== undefined,
  )
  const latest = new Map(decisive.map((review) => [textAt(review, 'user.login'), review] as const))
  return [...latest]
    .filter(
      ([, review]) =>
        textAt(review, 'state') === 'APPROVED' &&
        valueAt(review, 'dismissed') !== true &&
        valueAt(review, 'official') === true &&
        textAt(review, 'commit_id') === pull.headSha,
    )
    .map(([login]) => login)
    .toSorted()
}

function comments({ ask, everyPageOf }: GiteaParts): Pick<HostedApi, 'comments' | 'writeComment'> {
  return {
    comments: async (number) => (await everyPageOf(['issues', String(number), 'comments'])).map(readComment),
    async writeComment(number, body, id) {
      if (id === undefined) {
        await ask(['issues', String(number), 'comments'], { method: 'POST', body: { body } })
      } else await ask(['issues', 'comments', String(id)], { method: 'PATCH', body: { body } })
    },
  }
}

function statuses({ ask }: GiteaParts): Pick<HostedApi, 'status' | 'writeStatus'> {
  return {
    async status(sha) {
      const combined = await ask(['commits', sha, 'status'])
      return readStatus(listOf(valueAt(combined, 'statuses') ?? []), 'status')
    },
    async writeStatus(sha, status) {
      await ask(['statuses', sha], { method: 'POST', body: status })
    },
  }
}

function branches({ ask, pause }: GiteaParts): Pick<HostedApi, 'branchHead' | 'deleteBranch'> {
  return {
    branchHead: async (branch) =>
      unlessMissing(async () => textAt(await ask(['branches', branch]), 'commit.id')),
    async deleteBranch(branch) {
      await unlessMissing(async () => ask(['branches', branch], { method: 'DELETE' }))
      // Gitea then closes the branch's pull requests in the background, and would close one that is opened at once.
      await pause(1000)
    },
  }
}

async function unlessMissing<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ForgeError && error.fault === 'notFound') return undefined
    throw error
  }
}
