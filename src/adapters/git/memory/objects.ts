import { refused } from '../git-error.ts'
import { cleanSignature, encodeCommit, encodeTree, hashObject, kindOf } from '../object-format.ts'
import type { CommitContent, ObjectType, TreeItem } from '../object-format.ts'
import type { Commit, Oid } from '../port.ts'
import type { CommitSink, ObjectSource } from '../write-commits.ts'
import { missingObject } from '../write-commits.ts'

type StoredObject =
  | { readonly type: 'blob'; readonly text: string }
  | { readonly type: 'tree'; readonly items: readonly TreeItem[] }
  | { readonly type: 'commit'; readonly commit: Commit }

/** An object store in memory. Trees share their subtrees; an object never changes once it is stored. */
export interface MemoryObjects extends CommitSink, ObjectSource {
  readonly get: (oid: Oid) => StoredObject | undefined
  readonly readBlob: (oid: Oid) => string
  readonly readTree: (oid: Oid) => readonly TreeItem[]
  readonly readCommit: (oid: Oid) => Commit
  /** Copies an object and all that it reaches, stopping at what is already here. */
  readonly copyFrom: (other: MemoryObjects, oid: Oid) => void
}

export function createMemoryObjects(): MemoryObjects {
  const stored = new Map<Oid, StoredObject>()
  const blobOids = new Map<string, Oid>()

  const put = (type: ObjectType, body: Buffer, content: StoredObject): Oid => {
    const oid = hashObject(type, body)
    if (!stored.has(oid)) stored.set(oid, content)
    return oid
  }
  const read = <Type extends ObjectType>(oid: Oid, type: Type): Extract<StoredObject, { type: Type }> => {
    const content = stored.get(oid)
    if (content === undefined) throw missingObject(oid)
    if (!isType(content, type)) throw refused('cat-file', `object ${oid} is a ${content.type}, not a ${type}`)
    return content
  }
  const blob = (text: string): Oid => {
    const known = blobOids.get(text)
    if (known !== undefined) return known
    const oid = put('blob', Buffer.from(text, 'utf8'), { type: 'blob', text: text.toWellFormed() })
    blobOids.set(text, oid)
    return oid
  }
  const commit = (content: CommitContent): Oid => {
    const body = encodeCommit(content)
    const oid = hashObject('commit', body)
    const author = cleanSignature(content.author)
    stored.set(oid, {
      type: 'commit',
      commit: { ...content, oid, author, message: content.message.toWellFormed() },
    })
    return oid
  }
  const readTree = (oid: Oid): readonly TreeItem[] => read(oid, 'tree').items
  const readCommit = (oid: Oid): Commit => read(oid, 'commit').commit
  const readBlob = (oid: Oid): string => read(oid, 'blob').text

  return {
    get: (oid) => stored.get(oid),
    blob,
    tree: (items) => put('tree', encodeTree(items), { type: 'tree', items }),
    commit,
    readBlob,
    readTree,
    readCommit,
    readTrees: async (oids) => oids.map(readTree),
    readCommits: async (oids) => oids.map(readCommit),
    requireBlobs: async (oids) => oids.forEach(readBlob),
    copyFrom(other, root) {
      const waiting = [root]
      for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
        const content = stored.has(oid) ? undefined : other.get(oid)
        if (content === undefined) continue
        stored.set(oid, content)
        waiting.push(...reachedBy(content))
      }
    },
  }
}

function isType<Type extends ObjectType>(
  content: StoredObject,
  type: Type,
): content is Extract<StoredObject, { type: Type }> {
  return content.type === type
}

function reachedBy(content: StoredObject): readonly Oid[] {
  if (content.type === 'blob') return []
  if (content.type === 'commit') return [content.commit.tree, ...content.commit.parents]
  return content.items.filter((item) => kindOf(item) !== 'submodule').map((item) => item.oid)
}
