import { encodeCommit, encodeTree, hashObject } from '../object-format.ts'
import type { ObjectType } from '../object-format.ts'
import type { Oid } from '../port.ts'
import type { CommitSink } from '../write-commits.ts'
import { writeLooseObjects } from './loose-objects.ts'
import type { RawObject } from './loose-objects.ts'
import { encodePack, packObject } from './pack.ts'
import type { PackedObject } from './pack.ts'
import { runGit } from './run-git.ts'

/** Gathers new objects, each once, and stores them all at once. */
export interface ObjectWriter extends CommitSink {
  readonly store: () => Promise<void>
}

/**
 * A few objects become files, more travel to git as one pack; no ref, lock or index is touched: a process killed on
 * the way leaves at most temporary files that git's own maintenance removes.
 */
export function createObjectWriter(repository: string): ObjectWriter {
  const few = new Map<Oid, RawObject>()
  const packed = new Map<Oid, PackedObject>()
  const blobOids = new Map<string, Oid>()
  const put = (type: ObjectType, body: Buffer): Oid => {
    const oid = hashObject(type, body)
    if (few.has(oid) || packed.has(oid)) return oid
    if (few.size < fewObjects) few.set(oid, { type, body })
    else packed.set(oid, packObject(type, body))
    return oid
  }
  return {
    blob(text) {
      const known = blobOids.get(text)
      if (known !== undefined) return known
      const oid = put('blob', Buffer.from(text, 'utf8'))
      blobOids.set(text, oid)
      return oid
    },
    tree: (items) => put('tree', encodeTree(items)),
    commit: (content) => put('commit', encodeCommit(content)),
    async store() {
      if (packed.size === 0) return writeLooseObjects(repository, few)
      const first = few.values().map(({ type, body }) => packObject(type, body))
      const count = few.size + packed.size
      const args = count < unpackLimit ? ['unpack-objects', '-q'] : ['index-pack', '--stdin']
      await runGit({ repository, args, input: encodePack([...first, ...packed.values()]) })
    },
  }
}

/** Up to here, writing files takes less time than starting git does. */
const fewObjects = 32
/** Fewer objects become loose files, as with git's own `fetch.unpackLimit`. */
const unpackLimit = 100
