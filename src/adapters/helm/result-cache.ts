import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RenderOutcome } from './port.ts'

/** Raised when outcomes gain or change a field. */
const format = 1

/** What helm said, kept as facts about objects and never as rendered text, which may hold generated secrets. */
export interface ResultCache {
  read(inputs: readonly unknown[]): Promise<RenderOutcome | undefined>
  write(inputs: readonly unknown[], outcome: RenderOutcome): Promise<void>
}

/** One file a result, named by the digest of what it follows from; a damaged one counts as absent. */
export function createResultCache(folder: string): ResultCache {
  const pathOf = (inputs: readonly unknown[]): string => {
    const name = createHash('sha256')
      .update(JSON.stringify([format, ...inputs]))
      .digest('hex')
    return join(folder, `${name}.json`)
  }
  return {
    async read(inputs) {
      const text = await readFile(pathOf(inputs), 'utf8').catch(() => undefined)
      if (text === undefined) return undefined
      try {
        return JSON.parse(text) as RenderOutcome
      } catch {
        return undefined
      }
    },
    async write(inputs, outcome) {
      await mkdir(folder, { recursive: true })
      const path = pathOf(inputs)
      const beside = `${path}.${randomUUID()}`
      await writeFile(beside, JSON.stringify(outcome))
      await rename(beside, path)
    },
  }
}
