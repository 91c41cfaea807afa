import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../core/domain/cluster.ts'

/** Equal things are kept once: most clusters of a fleet have the same objects, of one of a few variants. */
export interface Pool {
  spec(spec: JsonObject): JsonObject
  /** Names, keys and messages. */
  text(text: string): string
}

/** Texts are forgotten altogether when there are so many: those in use come back. */
const mostTexts = 200_000
/** Longer ones are seldom the same. */
const longestText = 400

export function createPool(): Pool {
  const texts = new Map<string, string>()
  const known = new Map<string, WeakRef<JsonObject>>()
  const forget = new FinalizationRegistry<string>((digest) => {
    if (known.get(digest)?.deref() === undefined) known.delete(digest)
  })
  return {
    text(text) {
      if (text.length > longestText) return text
      const before = texts.get(text)
      if (before !== undefined) return before
      if (texts.size >= mostTexts) texts.clear()
      texts.set(text, text)
      return text
    },
    spec(spec) {
      const digest = createHash('sha256').update(JSON.stringify(spec)).digest('base64')
      const before = known.get(digest)?.deref()
      if (before !== undefined) return before
      known.set(digest, new WeakRef(spec))
      forget.register(spec, digest)
      return spec
    },
  }
}
