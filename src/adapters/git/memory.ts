import { firstParentLog, walkHistory } from './memory/history.ts'
import { createMemoryObjects } from './memory/objects.ts'
import type { MemoryObjects } from './memory/objects.ts'
import { diffTrees, listTree } from './memory/read-trees.ts'
import { checkRefName, checkRefPlaces, checkRevisions, compareText, isOid, isRefAt } from './names.ts'
import type { GitClone, GitRepository, Oid, PushOutcome, RefUpdate } from './port.ts'
import { buildCommits, missingObject } from './write-commits.ts'

/** A repository whose objects another one in memory can take over. */
export interface MemoryRepository extends GitRepository {
  readonly objects: MemoryObjects
  readonly heads: Map<string, Oid>
  /** Takes updates as a remote does that is pushed to: with its own word on whether it wants them. */
  readonly receive: (updates: readonly RefUpdate[], from: MemoryObjects) => PushOutcome
}

export interface MemoryOptions {
  /** The remote's hook: why it refuses a push, or undefined to take it. */
  readonly refuse?: (updates: readonly RefUpdate[]) => string | undefined
}

/** A repository in memory. Object ids are git's own, so equal drafts have equal ids in a real repository. */
export function createMemoryRepository(options: MemoryOptions = {}): MemoryRepository {
  const objects = createMemoryObjects()
  const heads = new Map<string, Oid>()
  const treeOf = (commit: Oid): Oid => objects.readCommit(commit).tree

  return {
    objects,
    heads,
    async resolve(revision) {
      if (isOid(revision)) return objects.get(revision) === undefined ? undefined : revision
      return heads.get(revision)
    },
    async refs(place) {
      checkRefPlaces([place])
      return new Map(
        [...heads].filter(([ref]) => isRefAt(ref, [place])).toSorted(([a], [b]) => compareText(a, b)),
      )
    },
    async updateRefs(updates) {
      checkUpdates(updates, objects)
      if (updates.some(({ ref, expected }) => heads.get(ref) !== expected)) return 'stale'
      moveRefs(heads, updates)
      return 'updated'
    },
    log: async (from, logOptions = {}) => {
      checkRevisions(from, logOptions.until)
      return firstParentLog(objects, from, logOptions)
    },
    walk: async (to, { prefix, until }, visit) => {
      checkRevisions(to, until)
      walkHistory(objects, to, until, prefix, visit)
    },
    tree: async (revision, prefix = '') => listTree(objects, treeOf(revision), prefix),
    changes: async (from, to, prefix = '') => diffTrees(objects, treeOf(from), treeOf(to), prefix),
    readBlobs: async (oids) => oids.map(objects.readBlob),
    writeBlobs: async (texts) => texts.map(objects.blob),
    writeCommits: async (drafts) => buildCommits(drafts, objects, objects),
    receive: (updates, from) => {
      const open = updates.filter(({ ref, to }) => heads.get(ref) !== to)
      if (open.some(({ ref, expected }) => heads.get(ref) !== expected)) return { kind: 'stale' }
      const reason = open.length === 0 ? undefined : options.refuse?.(open)
      if (reason !== undefined) return { kind: 'rejected', reason }
      for (const { to } of open) if (to !== undefined) objects.copyFrom(from, to)
      moveRefs(heads, open)
      return { kind: 'pushed' }
    },
    close: async () => {},
  }
}

/** A clone of a repository in memory. It knows nothing of the remote until it fetches. */
export function createMemoryClone(remote: MemoryRepository): GitClone {
  const { objects, heads, receive: _, ...repository } = createMemoryRepository()
  return {
    ...repository,
    async fetch(places) {
      checkRefPlaces(places)
      const gone = [...heads.keys()].filter((ref) => isRefAt(ref, places) && !remote.heads.has(ref))
      const there = [...remote.heads].filter(([ref]) => isRefAt(ref, places))
      for (const [, oid] of there) objects.copyFrom(remote.objects, oid)
      moveRefs(heads, [
        ...gone.map((ref) => ({ ref, to: undefined })),
        ...there.map(([ref, to]) => ({ ref, to })),
      ])
    },
    async push(updates) {
      checkUpdates(updates, objects)
      const outcome = remote.receive(updates, objects)
      if (outcome.kind === 'pushed') moveRefs(heads, updates)
      return outcome
    },
  }
}

function checkUpdates(updates: readonly RefUpdate[], objects: MemoryObjects): void {
  for (const { ref, to } of updates) {
    checkRefName(ref)
    checkRevisions(to)
    if (to !== undefined && objects.get(to) === undefined) throw missingObject(to)
  }
}

function moveRefs(heads: Map<string, Oid>, updates: readonly Pick<RefUpdate, 'ref' | 'to'>[]): void {
  for (const { ref, to } of updates) {
    if (to === undefined) heads.delete(ref)
    else heads.set(ref, to)
  }
}
