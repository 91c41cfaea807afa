import { type CatalogHistory, noHistory } from '../../core/check/history.ts'
import type { Service } from '../../core/domain/service.ts'
import { hashObject } from '../git/object-format.ts'
import type { GitRepository, Oid } from '../git/port.ts'
import { classifyPath } from './layout.ts'
import type { CatalogEntry } from './map-documents.ts'
import { parseDocument } from './parse-document.ts'
import type { ParsedFile, Sections } from './sections.ts'

/** Holds documents against what earlier commits said. */
export interface HistoryReader {
  /** What history up to a commit says against `sections`: those of that commit, or what shall follow it. */
  compare(commit: Oid, sections: Sections): Promise<CatalogHistory>
}

/** A content that a commit wrote at a path. */
interface Writing {
  readonly blob: Oid
  readonly commit: Oid
}

const folder = 'services'

/**
 * Follows the branch commit by commit: one walk of history at first, then only what is new. Keeps two ids for every
 * content that a file below `services/` ever had, and no text.
 */
export function createHistoryReader(repository: GitRepository): HistoryReader {
  const follower = createFollower(repository)
  const read = createEntryReader(repository)
  let turn: Promise<unknown> = Promise.resolve()
  return {
    async compare(commit, sections) {
      const result = turn.then(async () => {
        const written = await follower.follow(commit)
        const files = filesOf(sections)
        return {
          ...(await compareContents(files, written, read)),
          movedVersions: findMoved(files, written),
        }
      })
      // A failure is the caller's; the next comparison begins anew.
      turn = result.catch(() => undefined)
      return result
    },
  }
}

type Written = ReadonlyMap<string, readonly Writing[]>

function createFollower(repository: GitRepository) {
  let written = new Map<string, Writing[]>()
  let head: Oid | undefined

  /** False: `until` is not on the line to `commit`, so that nothing was learnt. */
  const walk = async (commit: Oid, until: Oid | undefined): Promise<boolean> => {
    let parent: Oid | undefined = until === commit ? until : undefined
    let steps = 0
    const fresh: (readonly [string, Writing])[] = []
    await repository.walk(
      commit,
      until === undefined ? { prefix: folder } : { prefix: folder, until },
      (step) => {
        if (steps++ === 0) parent = step.parent
        for (const { path, after } of step.changes)
          if (after !== undefined) fresh.push([path, { blob: after, commit: step.commit }])
      },
    )
    if (parent !== until) return false
    for (const [path, writing] of fresh) written.set(path, [...(written.get(path) ?? []), writing])
    return true
  }
  return {
    async follow(commit: Oid): Promise<Written> {
      const known = head
      head = undefined
      if (known === undefined || !(await walk(commit, known))) {
        written = new Map()
        await walk(commit, undefined)
      }
      head = commit
      return written
    },
  }
}

function filesOf(sections: Sections): ReadonlyMap<string, ParsedFile> {
  return new Map([...sections].flatMap(([name, files]) => (name.startsWith(`${folder}/`) ? [...files] : [])))
}

type EntryReader = (path: string, writings: readonly Writing[]) => Promise<ReadWriting | undefined>

interface ReadWriting {
  readonly commit: Oid
  readonly entry: CatalogEntry
}

/** Finds the first content that held a document: what could not be read never went anywhere. Each is read once. */
function createEntryReader(repository: GitRepository): EntryReader {
  const known = new Map<string, CatalogEntry | undefined>()
  const entryOf = async (path: string, blob: Oid): Promise<CatalogEntry | undefined> => {
    const key = `${path} ${blob}`
    if (known.has(key)) return known.get(key)
    const place = classifyPath(path)
    const [text = ''] = await repository.readBlobs([blob])
    const entry = place.kind === 'document' ? parseDocument(path, text, place).entry : undefined
    known.set(key, entry)
    return entry
  }
  return async (path, writings) => {
    for (const { blob, commit } of writings) {
      const entry = await entryOf(path, blob)
      if (entry !== undefined) return { commit, entry }
    }
    return undefined
  }
}

/** Only files whose bytes are not the first ones are looked into. */
async function compareContents(
  files: ReadonlyMap<string, ParsedFile>,
  written: Written,
  read: EntryReader,
): Promise<Omit<CatalogHistory, 'movedVersions'>> {
  const changedVersions = new Map<string, string>()
  const firstServices = new Map<string, { service: Service; commit: string }>()
  for (const [path, file] of files) {
    const writings = written.get(path)
    if (writings === undefined || writings[0]?.blob === blobOf(file)) continue
    const first = await read(path, writings)
    if (first === undefined) continue
    const { entry, commit } = first
    if (entry.kind === 'service') firstServices.set(entry.value.name, { service: entry.value, commit })
    if (entry.kind === 'version' && !isSame(entry, file.entry)) changedVersions.set(path, commit)
  }
  return { changedVersions, firstServices }
}

/** Comments and layout are no content: whoever formats all files of a catalog must not stop every service. */
function isSame(one: CatalogEntry, other: CatalogEntry | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Versions whose file is gone, while another path holds its very bytes. */
function findMoved(
  files: ReadonlyMap<string, ParsedFile>,
  written: Written,
): CatalogHistory['movedVersions'] {
  const gone = new Map<Oid, { readonly from: string; readonly commit: Oid }>()
  for (const [from, [first]] of written) {
    if (first !== undefined && !files.has(from) && isVersion(from))
      gone.set(first.blob, { from, commit: first.commit })
  }
  if (gone.size === 0) return noHistory.movedVersions
  return new Map(
    [...files].flatMap(([path, file]) => {
      const origin = gone.get(blobOf(file))
      return origin === undefined ? [] : [[path, origin] as const]
    }),
  )
}

function isVersion(path: string): boolean {
  const place = classifyPath(path)
  return place.kind === 'document' && place.kinds.includes('ServiceVersion')
}

const blobs = new WeakMap<ParsedFile, Oid>()

/** The id that git gives a file's text. */
function blobOf(file: ParsedFile): Oid {
  const known = blobs.get(file) ?? hashObject('blob', Buffer.from(file.text, 'utf8'))
  blobs.set(file, known)
  return known
}
