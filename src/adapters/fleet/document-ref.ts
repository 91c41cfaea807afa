import type { Instant } from '../../core/domain/time.ts'
import type { GitClone, Oid, PushOutcome } from '../git/port.ts'
import { author } from './write.ts'

/**
 * A document at a ref of its own, as the only file of a commit without history, so that people can read it with
 * `git show <ref>:<path>` and nothing piles up.
 */
export interface DocumentRef {
  readonly ref: string
  readonly path: string
}

export interface StoredDocument {
  /** The commit, which a writer's push expects. */
  readonly oid: Oid
  readonly text: string
}

export async function fetchDocument(
  clone: GitClone,
  { ref, path }: DocumentRef,
): Promise<StoredDocument | undefined> {
  await clone.fetch([ref])
  const oid = await clone.resolve(ref)
  if (oid === undefined) return undefined
  const entry = (await clone.tree(oid)).find((each) => each.path === path)
  const [text] = entry === undefined ? [] : await clone.readBlobs([entry.oid])
  return { oid, text: text ?? '' }
}

export async function pushDocument(
  clone: GitClone,
  { ref, path }: DocumentRef,
  document: { readonly expected: Oid | undefined; readonly text: string; readonly time: Instant },
): Promise<PushOutcome> {
  const { expected, text, time } = document
  const [to] = await clone.writeCommits([
    { parent: undefined, changes: [{ path, text }], message: `Replace ${path}`, author, time },
  ])
  return expected === to ? { kind: 'pushed' } : clone.push([{ ref, expected, to }])
}
