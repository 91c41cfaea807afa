import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { OrderChange } from '../operations/catalog-writer.ts'
import { fail } from './places.ts'

/** Writes files below a folder. Each is there whole or not at all, also when the process is killed. */
export function saveFiles(folder: string, changes: readonly OrderChange[]): void {
  for (const change of changes) {
    const file = join(folder, change.path)
    if ('remove' in change) {
      rmSync(file)
      continue
    }
    const now = textOf(file)
    if (now !== change.replaces)
      fail(
        `${change.path} ${now === undefined ? 'is gone' : 'changed meanwhile'}`,
        'look at it, and try again',
      )
    mkdirSync(dirname(file), { recursive: true })
    const written = `${file}.${process.pid}.new`
    writeFileSync(written, change.text, { flag: 'wx' })
    renameSync(written, file)
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
