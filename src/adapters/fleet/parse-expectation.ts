import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../core/domain/cluster.ts'
import type { ExpectedRelease } from '../../core/render/release-renderer.ts'

/** What a rendered service file asks of a cluster; undefined when it asks nothing that can be proven. */
export function parseExpectation(text: string): ExpectedRelease | undefined {
  const objects = parseObjects(text)
  const spec = asObject(objects.find((object) => object['kind'] === 'HelmRelease')?.['spec'])
  const digests = objects.map((object) => annotationsOf(object)?.['halyard.dev/chart-digest'])
  const chartDigest = digests.find((digest) => typeof digest === 'string')
  return spec === undefined || chartDigest === undefined ? undefined : { chartDigest, spec }
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
