import type { GitRepository, Oid, RefUpdate } from '../../git/port.ts'
import type { CommitStatus, PullRequestDraft } from '../port.ts'

/** A pull request as stored, a JSON blob at `refs/halyard/pulls/<number>`. */
export interface PullRecord extends Omit<PullRequestDraft, 'reviewers'> {
  readonly number: number
  readonly state: 'open' | 'closed' | 'merged'
  /** Head when last opened, approved, closed or merged; an open one's true head is its branch. */
  readonly head: Oid
  readonly approvals: readonly { readonly by: string; readonly head: Oid }[]
  readonly createdAt: number
  readonly endedAt: number | undefined
  readonly endedBy: string | undefined
  /** Why it was closed. */
  readonly comment: string | undefined
  /** What was commented, by the name of the comment. Absent: nothing. */
  readonly comments?: Readonly<Record<string, string>>
  readonly mergeCommit: Oid | undefined
  /** The gates' verdict on the head that was merged or closed. */
  readonly status: CommitStatus | undefined
}

/** A record with the blob that holds it, which a writer's update expects. */
export interface StoredPull {
  readonly oid: Oid
  readonly record: PullRecord
}

const pullsPrefix = 'refs/halyard/pulls/'

function pullRef(number: number): string {
  return `${pullsPrefix}${number}`
}

/** What people fetch to look at a pull request, as on GitHub and Gitea. */
export function pullHeadRef(number: number): string {
  return `refs/pull/${number}/head`
}

export function branchRef(branch: string): string {
  return `refs/heads/${branch}`
}

export interface PullRecords {
  /** Numbers in use with the blobs of their records, ascending. */
  numbers(): Promise<ReadonlyMap<number, Oid>>
  read(number: number): Promise<StoredPull | undefined>
  readAll(oids: readonly Oid[]): Promise<readonly StoredPull[]>
  /** Open ones, oldest first. Each closed record is read once in the life of this object. */
  open(): Promise<readonly StoredPull[]>
  /** The ref update that replaces `before` (undefined: creates) by `record`. */
  update(before: StoredPull | undefined, record: PullRecord): Promise<RefUpdate>
}

export function createPullRecords(repository: GitRepository): PullRecords {
  const ended = new Set<Oid>()
  const known = new Map<Oid, StoredPull>()

  async function numbers(): Promise<ReadonlyMap<number, Oid>> {
    const refs = await repository.refs(pullsPrefix)
    const pairs = [...refs].map(([ref, oid]): [number, Oid] => [Number(ref.slice(pullsPrefix.length)), oid])
    return new Map(pairs.filter(([number]) => Number.isSafeInteger(number)).toSorted(([a], [b]) => a - b))
  }

  async function readAll(oids: readonly Oid[]): Promise<readonly StoredPull[]> {
    const texts = await repository.readBlobs(oids)
    return oids.map((oid, index) => ({ oid, record: parsePullRecord(texts[index] ?? '') }))
  }

  async function open(): Promise<readonly StoredPull[]> {
    const current = [...(await numbers()).values()].filter((oid) => !ended.has(oid))
    const unread = await readAll(current.filter((oid) => !known.has(oid)))
    const found = new Map(unread.map((pull) => [pull.oid, pull]))
    const pulls = current.flatMap((oid) => found.get(oid) ?? known.get(oid) ?? [])
    known.clear()
    for (const pull of pulls) {
      if (pull.record.state === 'open') known.set(pull.oid, pull)
      else ended.add(pull.oid)
    }
    return [...known.values()]
  }

  return {
    numbers,
    readAll,
    open,
    async read(number) {
      const oid = await repository.resolve(pullRef(number))
      return oid === undefined ? undefined : (await readAll([oid]))[0]
    },
    async update(before, record) {
      const [oid] = await repository.writeBlobs([`${JSON.stringify(record, undefined, 2)}\n`])
      return { ref: pullRef(record.number), expected: before?.oid, to: oid }
    },
  }
}

function parsePullRecord(text: string): PullRecord {
  return JSON.parse(text) as PullRecord
}
