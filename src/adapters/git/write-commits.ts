import { editTree } from './edit-tree.ts'
import type { ObjectSink, ReadTrees } from './edit-tree.ts'
import { refused } from './git-error.ts'
import type { CommitContent } from './object-format.ts'
import type { Commit, CommitDraft, Oid } from './port.ts'

/** What a store gives to write on top of what it has. */
export interface ObjectSource {
  readonly readTrees: ReadTrees
  /** Throws `GitError` when one is missing. */
  readonly readCommits: (oids: readonly Oid[]) => Promise<readonly Commit[]>
  /** Throws `GitError` when one is missing or no blob. */
  readonly requireBlobs: (oids: readonly Oid[]) => Promise<void>
}

export interface CommitSink extends ObjectSink {
  readonly commit: (content: CommitContent) => Oid
}

/** Turns drafts into objects given to `sink`: equal drafts give equal ids in every store, as in git itself. */
export async function buildCommits(
  drafts: readonly CommitDraft[],
  source: ObjectSource,
  sink: CommitSink,
): Promise<readonly Oid[]> {
  return Promise.all(drafts.map((draft) => buildCommit(draft, source, sink)))
}

async function buildCommit(draft: CommitDraft, source: ObjectSource, sink: CommitSink): Promise<Oid> {
  const { parent, changes, message, author, time } = draft
  const reused = changes.flatMap((change) => ('blob' in change ? [change.blob] : []))
  const [parentCommit] = parent === undefined ? [] : await source.readCommits([parent])
  if (reused.length > 0) await source.requireBlobs([...new Set(reused)])
  const tree = await editTree(parentCommit?.tree, changes, source.readTrees, sink)
  return sink.commit({ tree, parents: parent === undefined ? [] : [parent], author, time, message })
}

export function missingObject(oid: Oid): Error {
  return refused('cat-file', `object ${oid} is missing`)
}
