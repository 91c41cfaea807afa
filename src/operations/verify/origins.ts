import type { Commit, Oid } from '../../adapters/git/port.ts'
import { parseTrailers } from '../../core/render/trailers.ts'
import type { FleetRepository } from '../workspace.ts'

/** A file of the fleet and the commit that first brought it there as it is. */
export interface FleetFile {
  readonly path: string
  readonly blob: Oid
  readonly commit: Oid
  /** What the last commit of Halyard's left there; undefined: nothing. */
  readonly own: Oid | undefined
}

/** Commits of main read at a time. */
const batch = 1000

/**
 * The files below a folder at a commit, with the commits that first wrote them, sorted by path: a way back brings an
 * old file again, and what renders it is still its first commit. Holds the present files and nothing of history.
 */
export async function readOrigins(
  fleet: FleetRepository,
  head: Oid,
  prefix: string,
  isWanted: (path: string) => boolean,
): Promise<readonly FleetFile[]> {
  const entries = (await fleet.tree(head, prefix)).filter(({ path }) => isWanted(path))
  const present = new Map(entries.map(({ path, oid }) => [path, { blob: oid, commit: '', own: '' }]))
  const foreign = await foreignCommits(fleet, head)
  await fleet.walk(head, { prefix }, ({ commit, changes }) => {
    const isOwn = !foreign.has(commit)
    for (const { path, after } of changes) {
      const file = present.get(path)
      if (file === undefined) continue
      if (isOwn) file.own = after ?? ''
      if (after === file.blob && file.commit === '') file.commit = commit
    }
  })
  return entries.map(({ path, oid }) => {
    const { commit = '', own = '' } = present.get(path) ?? {}
    return { path, blob: oid, commit, own: own === '' ? undefined : own }
  })
}

/** The commits of main that are not Halyard's: few, in a repository that only Halyard writes to. */
async function foreignCommits(fleet: FleetRepository, head: Oid): Promise<ReadonlySet<Oid>> {
  const foreign = new Set<Oid>()
  let next: Oid | undefined = head
  while (next !== undefined) {
    const commits: readonly Commit[] = await fleet.log(next, { limit: batch })
    for (const { oid, message } of commits) if (parseTrailers(message).size === 0) foreign.add(oid)
    next = commits.at(-1)?.parents[0]
  }
  return foreign
}
