import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../core/domain/cluster.ts'

/** Equal specs are kept once: most clusters of a fleet run one of a few variants of a service. */
export interface SpecPool {
  share(spec: JsonObject): JsonObject
}

export function createSpecPool(): SpecPool {
  const known = new Map<string, WeakRef<JsonObject>>()
  const forget = new FinalizationRegistry<string>((digest) => {
    if (known.get(digest)?.deref() === undefined) known.delete(digest)
  })
  return {
    share(spec) {
      const digest = createHash('sha256').update(JSON.stringify(spec)).digest('base64')
      const before = known.get(digest)?.deref()
      if (before !== undefined) return before
      known.set(digest, new WeakRef(spec))
      forget.register(spec, digest)
      return spec
    },
  }
}
