import type { WorkTree } from '../adapters/git/system/work-tree.ts'
import type { GitClone, GitRepository, Oid } from '../adapters/git/port.ts'
import type { BranchCommit, BranchOutcome, OrderChange } from '../operations/catalog-writer.ts'
import { fail, mainBranch } from './places.ts'

/** The full name of a branch that people named. Throws `KnownError` for what can be no branch of theirs. */
export function branchRef(branch: string): string {
  const isName =
    /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/.test(branch) &&
    branch.split('/').every((part) => /^[^.].*$/.test(part) && !/\.(?:lock)?$/.test(part)) &&
    !branch.includes('..')
  if (!isName)
    return fail(
      `${JSON.stringify(branch)} is no name of a branch`,
      'give letters, digits, ".", "_", "-" and "/": release/payments-1.4.3',
    )
  if (branch === mainBranch)
    return fail(`${mainBranch} is what a pull request is merged into`, 'give another branch, or --push alone')
  return `refs/heads/${branch}`
}

/** A commit on a new branch of a repository that is pushed to. */
export async function pushToBranch(
  repository: GitClone,
  location: string,
  draft: BranchCommit,
): Promise<BranchOutcome> {
  const ref = branchRef(draft.branch)
  const place = `${draft.branch} of ${location}`
  for (let attempt = 0; ; attempt++) {
    await repository.fetch([ref])
    const there = await repository.resolve(ref)
    if (there !== undefined) return presentAt(repository, there, draft, { place, pushed: true })
    const commit = await writeCommit(repository, draft.base.commit, draft)
    const outcome = await repository.push([{ ref, expected: undefined, to: commit }])
    if (outcome.kind === 'pushed') return { kind: 'committed', commit, place, pushed: true }
    if (outcome.kind === 'rejected' || attempt > 2)
      return fail(
        `${location} refused the branch${outcome.kind === 'rejected' ? `: ${outcome.reason}` : ''}`,
        'check your access to it, or give another name',
      )
  }
}

/** A commit on a new branch of a work tree's repository: files, index and the branch that is checked out stay. */
export async function commitToBranch(
  folder: string,
  workTree: WorkTree,
  repository: GitRepository,
  draft: BranchCommit,
): Promise<BranchOutcome> {
  const ref = branchRef(draft.branch)
  const { prefix, head } = await workTree.position()
  const base = head ?? fail(`${folder} has no commit yet`, 'commit the catalog first')
  const changes = draft.changes.map((change) => ({ ...change, path: `${prefix}${change.path}` }))
  const inRepository = { ...draft, changes }
  const place = `${draft.branch} of ${folder}`
  const remote = draft.push ? await workTree.fetchBranch(draft.branch) : undefined
  if (remote !== undefined) return presentAt(repository, remote, inRepository, { place, pushed: true })
  const there = await repository.resolve(ref)
  const found =
    there === undefined
      ? undefined
      : await presentAt(repository, there, inRepository, { place, pushed: draft.push })
  const commit = found?.commit ?? (await writeCommit(repository, base, inRepository))
  if (
    found === undefined &&
    (await repository.updateRefs([{ ref, expected: undefined, to: commit }])) === 'stale'
  )
    return fail(`${draft.branch} was made at this moment`, 'try again')
  if (!draft.push) return found ?? { kind: 'committed', commit, place, pushed: false }
  try {
    await workTree.pushBranch(draft.branch, commit)
  } catch (error) {
    if (found === undefined) await repository.updateRefs([{ ref, expected: commit, to: undefined }])
    throw error
  }
  return { kind: 'committed', commit, place, pushed: true }
}

async function writeCommit(
  repository: GitRepository,
  parent: Oid,
  { changes, message, author, time }: BranchCommit,
): Promise<Oid> {
  const [commit] = await repository.writeCommits([{ parent, changes, message, author, time }])
  if (commit === undefined) throw new Error('a commit was written, but has no id')
  return commit
}

/** Throws `KnownError` unless a commit holds all of the changes. */
async function presentAt(
  repository: GitRepository,
  commit: Oid,
  { branch, changes }: BranchCommit,
  where: Pick<BranchOutcome, 'place' | 'pushed'>,
): Promise<BranchOutcome> {
  for (const change of changes) {
    if (await holds(repository, commit, change)) continue
    return fail(
      `branch ${branch} is there already, with another ${change.path}`,
      'give another name, or delete the branch',
    )
  }
  return { kind: 'present', commit, ...where }
}

async function holds(repository: GitRepository, commit: Oid, change: OrderChange): Promise<boolean> {
  const folder = change.path.split('/').slice(0, -1).join('/')
  const entry = (await repository.tree(commit, folder)).find(({ path }) => path === change.path)
  if (!('text' in change)) return entry === undefined
  return entry !== undefined && (await repository.readBlobs([entry.oid]))[0] === change.text
}
