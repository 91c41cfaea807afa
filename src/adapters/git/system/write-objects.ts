import { encodeCommit, encodeTree, hashObject } from '../object-format.ts'
import type { ObjectType } from '../object-format.ts'
import type { Oid } from '../port.ts'
import type { CommitSink } from '../write-commits.ts'
import { encodePack, packObject } from './pack.ts'
import type { PackedObject } from './pack.ts'
import { runGit } from './run-git.ts'

/** Gathers new objects, each once, and stores them all with one git process. */
export interface ObjectWriter extends CommitSink {
  readonly store: () => Promise<void>
}

/**
 * Objects travel as one pack, so no ref, lock or index is touched: a process killed on the way leaves at most a
 * temporary file that git's own maintenance removes.
 */
export function createObjectWriter(repository: string): ObjectWriter {
  const packed = new Map<Oid, PackedObject>()
  const blobOids = new Map<string, Oid>()
  const put = (type: ObjectType, body: Buffer): Oid => {
    const oid = hashObject(type, body)
    if (!packed.has(oid)) packed.set(oid, packObject(type, body))
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
      if (packed.size === 0) return
      const args = packed.size < unpackLimit ? ['unpack-objects', '-q'] : ['index-pack', '--stdin']
      await runGit({ repository, args, input: encodePack([...packed.values()]) })
    },
  }
}

/** Fewer objects become loose files, as with git's own `fetch.unpackLimit`. */
const unpackLimit = 100
