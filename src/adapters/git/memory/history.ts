import type { Commit, HistoryStep, Oid } from '../port.ts'
import type { MemoryObjects } from './objects.ts'
import { diffTrees, findItem } from './read-trees.ts'

export interface LogOptions {
  readonly until?: Oid
  readonly limit?: number
  readonly path?: string
}

/** First-parent history as `git rev-list --first-parent from ^until -- path` tells it. */
export function firstParentLog(objects: MemoryObjects, from: Oid, options: LogOptions): readonly Commit[] {
  const { until, limit = Infinity, path } = options
  const commits: Commit[] = []
  for (const commit of chain(objects, from, until)) {
    if (commits.length >= limit) break
    if (path === undefined || touches(objects, commit, path)) commits.push(commit)
  }
  return commits
}

/** The line up to `to`, oldest first, with what each commit changed below `prefix`. */
export function walkHistory(
  objects: MemoryObjects,
  to: Oid,
  until: Oid | undefined,
  prefix: string,
  visit: (step: HistoryStep) => void,
): void {
  for (const { oid, tree, parents } of chain(objects, to, until).toReversed()) {
    const [parent] = parents
    const before = parent === undefined ? undefined : objects.readCommit(parent).tree
    visit({ commit: oid, parent, changes: diffTrees(objects, before, tree, prefix) })
  }
}

/** From `from` along first parents, without `until` and what it reaches. */
function chain(objects: MemoryObjects, from: Oid, until: Oid | undefined): readonly Commit[] {
  const commits: Commit[] = []
  for (let oid: Oid | undefined = from; oid !== undefined;) {
    if (oid === until) return commits
    const commit: Commit = objects.readCommit(oid)
    commits.push(commit)
    oid = commit.parents[0]
  }
  if (until === undefined) return commits
  // `until` is not on the way: what it reaches must go all the same.
  const known = ancestors(objects, until)
  const cut = commits.findIndex((commit) => known.has(commit.oid))
  return cut < 0 ? commits : commits.slice(0, cut)
}

function ancestors(objects: MemoryObjects, from: Oid): ReadonlySet<Oid> {
  const known = new Set<Oid>()
  const waiting = [from]
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    if (known.has(oid)) continue
    known.add(oid)
    waiting.push(...objects.readCommit(oid).parents)
  }
  return known
}

function touches(objects: MemoryObjects, commit: Commit, path: string): boolean {
  const [parent] = commit.parents
  const before = parent === undefined ? undefined : findItem(objects, objects.readCommit(parent).tree, path)
  const after = findItem(objects, commit.tree, path)
  return before?.oid !== after?.oid || before?.mode !== after?.mode
}
