import type { GitRepository, Oid, PathChange, TreeChange } from '../../git/port.ts'

/**
 * What merging `head` would change on `base`: a three-way merge by whole files. `conflict` when both sides changed
 * a path to different contents, or have no commit in common.
 */
export async function squashChanges(
  repository: GitRepository,
  base: Oid,
  head: Oid,
): Promise<readonly TreeChange[] | 'conflict'> {
  const fork = await findFork(repository, base, head)
  if (fork === undefined) return 'conflict'
  const ours = await repository.changes(fork, head)
  const theirs = fork === base ? [] : await repository.changes(fork, base)
  return mergeChanges(ours, theirs)
}

/** The commit at which the branch left the base branch. */
async function findFork(repository: GitRepository, base: Oid, head: Oid): Promise<Oid | undefined> {
  const oldest = (await repository.log(head, { until: base })).at(-1)
  return oldest === undefined ? head : oldest.parents[0]
}

/** Changes of `ours` that are left to do on top of `theirs`. */
function mergeChanges(
  ours: readonly PathChange[],
  theirs: readonly PathChange[],
): readonly TreeChange[] | 'conflict' {
  const theirAfter = new Map(theirs.map(({ path, after }) => [path, after]))
  if (ours.some(({ path, after }) => theirAfter.has(path) && theirAfter.get(path) !== after))
    return 'conflict'
  if (fileMeetsFolder(ours, theirs) || fileMeetsFolder(theirs, ours)) return 'conflict'
  return ours.filter(({ path }) => !theirAfter.has(path)).map(asTreeChange)
}

/** Whether one side wrote a file where the other wrote into a folder of that name. */
function fileMeetsFolder(files: readonly PathChange[], others: readonly PathChange[]): boolean {
  const written = new Set(files.filter(({ after }) => after !== undefined).map(({ path }) => path))
  return others.some(
    ({ path, after }) => after !== undefined && foldersOf(path).some((folder) => written.has(folder)),
  )
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

function asTreeChange({ path, after }: PathChange): TreeChange {
  return after === undefined ? { path, remove: true } : { path, blob: after }
}
