import type { TreeItem } from '../object-format.ts'
import type { Oid } from '../port.ts'

/** Trees last read. Trees never change, so a cached one is only ever dropped for room. */
export interface TreeCache {
  readonly has: (oid: Oid) => boolean
  readonly get: (oid: Oid) => readonly TreeItem[] | undefined
  readonly set: (oid: Oid, items: readonly TreeItem[]) => void
}

/** About 150 bytes an item: 60 MB. */
const defaultLimit = 400_000

/** Holds at most `limit` items of trees, dropping those longest not used. */
export function createTreeCache(limit = defaultLimit): TreeCache {
  const trees = new Map<Oid, readonly TreeItem[]>()
  let size = 0
  return {
    has: (oid) => trees.has(oid),
    get(oid) {
      const items = trees.get(oid)
      if (items === undefined) return undefined
      trees.delete(oid)
      trees.set(oid, items)
      return items
    },
    set(oid, items) {
      if (trees.has(oid)) return
      trees.set(oid, items)
      size += items.length + 1
      for (const [oldest, dropped] of trees) {
        if (size <= limit) break
        trees.delete(oldest)
        size -= dropped.length + 1
      }
    },
  }
}
