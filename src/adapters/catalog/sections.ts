import type { Finding } from '../../core/domain/finding.ts'
import type { TemplateName } from '../../core/domain/templates.ts'
import type { JsonObject } from '../../core/domain/cluster.ts'
import { classifyPath } from './layout.ts'
import type { CatalogEntry } from './map-documents.ts'
import { parseDocument } from './parse-document.ts'
import { readTemplate } from './templates.ts'

/** A file of the catalog repository with its text. */
export interface CatalogFile {
  readonly path: string
  readonly text: string
}

/** One parsed file; `text` stays so that later findings can be located in it. */
export interface ParsedFile extends CatalogFile {
  readonly entry: CatalogEntry | undefined
  readonly template: { readonly name: TemplateName; readonly object: JsonObject } | undefined
  readonly findings: readonly Finding[]
}

/** A file that is written anew or removed. */
export type CatalogChange = CatalogFile | { readonly path: string; readonly remove: true }

/** Files by path, in sections that are put together apart from each other: an untouched section stays the same value. */
export type Sections = ReadonlyMap<string, ReadonlyMap<string, ParsedFile>>

/** Tells whether a path of the repository is read at all. */
export function isCatalogPath(path: string): boolean {
  return classifyPath(path).kind !== 'other'
}

/** The sections with some files replaced or removed; only sections that they touch are new values. */
export function applyFiles(
  sections: Sections,
  files: readonly CatalogFile[],
  removed: readonly string[],
): Sections {
  const next = new Map(sections)
  const touched = new Map<string, Map<string, ParsedFile>>()
  const touch = (section: string): Map<string, ParsedFile> => {
    const open = touched.get(section) ?? new Map(next.get(section))
    touched.set(section, open)
    next.set(section, open)
    return open
  }
  for (const path of removed) {
    const place = classifyPath(path)
    if (place.kind !== 'other') touch(place.section).delete(path)
  }
  for (const file of files) {
    const place = classifyPath(file.path)
    if (place.kind !== 'other') touch(place.section).set(file.path, parseFile(file, place))
  }
  for (const [section, content] of touched) if (content.size === 0) next.delete(section)
  return next
}

export function applyChanges(sections: Sections, changes: readonly CatalogChange[]): Sections {
  const written = changes.filter((change) => 'text' in change)
  const removed = changes.filter((change) => 'remove' in change)
  return applyFiles(
    sections,
    written,
    removed.map(({ path }) => path),
  )
}

function parseFile(
  { path, text }: CatalogFile,
  place: Exclude<ReturnType<typeof classifyPath>, { kind: 'other' }>,
): ParsedFile {
  const nothing = { path, text, entry: undefined, template: undefined, findings: [] }
  switch (place.kind) {
    case 'document':
      return { ...nothing, ...parseDocument(path, text, place) }
    case 'template': {
      const reading = readTemplate(path, text)
      if (reading.kind === 'refused') return { ...nothing, findings: reading.findings }
      return { ...nothing, template: { name: place.name, object: reading.object } }
    }
    case 'misplaced': {
      const { scope, expected } = place
      const remedy = `move it to ${expected}, or out of this folder`
      return {
        ...nothing,
        findings: [
          {
            severity: 'error',
            scope,
            file: path,
            field: [],
            message: 'no document is read at this path',
            remedy,
          },
        ],
      }
    }
  }
}
