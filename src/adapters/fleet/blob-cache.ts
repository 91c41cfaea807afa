import type { Oid } from '../git/port.ts'

export interface BlobCache<Value> {
  /** In the given order; those not remembered are made in one call, each once. */
  read(oids: readonly Oid[]): Promise<readonly Value[]>
}

/**
 * Remembers what was made of the blobs used last. `sizeOf` and `capacity` are in the same unit.
 * A blob never changes, so nothing remembered is ever wrong.
 */
export function createBlobCache<Value>(
  make: (oids: readonly Oid[]) => Promise<readonly Value[]>,
  capacity: number,
  sizeOf: (value: Value) => number,
): BlobCache<Value> {
  const remembered = new Map<Oid, { readonly value: Value; readonly size: number }>()
  let total = 0

  const forget = (oid: Oid): void => {
    total -= remembered.get(oid)?.size ?? 0
    remembered.delete(oid)
  }
  /** A Map tells its keys in the order they were set: the first is the one used longest ago. */
  const remember = (oid: Oid, value: Value): void => {
    forget(oid)
    const size = sizeOf(value)
    remembered.set(oid, { value, size })
    total += size
    for (const oldest of remembered.keys()) {
      if (total <= capacity) return
      forget(oldest)
    }
  }

  return {
    async read(oids) {
      const missing = [...new Set(oids)].filter((oid) => !remembered.has(oid))
      const made = missing.length === 0 ? [] : await make(missing)
      const fresh = new Map(missing.map((oid, index) => [oid, made[index]]))
      // `make` answers for each blob, so that only a Value that may be undefined is.
      const values = oids.map((oid) => (remembered.get(oid)?.value ?? fresh.get(oid)) as Value)
      for (const [index, oid] of oids.entries()) remember(oid, values[index] as Value)
      return values
    },
  }
}
