import type { Instant } from '../../../core/domain/time.ts'
import type { GitRepository, Oid } from '../../git/port.ts'
import type { CommitStatus, Forge, PullRequest } from '../port.ts'
import { approvePullRequest, closePullRequest, commentPullRequest } from './close.ts'
import { mergePullRequest } from './merge.ts'
import { openPullRequest } from './open.ts'
import type { LocalForgeParts } from './parts.ts'
import { branchRef, createPullRecords } from './pull-records.ts'
import type { PullRecord } from './pull-records.ts'
import { createStatuses } from './statuses.ts'

/** A forge whose pull requests are refs of the repository itself, so that every change is one ref transaction. */
export interface LocalForge extends Forge {
  get(number: number): Promise<LocalPullRequest | undefined>
  /** Newest first. */
  all(options: { readonly limit: number }): Promise<readonly LocalPullRequest[]>
  /** A person's review, good for the head that the pull request has now. Nothing happens when it is not open. */
  approve(number: number, by: string): Promise<void>
  /** A person closes it without merging; the branch stays, as on other forges. */
  closeByPerson(number: number, by: string): Promise<void>
}

export interface LocalPullRequest extends PullRequest {
  readonly createdAt: Instant
  readonly endedAt: Instant | undefined
  /** Who closed it, when a person did. */
  readonly endedBy: string | undefined
  readonly comment: string | undefined
  readonly mergeCommit: Oid | undefined
  readonly status: CommitStatus | undefined
}

export interface LocalForgeOptions {
  /** The bare repository itself, not a clone of it. */
  readonly repository: GitRepository
  /** Seconds since 1970: stamps opening and closing. */
  readonly clock: () => Instant
  /** Where a pull request can be looked at; `#<number>` when nothing shows it. */
  readonly url?: (number: number) => string
}

const halyardBranches = 'halyard/'

export function createLocalForge(options: LocalForgeOptions): LocalForge {
  const { repository, clock, url = (number) => `#${number}` } = options
  const records = createPullRecords(repository)
  const statuses = createStatuses(repository)
  const parts: LocalForgeParts = { repository, records, statuses, clock }

  async function describe(record: PullRecord): Promise<LocalPullRequest> {
    const head = await repository.resolve(branchRef(record.branch))
    const status = record.status ?? (await statuses.read(head ?? record.head))?.status
    return toPullRequest({ ...record, status }, head, url)
  }

  return {
    async list() {
      const heads = await repository.refs(branchRef(halyardBranches))
      const pulls = (await records.open()).filter(({ record }) => record.branch.startsWith(halyardBranches))
      return pulls
        .map(({ record }) => toPullRequest(record, heads.get(branchRef(record.branch)), url))
        .filter(({ state }) => state === 'open')
    },
    async find(branch) {
      const pulls = await records.readAll([...(await records.numbers()).values()])
      const newest = pulls.findLast(({ record }) => record.branch === branch)
      if (newest === undefined) return undefined
      const { endedBy } = newest.record
      return { ...(await describe(newest.record)), ...(endedBy !== undefined && { closedBy: endedBy }) }
    },
    open: async (draft) => describe(await openPullRequest(parts, draft)),
    setStatus: async (headSha, status) => statuses.write(headSha, status),
    merge: async (request) => mergePullRequest(parts, request),
    close: async (number, comment) => closePullRequest(parts, number, { comment, deleteBranch: true }),
    comment: async (number, comment) => commentPullRequest(parts, number, comment),
    limit: () => undefined,
    async get(number) {
      const pull = await records.read(number)
      return pull === undefined ? undefined : describe(pull.record)
    },
    async all({ limit }) {
      const newest = [...(await records.numbers()).values()].toReversed().slice(0, limit)
      return Promise.all((await records.readAll(newest)).map(async ({ record }) => describe(record)))
    },
    approve: async (number, by) => approvePullRequest(parts, number, by),
    closeByPerson: async (number, by) => closePullRequest(parts, number, { by, deleteBranch: false }),
  }
}

/** `branchHead`: where the branch stands now. An open pull request without its branch counts as closed. */
function toPullRequest(
  record: PullRecord,
  branchHead: Oid | undefined,
  url: (number: number) => string,
): LocalPullRequest {
  const { approvals, head, number, state, ...rest } = record
  const open = state === 'open' && branchHead !== undefined
  const headSha = open ? branchHead : head
  const approvers = new Set(approvals.filter((approval) => approval.head === headSha).map(({ by }) => by))
  return {
    ...rest,
    number,
    headSha,
    state: state === 'open' && !open ? 'closed' : state,
    url: url(number),
    approvals: [...approvers].toSorted(),
  }
}
