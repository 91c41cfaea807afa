import type { CommitDraft, GitClone, Oid, PushOutcome, Signature } from '../git/port.ts'
import type { BranchPush, Fleet, PushResult } from './port.ts'

export const branchesPrefix = 'refs/heads/halyard/'
export const author: Signature = { name: 'Halyard', email: 'halyard@localhost' }

/** The remote refused a push for good: missing rights or a rule of the forge. A person must act. */
export class PushRejectedError extends Error {
  readonly ref: string
  readonly reason: string

  constructor(ref: string, reason: string) {
    super(`the fleet repository refused a push to ${ref}: ${reason}`)
    this.name = 'PushRejectedError'
    this.ref = ref
    this.reason = reason
  }
}

/** See `Fleet.pushBranch`. */
export async function pushBranch(
  clone: GitClone,
  { branch, base, ...draft }: BranchPush,
): Promise<PushResult> {
  const ref = branchRef(branch)
  const head = await writeCommit(clone, { ...draft, parent: base, author })
  const first = await adoptOrPush(clone, ref, head)
  if (first.kind === 'pushed') return first
  // The branch stood elsewhere than at the last fetch: look at it once, as it may be our own work.
  await clone.fetch([ref])
  return adoptOrPush(clone, ref, head)
}

async function adoptOrPush(clone: GitClone, ref: string, head: Oid): Promise<PushResult> {
  const existing = await clone.resolve(ref)
  if (existing !== undefined && (await sameWork(clone, existing, head)))
    return { kind: 'pushed', head: existing }
  return settle(ref, head, await clone.push([{ ref, expected: existing, to: head }]))
}

/** Commits that differ in time or message only. */
async function sameWork(clone: GitClone, one: Oid, other: Oid): Promise<boolean> {
  if (one === other) return true
  const [[a], [b]] = await Promise.all([clone.log(one, { limit: 1 }), clone.log(other, { limit: 1 })])
  return a !== undefined && b !== undefined && a.tree === b.tree && a.parents.join() === b.parents.join()
}

/** One commit on main where main still is at `base`. */
export async function pushMain(
  clone: GitClone,
  mainRef: string,
  request: Parameters<Fleet['commitMain']>[0],
): Promise<PushResult> {
  const { base, ...draft } = request
  const head = await writeCommit(clone, { ...draft, parent: base, author })
  return settle(mainRef, head, await clone.push([{ ref: mainRef, expected: base, to: head }]))
}

/** See `Fleet.deleteBranch`. */
export async function deleteBranch(clone: GitClone, branch: string, head: Oid): Promise<'deleted' | 'stale'> {
  const ref = branchRef(branch)
  const outcome = settle(ref, head, await clone.push([{ ref, expected: head, to: undefined }]))
  if (outcome.kind === 'pushed') return 'deleted'
  await clone.fetch([ref])
  return (await clone.resolve(ref)) === undefined ? 'deleted' : 'stale'
}

function branchRef(branch: string): string {
  if (!branch.startsWith('halyard/')) throw new RangeError(`not a branch of Halyard's: ${branch}`)
  return `refs/heads/${branch}`
}

async function writeCommit(clone: GitClone, draft: CommitDraft): Promise<Oid> {
  const [oid] = await clone.writeCommits([draft])
  if (oid === undefined) throw new Error('writing a commit told no id')
  return oid
}

function settle(ref: string, head: Oid, outcome: PushOutcome): PushResult {
  if (outcome.kind === 'rejected') throw new PushRejectedError(ref, outcome.reason)
  return outcome.kind === 'pushed' ? { kind: 'pushed', head } : outcome
}
