import { parseTrailers } from '../../core/render/trailers.ts'
import type { Commit, PathChange } from '../git/port.ts'
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
export function createHandEdits(): HandEdits {
  const edits = new Map<string, HandEdit>()
  return {
    follow(commit, changes) {
      const isOwn = parseTrailers(commit.message).size > 0
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
