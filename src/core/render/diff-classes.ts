import { structuredPatch } from 'diff'

/** What happens to one file of a cluster; undefined text: the file is not there. */
export interface PlacementChange {
  readonly cluster: string
  /** From the repository's root: `clusters/<cluster>/…`. */
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Clusters whose files change in the same way. */
export interface DiffClass {
  /** Sorted by name. */
  readonly clusters: readonly string[]
  /** Unified diff; `<cluster>` stands for the cluster's name in its paths. Empty: nothing changes. */
  readonly diff: string
}

/** Beyond so many changed lines a diff tells a reviewer nothing, and computing it takes time that grows with their square. */
const longestEdit = 4000

/**
 * Groups clusters by identical unified diff, largest class first, then by first cluster name. Pairs of equal texts
 * are compared once.
 */
export function classifyChanges(changes: readonly PlacementChange[]): readonly DiffClass[] {
  const hunksOf = rememberHunks()
  const filesOf = Map.groupBy(changes, ({ cluster }) => cluster)
  const clustersOf = new Map<string, string[]>()
  for (const [cluster, files] of filesOf) {
    const diff = files
      .map(inClass)
      .toSorted((a, b) => (a.path < b.path ? -1 : 1))
      .map((file) => fileDiff(file, hunksOf))
      .join('')
    const members = clustersOf.get(diff)
    if (members === undefined) clustersOf.set(diff, [cluster])
    else members.push(cluster)
  }
  return [...clustersOf]
    .map(([diff, clusters]) => ({ diff, clusters: clusters.toSorted() }))
    .toSorted(
      (a, b) =>
        b.clusters.length - a.clusters.length || ((a.clusters[0] ?? '') < (b.clusters[0] ?? '') ? -1 : 1),
    )
}

/**
 * The unified diff of one file, with `<cluster>` for the cluster's name in its path; pairs of equal texts are compared
 * once for as long as the function lives.
 */
export function createFileDiff(): (change: PlacementChange) => string {
  const hunksOf = rememberHunks()
  return (change) => fileDiff(inClass(change), hunksOf)
}

function inClass(change: PlacementChange): PlacementChange {
  return { ...change, path: change.path.replace(`clusters/${change.cluster}/`, 'clusters/<cluster>/') }
}

type HunksOf = (before: string, after: string) => string

function fileDiff({ path, before, after }: Omit<PlacementChange, 'cluster'>, hunksOf: HunksOf): string {
  if (before === after) return ''
  const from = before === undefined ? '/dev/null' : `a/${path}`
  const to = after === undefined ? '/dev/null' : `b/${path}`
  return `--- ${from}\n+++ ${to}\n${hunksOf(before ?? '', after ?? '')}`
}

function rememberHunks(): HunksOf {
  const known = new Map<string, Map<string, string>>()
  return (before, after) => {
    const ofBefore = known.get(before) ?? new Map<string, string>()
    known.set(before, ofBefore)
    const text = ofBefore.get(after) ?? hunks(before, after)
    ofBefore.set(after, text)
    return text
  }
}

function hunks(before: string, after: string): string {
  const patch = structuredPatch('', '', before, after, undefined, undefined, {
    context: 3,
    maxEditLength: longestEdit,
  })
  if (patch === undefined) return '@@ too many lines differ to show them @@\n'
  return patch.hunks
    .map(({ oldStart, oldLines, newStart, newLines, lines }) =>
      [`@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`, ...lines, ''].join('\n'),
    )
    .join('')
}

/** An empty range is named by the line before it, as git does. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`
}
