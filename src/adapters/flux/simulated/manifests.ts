import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../../core/domain/cluster.ts'
import type { GitRepository, Oid } from '../../git/port.ts'
import { isJsonObject, stringAt } from './json.ts'

/** An object as a file desires it. Shared by all clusters whose files have the same bytes. */
export interface Manifest {
  /** `<kind>.<group>/<namespace>/<name>`. */
  readonly id: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly annotations: JsonObject
  readonly spec: JsonObject
  /** Blob of the file it came from. */
  readonly blob: Oid
}

export type ManifestFile =
  | { readonly kind: 'objects'; readonly objects: readonly Manifest[] }
  | { readonly kind: 'error'; readonly message: string }

/** Parsed files by blob id. */
export interface ManifestReader {
  /** The files of the blobs, in order; each blob is read and parsed once. */
  read(blobs: readonly Oid[]): Promise<readonly ManifestFile[]>
  /** Forgets files that nothing uses once they outnumber those used. */
  sweep(used: () => Iterable<Oid>): void
}

/** How many files may be kept without looking whether they are used. */
const sweepSlack = 1000

/** `known`: what readers of the same contents parsed before, which this one adds to; a blob never changes. */
export function createManifestReader(
  repository: GitRepository,
  known = new Map<Oid, ManifestFile>(),
): ManifestReader {
  let files = known
  let sweepAt = sweepSlack

  const load = async (blobs: readonly Oid[]): Promise<void> => {
    const missing = [...new Set(blobs)].filter((blob) => !files.has(blob))
    if (missing.length === 0) return
    const texts = await repository.readBlobs(missing)
    for (const [index, blob] of missing.entries()) files.set(blob, parseManifests(texts[index] ?? '', blob))
  }

  return {
    read: async (blobs) => {
      await load(blobs)
      return blobs.map((blob) => files.get(blob) ?? { kind: 'error', message: `blob ${blob} is gone` })
    },
    sweep: (used) => {
      if (files.size < sweepAt) return
      const kept = new Set(used())
      files = new Map(files.entries().filter(([blob]) => kept.has(blob)))
      sweepAt = files.size * 2 + sweepSlack
    },
  }
}

/** Parses a file of Kubernetes objects. */
function parseManifests(text: string, blob: Oid): ManifestFile {
  const objects: Manifest[] = []
  for (const document of parseAllDocuments(text)) {
    const problem = document.errors[0]
    if (problem !== undefined) return { kind: 'error', message: problem.message.split('\n', 1)[0] ?? '' }
    const value: unknown = document.toJS()
    if (value === null || value === undefined) continue
    // What YAML gives without custom tags is JSON.
    const manifest = toManifest(value as JsonObject, blob)
    if (manifest === undefined)
      return { kind: 'error', message: 'missing apiVersion, kind or metadata.name in object' }
    objects.push(manifest)
  }
  return { kind: 'objects', objects }
}

function toManifest(document: JsonObject, blob: Oid): Manifest | undefined {
  const [apiVersion, kind] = [stringAt(document, 'apiVersion'), stringAt(document, 'kind')]
  const name = stringAt(document, 'metadata', 'name')
  if (apiVersion === undefined || kind === undefined || name === undefined) return undefined
  const namespace = stringAt(document, 'metadata', 'namespace') ?? ''
  const metadata = document['metadata']
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined
  const spec = document['spec']
  return {
    id: objectId(kind, apiVersion, namespace, name),
    kind,
    namespace,
    name,
    annotations: isJsonObject(annotations) ? annotations : {},
    spec: isJsonObject(spec) ? spec : {},
    blob,
  }
}

function objectId(kind: string, apiVersion: string, namespace: string, name: string): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return `${kind}.${group}/${namespace}/${name}`
}
