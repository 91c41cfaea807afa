import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../core/domain/cluster.ts'
import { pinnedRevision } from '../../core/render/kustomize-objects.ts'
import type { ExpectedRelease } from '../../core/render/release-renderer.ts'

/** What a rendered service file asks of a cluster; undefined when it asks nothing that can be proven. */
export function parseExpectation(text: string): ExpectedRelease | undefined {
  const objects = parseObjects(text)
  const kustomization = specOf(objects, 'Kustomization')
  return kustomization === undefined ? parseChart(objects) : parseKustomize(objects, kustomization)
}

function parseChart(objects: readonly JsonObject[]): ExpectedRelease | undefined {
  const spec = specOf(objects, 'HelmRelease')
  const digests = objects.map((object) => annotationsOf(object)?.['halyard.dev/chart-digest'])
  const chartDigest = digests.find((digest) => typeof digest === 'string')
  return spec === undefined || chartDigest === undefined ? undefined : { kind: 'chart', chartDigest, spec }
}

/** The source beside the Kustomization says what is pinned. */
function parseKustomize(objects: readonly JsonObject[], spec: JsonObject): ExpectedRelease | undefined {
  const { commit } = asObject(specOf(objects, 'GitRepository')?.['ref']) ?? {}
  if (typeof commit === 'string')
    return { kind: 'kustomize', revision: pinnedRevision({ kind: 'commit', commit }), spec }
  const { digest } = asObject(specOf(objects, 'OCIRepository')?.['ref']) ?? {}
  if (typeof digest !== 'string') return undefined
  const pin = { kind: 'digest', artifact: undefined, digest } as const
  return { kind: 'kustomize', revision: pinnedRevision(pin), spec }
}

function specOf(objects: readonly JsonObject[], kind: string): JsonObject | undefined {
  return asObject(objects.find((object) => object['kind'] === kind)?.['spec'])
}

/** None when the text is no YAML, or more than plain documents: nothing of that is Halyard's. */
function parseObjects(text: string): readonly JsonObject[] {
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: false })
    if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return []
    return documents
      .map((document) => asObject(document.toJS({ maxAliasCount: 0 })))
      .filter((object) => object !== undefined)
  } catch (error) {
    if (error instanceof Error) return []
    throw error
  }
}

function annotationsOf(object: JsonObject): JsonObject | undefined {
  return asObject(asObject(object['metadata'])?.['annotations'])
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}
