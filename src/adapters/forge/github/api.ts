import type { Instant } from '../../../core/domain/time.ts'
import { ForgeError } from '../errors.ts'
import type { HostedApi, HostedPull } from '../hosted/api.ts'
import { once } from '../hosted/once.ts'
import {
  everyPage,
  listOf,
  optionalTextAt,
  readComment,
  readPull,
  readStatus,
  textAt,
  valueAt,
} from '../hosted/read-reply.ts'
import type { PullRequestDraft } from '../port.ts'
import { approversOf, rememberApprovers } from './approvals.ts'
import type { GitHubClient, GitHubRepository } from './client.ts'
import { mergePull } from './merge.ts'

export interface GitHubApiOptions {
  readonly repository: GitHubRepository
  readonly client: () => Promise<GitHubClient>
  readonly clock: () => Instant
  readonly pause: (milliseconds: number) => Promise<void>
}

const pageSize = 100
const perPage = { per_page: pageSize } as const

/** GitHub's REST API (docs.github.com/rest), each reply read as if anyone had written it. */
export function createGitHubApi({ repository, client, clock, pause }: GitHubApiOptions): HostedApi {
  const { owner, name: repo } = repository
  const here = { owner, repo }
  const rest = async () => (await client()).rest
  const self = once(async () => (await client()).login())
  const pull = async (number: number): Promise<HostedPull> =>
    readPull((await (await rest()).pulls.get({ ...here, pull_number: number })).data)
  const parts = { here, rest, pull, pause }
  return {
    self,
    pull,
    async openPulls() {
      const { pulls } = await rest()
      const query = { ...here, ...perPage, state: 'open', sort: 'created', direction: 'asc' } as const
      const all = await everyPage(pageSize, async (page) => (await pulls.list({ ...query, page })).data)
      return all.map(readPull)
    },
    async pullsOfBranch(branch) {
      const { pulls } = await rest()
      const query = { ...here, ...perPage, state: 'all', sort: 'created', direction: 'desc' } as const
      const { data } = await pulls.list({ ...query, head: `${owner}:${branch}` })
      return listOf(data).map(readPull)
    },
    create: async (draft) => create(parts, draft),
    async edit(number, fields) {
      await (await rest()).pulls.update({ ...here, pull_number: number, ...fields })
    },
    async addLabels(number, labels) {
      // GitHub makes those that the repository does not have.
      await (await rest()).issues.addLabels({ ...here, issue_number: number, labels: [...labels] })
    },
    async askReviewers(number, { people, teams }) {
      const asked = { reviewers: [...people], team_reviewers: [...teams] }
      await (await rest()).pulls.requestReviewers({ ...here, pull_number: number, ...asked })
    },
    approvers: rememberApprovers(async (pull) => approvers(parts, pull), clock),
    ...comments(parts),
    ...statuses(parts),
    merge: async (request) => mergePull(parts, request),
    ...branches(parts),
    async closedBy(number) {
      const { data } = await (await rest()).issues.get({ ...here, issue_number: number })
      return optionalTextAt(data, 'closed_by.login')
    },
  }
}

/** What the parts of the API share. */
export interface GitHubParts {
  readonly here: { readonly owner: string; readonly repo: string }
  readonly rest: () => Promise<GitHubClient['rest']>
  readonly pull: (number: number) => Promise<HostedPull>
  readonly pause: (milliseconds: number) => Promise<void>
}

async function create(
  { here, rest }: GitHubParts,
  { branch, base, title, body }: PullRequestDraft,
): Promise<HostedPull | 'exists'> {
  try {
    return readPull((await (await rest()).pulls.create({ ...here, head: branch, base, title, body })).data)
  } catch (error) {
    if (error instanceof ForgeError && /pull request already exists/i.test(error.reply?.said ?? ''))
      return 'exists'
    throw error
  }
}

async function approvers({ here, rest }: GitHubParts, pull: HostedPull): Promise<readonly string[]> {
  const { pulls, repos } = await rest()
  const query = { ...here, ...perPage, pull_number: pull.number }
  const reviews = await everyPage(
    pageSize,
    async (page) => (await pulls.listReviews({ ...query, page })).data,
  )
  const approving = approversOf(
    // A review outlives its author's account.
    reviews
      .filter((review) => valueAt(review, 'user') !== undefined)
      .map((review) => ({
        by: textAt(review, 'user.login'),
        state: textAt(review, 'state'),
        commit: optionalTextAt(review, 'commit_id'),
      })),
    pull.headSha,
  )
  const mayWrite = async (username: string): Promise<boolean> => {
    const { data } = await repos.getCollaboratorPermissionLevel({ ...here, username })
    // Maintainers are told as `write` (REST, collaborators).
    return ['admin', 'write'].includes(textAt(data, 'permission'))
  }
  const allowed = await Promise.all(approving.map(mayWrite))
  return approving.filter((_, index) => allowed[index])
}

function comments({ here, rest }: GitHubParts): Pick<HostedApi, 'comments' | 'writeComment'> {
  return {
    async comments(number) {
      const { issues } = await rest()
      const query = { ...here, ...perPage, issue_number: number }
      const all = await everyPage(
        pageSize,
        async (page) => (await issues.listComments({ ...query, page })).data,
      )
      return all.map(readComment)
    },
    async writeComment(number, body, id) {
      const { issues } = await rest()
      if (id === undefined) await issues.createComment({ ...here, issue_number: number, body })
      else await issues.updateComment({ ...here, comment_id: id, body })
    },
  }
}

function statuses({ here, rest }: GitHubParts): Pick<HostedApi, 'status' | 'writeStatus'> {
  return {
    async status(sha) {
      const { data } = await (await rest()).repos.getCombinedStatusForRef({ ...here, ...perPage, ref: sha })
      return readStatus(listOf(valueAt(data, 'statuses')), 'state')
    },
    async writeStatus(sha, status) {
      await (await rest()).repos.createCommitStatus({ ...here, sha, ...status })
    },
  }
}

function branches({ here, rest }: GitHubParts): Pick<HostedApi, 'branchHead' | 'deleteBranch'> {
  return {
    async branchHead(branch) {
      // Tells all refs that begin so, and none where a single ref would be missed by an error.
      const { data } = await (await rest()).git.listMatchingRefs({ ...here, ref: `heads/${branch}` })
      const found = listOf(data).find((ref) => textAt(ref, 'ref') === `refs/heads/${branch}`)
      return found === undefined ? undefined : textAt(found, 'object.sha')
    },
    async deleteBranch(branch) {
      try {
        await (await rest()).git.deleteRef({ ...here, ref: `heads/${branch}` })
      } catch (error) {
        const isGone =
          error instanceof ForgeError && /reference does not exist/i.test(error.reply?.said ?? '')
        if (!isGone) throw error
      }
    },
  }
}
