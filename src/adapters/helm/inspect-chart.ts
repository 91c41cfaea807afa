import { gunzipSync } from 'node:zlib'
import { readTar, TarError } from './read-tar.ts'

/** Bytes of an archive: more is no chart (Helm's own limit is 100 MiB unpacked; the largest public ones have 2 MiB). */
export const maxArchive = 20 * 1024 * 1024
/** Helm's MaxDecompressedChartSize (helm v4, pkg/chart/loader/archive). */
export const maxUnpacked = 100 * 1024 * 1024
/** Archives in the `charts/` of archives, and so on. */
const maxNesting = 5

export interface ChartFile {
  readonly path: string
  readonly content: Uint8Array
}

export type Inspection =
  | {
      readonly kind: 'safe'
      /** A reference out of a `values.schema.json` that helm would follow. */
      readonly outsideSchema: string | undefined
    }
  | { readonly kind: 'unsafe'; readonly message: string }

/** Looks through an archive before helm does: charts are anyone's. */
export function inspectArchive(archive: Uint8Array): Inspection {
  try {
    const budget = { bytes: maxUnpacked }
    return { kind: 'safe', outsideSchema: outsideOf(unpack(archive, budget), budget, 0) }
  } catch (error) {
    if (error instanceof UnsafeChartError) return { kind: 'unsafe', message: error.message }
    if (error instanceof TarError)
      return { kind: 'unsafe', message: `it is no chart archive: ${error.message}` }
    throw error
  }
}

/** The same for the files of a chart's folder, whose links the reader has refused. */
export function inspectFiles(files: readonly ChartFile[]): Inspection {
  try {
    return { kind: 'safe', outsideSchema: outsideOf(files, { bytes: maxUnpacked }, 0) }
  } catch (error) {
    if (error instanceof UnsafeChartError) return { kind: 'unsafe', message: error.message }
    throw error
  }
}

class UnsafeChartError extends Error {
  override readonly name = 'UnsafeChartError'
}

interface Budget {
  bytes: number
}

function outsideOf(files: readonly ChartFile[], budget: Budget, nesting: number): string | undefined {
  for (const { path, content } of files) {
    if (path.endsWith('/values.schema.json') || path === 'values.schema.json') {
      const outside = outsideReference(content)
      if (outside !== undefined) return outside
    }
    if (/(^|\/)charts\/[^/]+\.(tgz|tar\.gz)$/.test(path)) {
      if (nesting >= maxNesting) throw new UnsafeChartError('its charts are nested too deep')
      const outside = outsideOf(unpack(content, budget), budget, nesting + 1)
      if (outside !== undefined) return outside
    }
  }
  return undefined
}

function unpack(archive: Uint8Array, budget: Budget): readonly ChartFile[] {
  const tar = gunzip(archive, budget.bytes)
  budget.bytes -= tar.length
  const entries = [...readTar(tar)]
  for (const { path, kind } of entries) {
    if (kind === 'link') throw new UnsafeChartError(`it holds a link, ${path}`)
    if (kind === 'other') throw new UnsafeChartError(`it holds something that is no file, ${path}`)
    if (leadsOutside(path)) throw new UnsafeChartError(`it holds a path that leads out of it, ${path}`)
  }
  return entries.filter(({ kind }) => kind === 'file')
}

function gunzip(archive: Uint8Array, limit: number): Buffer {
  try {
    return gunzipSync(archive, { maxOutputLength: Math.max(limit, 1) })
  } catch (error) {
    const isLarge = error instanceof RangeError
    throw new UnsafeChartError(
      isLarge ? `it unpacks to more than ${maxUnpacked / 1024 / 1024} MiB` : 'it is no gzip archive',
      { cause: error },
    )
  }
}

function leadsOutside(path: string): boolean {
  const steps = path.replace(/\/$/, '').split('/')
  // Helm takes `a/./b` and `a/b/.` for `a/b`, so a file could be another than its path seems to say.
  return /\\|^[A-Za-z]:/.test(path) || steps.some((step) => step === '' || step === '.' || step === '..')
}

/** Meta-schemas that helm has built in. */
const builtIn = /^https?:\/\/json-schema\.org\/(draft-0[467]|draft\/(2019-09|2020-12))\/schema#?$/

/**
 * Helm follows `$ref` to `http:` and `file:` (seen with 4.1.4), so a chart could make it read what this machine can
 * reach. A schema that is no JSON can not be judged, so it counts as one that reads elsewhere.
 */
function outsideReference(content: Uint8Array): string | undefined {
  let schema: unknown
  try {
    schema = JSON.parse(Buffer.from(content).toString('utf8'))
  } catch {
    return 'what is no JSON'
  }
  const pending = [schema]
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== 'object' || value === null) continue
    for (const [key, child] of Object.entries(value)) {
      const isReference = ['$ref', '$dynamicRef', '$recursiveRef', '$schema'].includes(key)
      if (isReference && typeof child === 'string' && !child.startsWith('#') && !builtIn.test(child))
        return child
      pending.push(child)
    }
  }
  return undefined
}
