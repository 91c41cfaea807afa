import type { CommitStatus, Forge, ForgeLimit, PullRequest } from '../port.ts'
import { adoptLost } from '../errors.ts'
import type { HostedApi, HostedPull } from './api.ts'
import { closePullRequest } from './close.ts'
import { writeComment } from './comments.ts'
import { mergePullRequest } from './merge.ts'
import { openPullRequest } from './open.ts'

export interface HostedForgeOptions {
  readonly api: HostedApi
  readonly limit: () => ForgeLimit | undefined
  /** Waits so many milliseconds, for what a forge does in the background; at most some seconds in all. */
  readonly pause: (milliseconds: number) => Promise<void>
}

const halyardBranches = 'halyard/'

/** The forge over HTTP: every effect is looked for before it is repeated, and adopted when a reply was lost. */
export function createHostedForge({ api, limit, pause }: HostedForgeOptions): Forge {
  return {
    async list() {
      const pulls = (await api.openPulls()).filter((pull) => pull.isOwn && isHalyards(pull.branch))
      return Promise.all(pulls.map(async (pull) => describe(api, pull)))
    },
    async find(branch) {
      const newest = (await api.pullsOfBranch(branch)).find((pull) => pull.isOwn)
      if (newest?.state !== 'closed') return newest && describe(api, newest)
      const [by, self] = [await api.closedBy(newest.number), await api.self()]
      const described = await describe(api, newest)
      return by === undefined || by === self ? described : { ...described, closedBy: by }
    },
    open: async (draft) => describe(api, await openPullRequest(api, draft, pause)),
    setStatus: async (headSha, status) => setStatus(api, headSha, status),
    merge: async (request) => mergePullRequest(api, request, pause),
    close: async (number, comment) => closePullRequest(api, number, comment),
    comment: async (number, comment) => writeComment(api, number, comment),
    limit,
  }
}

function isHalyards(branch: string): boolean {
  return branch.startsWith(halyardBranches)
}

async function describe(api: HostedApi, pull: HostedPull): Promise<PullRequest> {
  const { number, branch, base, title, body, labels, headSha, state, url } = pull
  const approvals = state === 'open' ? await api.approvers(pull) : []
  return { number, branch, base, title, body, labels, headSha, state, url, approvals }
}

/** Set once: GitHub counts each status towards its limits and takes 1,000 of a commit and context. */
async function setStatus(api: HostedApi, sha: string, status: CommitStatus): Promise<void> {
  const wanted = { ...status, description: status.description.slice(0, 140) }
  const isSet = async (): Promise<true | undefined> => {
    const current = await api.status(sha)
    return current?.state === wanted.state && current.description === wanted.description ? true : undefined
  }
  if (await isSet()) return
  await adoptLost(async () => api.writeStatus(sha, wanted).then((): true => true), isSet)
}
