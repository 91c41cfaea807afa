import { refused } from '../git-error.ts'
import { checkRevisions, isOid, isRefName } from '../names.ts'
import { parseCommit, parseTree } from '../object-format.ts'
import type { ObjectType, TreeItem } from '../object-format.ts'
import type { Commit, GitRepository, Oid } from '../port.ts'
import { buildCommits, missingObject } from '../write-commits.ts'
import type { ObjectSource } from '../write-commits.ts'
import { createObjectReader } from './cat-file.ts'
import type { CatFileReply } from './cat-file-replies.ts'
import type { ObjectReader } from './cat-file.ts'
import { listChanges, listHistory, listTree, walkHistory } from './listings.ts'
import type { LogOptions } from './listings.ts'
import { createRefs, type Refs } from './refs.ts'
import { createTreeCache } from './tree-cache.ts'
import { createObjectWriter } from './write-objects.ts'

export interface SystemRepositoryOptions {
  readonly refs?: Refs
  /** The repository that new objects are written to, where another one borrows from it. */
  readonly objects?: string
}

/** The methods over a repository on disk. Reads ask one long-lived process, writes build objects here and store one pack. */
export function createSystemRepository(path: string, options: SystemRepositoryOptions = {}): GitRepository {
  const { refs = createRefs(path), objects = path } = options
  const reader = createObjectReader(path)
  const source = createObjectSource(reader)
  return {
    async resolve(revision) {
      if (!isOid(revision) && !isRefName(revision)) return undefined
      const [reply] = await reader.info([revision])
      return reply?.oid
    },
    refs: async (place) => refs.list([place]),
    updateRefs: refs.update,
    log: async (from, options = {}) =>
      (await readShortLog(source, from, options)) ??
      source.readCommits(await listHistory(path, from, options)),
    walk: async (to, options, visit) => walkHistory(path, to, options, visit),
    tree: async (revision, prefix = '') => listTree(path, revision, prefix),
    changes: async (from, to, prefix = '') => listChanges(path, from, to, prefix),
    readBlobs: async (oids) => (await readObjects(reader, oids, 'blob')).map((body) => body.toString('utf8')),
    async writeBlobs(texts) {
      const writer = createObjectWriter(objects)
      const oids = texts.map(writer.blob)
      await writer.store()
      return oids
    },
    async writeCommits(drafts) {
      const writer = createObjectWriter(objects)
      const oids = await buildCommits(drafts, source, writer)
      await writer.store()
      return oids
    },
    async close() {
      await Promise.all([reader.close(), refs.close()])
    },
  }
}

/** How far a log is followed commit by commit before git is started for it. */
const shortLog = 16

/** Down first parents to `until` or the limit; undefined: git must tell, as `until` is not found near on the line. */
async function readShortLog(
  source: ObjectSource,
  from: Oid,
  { until, limit = Infinity, path }: LogOptions,
): Promise<readonly Commit[] | undefined> {
  checkRevisions(from, until)
  if (path !== undefined || (until === undefined && limit > shortLog)) return undefined
  const commits: Commit[] = []
  let next: Oid | undefined = from
  while (next !== undefined && next !== until) {
    const [commit]: readonly Commit[] = await source.readCommits([next])
    if (commit === undefined || commits.length === shortLog) return undefined
    commits.push(commit)
    next = commit.parents[0]
    if (commits.length === limit && until === undefined) return commits
  }
  // Without `until` on the line, what it reaches must be left out: only git knows.
  if (until !== undefined && next !== until) return undefined
  return commits.slice(0, Math.min(limit, commits.length))
}

function createObjectSource(reader: ObjectReader): ObjectSource {
  const cache = createTreeCache()
  return {
    async readTrees(oids) {
      const unknown = [...new Set(oids)].filter((oid) => !cache.has(oid))
      const bodies = await readObjects(reader, unknown, 'tree')
      const fresh = new Map<Oid, readonly TreeItem[]>(
        bodies.map((body, index) => [unknown[index] ?? '', parseTree(body)]),
      )
      const trees = oids.map((oid) => cache.get(oid) ?? fresh.get(oid) ?? [])
      for (const [oid, items] of fresh) cache.set(oid, items)
      return trees
    },
    async readCommits(oids): Promise<readonly Commit[]> {
      const bodies = await readObjects(reader, oids, 'commit')
      return bodies.map((body, index) => parseCommit(oids[index] ?? '', body))
    },
    async requireBlobs(oids) {
      checkOids(oids)
      const replies = await reader.info(oids)
      for (const [index, reply] of replies.entries()) requireType(reply, oids[index] ?? '', 'blob')
    },
  }
}

async function readObjects(
  reader: ObjectReader,
  oids: readonly Oid[],
  type: ObjectType,
): Promise<readonly Buffer[]> {
  checkOids(oids)
  const replies = await reader.contents(oids)
  return replies.map((reply, index) => requireType(reply, oids[index] ?? '', type).body)
}

function requireType(reply: CatFileReply | undefined, oid: Oid, type: ObjectType): CatFileReply {
  if (reply === undefined) throw missingObject(oid)
  if (reply.type !== type) throw refused('cat-file', `object ${oid} is a ${reply.type}, not a ${type}`)
  return reply
}

function checkOids(oids: readonly Oid[]): void {
  for (const oid of oids)
    if (!isOid(oid)) throw refused('cat-file', `not an object id: ${JSON.stringify(oid)}`)
}
