import { parseTrailers } from '../../core/render/trailers.ts'
import type { Commit, GitClone, Oid, PathChange, TreeEntry } from '../git/port.ts'
import { detached } from './detached.ts'
import { parseFleetPath } from './paths.ts'
import type { HandEdit } from './port.ts'

/** Follows which files below `clusters/` and `rollouts/` were changed last by somebody else than Halyard. */
export interface HandEdits {
  follow(commit: Commit, changes: readonly PathChange[]): void
  /** Sorted by path. */
  list(): readonly HandEdit[]
}

/** Every commit that Halyard makes says in a trailer what it is about; one by a person does not. */
function isByHalyard({ message }: Commit): boolean {
  return parseTrailers(message).size > 0
}

export function createHandEdits(known: readonly HandEdit[] = []): HandEdits {
  const edits = new Map(known.map((edit) => [edit.path, edit]))
  return {
    follow(commit, changes) {
      const isOwn = isByHalyard(commit)
      for (const { path, before } of changes) {
        if (parseFleetPath(path) === undefined) continue
        const known = edits.get(path)
        if (isOwn) edits.delete(path)
        else {
          const { name, email } = commit.author
          const by = `${name} <${email}>`
          edits.set(detached(path), {
            path: detached(path),
            commit: commit.oid,
            by,
            before: known?.before ?? before,
          })
        }
      }
      // What somebody put back is as if it had never been changed.
      for (const { path, after } of changes) if (edits.get(path)?.before === after) edits.delete(path)
    },
    list: () => [...edits.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  }
}

/** Commits of main read at a time. */
const batch = 1_000

/**
 * What stands on main by other hands, found in its history, so that a restart forgets nothing: the last commit of a
 * person that changed a file, where the file is still as that commit left it. What a repository began with is no edit.
 *
 * @param entries all files of main at `head`
 */
export async function recallHandEdits(
  clone: GitClone,
  head: Oid,
  entries: readonly TreeEntry[],
): Promise<HandEdits> {
  const edits = createHandEdits()
  const last = new Map<string, Oid | undefined>()
  for (const commit of (await foreignCommits(clone, head)).toReversed()) {
    const [parent] = commit.parents
    const changes = parent === undefined ? [] : await clone.changes(parent, commit.oid)
    edits.follow(commit, changes)
    for (const { path, after } of changes) last.set(path, after)
  }
  const paths = new Set(edits.list().map(({ path }) => path))
  const present = new Map(
    entries.filter(({ path }) => paths.has(path)).map(({ path, oid }) => [path, oid] as const),
  )
  return createHandEdits(edits.list().filter(({ path }) => last.get(path) === present.get(path)))
}

/** Newest first. Few, in a repository that only Halyard writes to. */
async function foreignCommits(clone: GitClone, head: Oid): Promise<readonly Commit[]> {
  const foreign: Commit[] = []
  let next: Oid | undefined = head
  while (next !== undefined) {
    const commits: readonly Commit[] = await clone.log(next, { limit: batch })
    foreign.push(...commits.filter((commit) => !isByHalyard(commit)))
    next = commits.at(-1)?.parents[0]
  }
  return foreign
}
