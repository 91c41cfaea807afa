import type { GitRepository, Oid, PathChange } from '../../git/port.ts'
import type { SimulatedCluster } from './state.ts'

/** Reads clusters' directories of the fleet repository. */
export interface DirectoryReader {
  /** The cluster's files (paths below its directory) at a commit. */
  read(cluster: SimulatedCluster, commit: Oid): Promise<ReadonlyMap<string, Oid>>
}

/** How many differences between commits are kept for the clusters that come next. */
const keptDifferences = 16

/**
 * A cluster sees only its own directory. What changed between two commits is asked once for all clusters, so
 * that a commit costs a fleet one question, not one for each cluster.
 */
export function createDirectoryReader(repository: GitRepository): DirectoryReader {
  const differences = new Map<string, Promise<ReadonlyMap<string, readonly PathChange[]>>>()

  const difference = (from: Oid, to: Oid) => {
    const key = `${from} ${to}`
    const known = differences.get(key)
    if (known !== undefined) return known
    const asked = repository.changes(from, to, 'clusters').then(byCluster)
    differences.set(key, asked)
    asked.catch(() => differences.delete(key))
    for (const oldest of differences.keys()) {
      if (differences.size <= keptDifferences) break
      differences.delete(oldest)
    }
    return asked
  }

  return {
    read: async (cluster, commit) => {
      const prefix = `clusters/${cluster.name}`
      if (cluster.seen === undefined || cluster.directory.size === 0) {
        const entries = await repository.tree(commit, prefix)
        return new Map(entries.map(({ path, oid }) => [path.slice(prefix.length + 1), oid]))
      }
      const changes = (await difference(cluster.seen, commit)).get(cluster.name)
      return changes === undefined ? cluster.directory : applyChanges(cluster.directory, changes, prefix)
    },
  }
}

function byCluster(changes: readonly PathChange[]): ReadonlyMap<string, readonly PathChange[]> {
  return Map.groupBy(changes, (change) => change.path.split('/', 2)[1] ?? '')
}

function applyChanges(
  directory: ReadonlyMap<string, Oid>,
  changes: readonly PathChange[],
  prefix: string,
): ReadonlyMap<string, Oid> {
  const files = new Map(directory)
  for (const { path, after } of changes) {
    const below = path.slice(prefix.length + 1)
    if (after === undefined) files.delete(below)
    else files.set(below, after)
  }
  return files
}
