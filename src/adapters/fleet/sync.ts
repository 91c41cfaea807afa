import type { ClusterIndex } from '../../core/domain/cluster-index.ts'
import type { Commit, GitClone, Oid, PathChange, TreeEntry } from '../git/port.ts'
import { detached } from './detached.ts'
import { createFleetIndex } from './fleet-index.ts'
import type { FleetIndex } from './fleet-index.ts'
import { createHandEdits, type HandEdits, recallHandEdits } from './hand-edits.ts'
import { marker, namespaceFile } from './paths.ts'
import type { FleetState } from './port.ts'
import type { CommitPlace } from './service-columns.ts'

/** Older commits than so many before a cold start have no ordinal: nothing that a cluster applied then proves anything. */
const rememberedHistory = 1_000
/** Entries of a cold start handled at a time, so that its memory does not grow with the fleet. */
const coldBatch = 20_000

export interface FleetReader {
  /** Brings the state up to `head`, which may be undefined: an empty repository. */
  advance(head: Oid | undefined): Promise<FleetState>
}

interface Position {
  readonly head: Oid | undefined
  readonly index: FleetIndex
  /** By commit, rising from 1 along first parents. */
  readonly ordinals: Map<Oid, number>
  readonly edits: HandEdits
}

/**
 * Follows main commit by commit, so that each placement knows the commit that brought it. Where that is not possible
 * (the first sync, a rewritten history) everything counts as brought by head: evidence must be from then on.
 */
export function createFleetReader(clone: GitClone, clusters: ClusterIndex): FleetReader {
  let position: Position = {
    head: undefined,
    index: createFleetIndex(clusters, []),
    ordinals: new Map(),
    edits: createHandEdits(),
  }
  let restarted = true

  async function walk(commits: readonly Commit[]): Promise<void> {
    for (const commit of commits) {
      const { index, ordinals, edits, head } = position
      const ordinal = (ordinals.get(head ?? '') ?? 0) + 1
      const changes = head === undefined ? [] : await clone.changes(head, commit.oid)
      await index.apply(changes, { ordinal, time: commit.time }, clone.readBlobs)
      edits.follow(commit, changes)
      ordinals.set(commit.oid, ordinal)
      position = { head: commit.oid, index, ordinals, edits }
    }
  }

  async function advance(head: Oid | undefined): Promise<FleetState> {
    if (head !== position.head) {
      const commits = await newCommits(clone, position.head, head)
      if (commits === undefined) {
        position = await coldStart(clone, clusters, head, position.index.placements.services())
        restarted = true
      } else {
        await walk(commits)
      }
    }
    const state = stateOf(position, clusters, restarted)
    restarted = false
    return state
  }

  return { advance }
}

/** Commits after `from`, oldest first; undefined: there is no way from there to `to`. */
async function newCommits(
  clone: GitClone,
  from: Oid | undefined,
  to: Oid | undefined,
): Promise<readonly Commit[] | undefined> {
  if (from === undefined || to === undefined) return undefined
  const commits = await clone.log(to, { until: from })
  return commits.at(-1)?.parents[0] === from ? commits.toReversed() : undefined
}

async function coldStart(
  clone: GitClone,
  clusters: ClusterIndex,
  head: Oid | undefined,
  former: readonly string[],
): Promise<Position> {
  const index = createFleetIndex(clusters, former)
  if (head === undefined) return { head, index, ordinals: new Map(), edits: createHandEdits() }
  const history = await clone.log(head, { limit: rememberedHistory })
  const ordinals = new Map(history.map(({ oid }, age) => [oid, history.length - age]))
  const entries = await clone.tree(head)
  const edits = await recallHandEdits(clone, head, entries)
  internClusters(clusters, entries)
  const { recent, older } = await recentPlaces(clone, head, history)
  const groups = Map.groupBy(entries, ({ path }) => recent.get(path) ?? older)
  for (const [at, brought] of groups) {
    for (let start = 0; start < brought.length; start += coldBatch) {
      const changes = brought
        .slice(start, start + coldBatch)
        .map(({ path, oid }): PathChange => ({ path, before: undefined, after: oid }))
      await index.apply(changes, at, clone.readBlobs)
    }
  }
  return { head, index, ordinals, edits }
}

/** Change budgets look back so far; of older files it is enough to know that they are older. */
const exactFor = 24 * 3600
/** A busier day than this is known in part: the rest counts as changed by the oldest commit that is known. */
const exactCommits = 500

/** Which commit brought each file that changed lately, and the commit that stands for all before. `history`: newest first. */
async function recentPlaces(
  clone: GitClone,
  head: Oid,
  history: readonly Commit[],
): Promise<{ readonly recent: ReadonlyMap<string, CommitPlace>; readonly older: CommitPlace }> {
  const since = (history[0]?.time ?? 0) - exactFor
  const placeOf = (age: number): CommitPlace => ({
    ordinal: history.length - age,
    time: history[age]?.time ?? 0,
  })
  const found = history.findIndex(({ time }, age) => time < since || age >= exactCommits)
  const last = found === -1 ? history.length - 1 : found
  const places = new Map(history.slice(0, last + 1).map(({ oid }, age) => [oid, placeOf(age)]))
  const recent = new Map<string, CommitPlace>()
  const until = history[last]?.oid
  await clone.walk(head, { prefix: 'clusters', ...(until === undefined ? {} : { until }) }, (step) => {
    const place = places.get(step.commit)
    // Forgotten when the start is over: a copy of each path would cost more than the listing that it is part of.
    if (place) for (const { path } of step.changes) recent.set(path, place)
  })
  return { recent, older: placeOf(last) }
}

/** All at once, so that columns are made in their full length and need not grow cluster by cluster. */
function internClusters(clusters: ClusterIndex, entries: readonly TreeEntry[]): void {
  const top = 'clusters/'
  let last = ''
  for (const { path } of entries) {
    if (!path.startsWith(top) || (last !== '' && path.startsWith(last))) continue
    const end = path.indexOf('/', top.length)
    if (end < 0) continue
    last = path.slice(0, end + 1)
    clusters.intern(detached(path.slice(top.length, end)))
  }
}

function stateOf(
  { head, index, ordinals, edits }: Position,
  clusters: ClusterIndex,
  restarted: boolean,
): FleetState {
  return {
    head,
    clusters,
    get bootstrapped() {
      return index.folders.bootstrapped()
    },
    services: index.placements.services(),
    commitOrdinal: (oid) => ordinals.get(oid),
    hasNamespace: (cluster, namespace) =>
      namespace !== marker && index.folders.hasFile(cluster, namespaceFile(namespace)),
    hasFile: index.folders.hasFile,
    desired: index.placements.desired,
    rollout: index.ledgers.get,
    changed: index.takeChanges(restarted),
    problems: index.problems(),
    edits: edits.list(),
  }
}
