import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { ObjectTemplates } from '../../core/domain/templates.ts'
import type { Oid } from '../git/port.ts'
import type { HistoryReader } from './history.ts'
import type { CatalogSnapshot } from './port.ts'
import { applyChanges, applyFiles, type CatalogChange, isCatalogPath } from './sections.ts'
import { createAssembler } from './snapshot.ts'

/** The branch that a work tree's changes shall be merged into, as it stands. */
export interface MergedBranch {
  readonly history: HistoryReader
  readonly commit: Oid
}

/** The catalog of a work tree, with `worktree` for its commit. `changes`: what would be written to it. */
export async function readCatalogFolder(
  folder: string,
  options: {
    readonly defaultTemplates: ObjectTemplates
    readonly changes?: readonly CatalogChange[]
    /** The branch that the work tree's changes shall be merged into, as it stands. */
    readonly merged?: MergedBranch | undefined
  },
): Promise<CatalogSnapshot> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(isCatalogPath)
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })),
  )
  const sections = applyChanges(applyFiles(new Map(), files, []), options.changes ?? [])
  const snapshot = createAssembler(options.defaultTemplates)('worktree', sections)
  const { merged } = options
  return merged === undefined
    ? snapshot
    : { ...snapshot, history: await merged.history.compare(merged.commit, sections) }
}
