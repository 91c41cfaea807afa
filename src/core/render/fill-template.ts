import type { JsonObject } from '../domain/cluster.ts'
import { isObject } from '../expressions/json-tree.ts'

/** What a rendered object is and belongs to, whatever its skeleton says. */
export interface Identity {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** A skeleton with its identity and further fields filled in, which win over its own. */
export function fillTemplate(template: JsonObject, identity: Identity, fields: JsonObject = {}): JsonObject {
  const { apiVersion, kind, metadata, ...rest } = template
  return {
    apiVersion: apiVersion ?? null,
    kind: kind ?? null,
    metadata: fillMetadata(isObject(metadata) ? metadata : {}, identity),
    ...rest,
    ...fields,
  }
}

/** The spec of an object: what identifies it, the skeleton's defaults, then what is long. */
export function fillSpec(template: JsonObject, first: JsonObject, last: JsonObject = {}): JsonObject {
  const defaults = isObject(template['spec']) ? template['spec'] : {}
  const kept = Object.entries(defaults).filter(([key]) => !(key in first) && !(key in last))
  return { ...first, ...Object.fromEntries(kept), ...last }
}

function fillMetadata(metadata: JsonObject, identity: Identity): JsonObject {
  const { name: _name, namespace: _namespace, labels, annotations, ...rest } = metadata
  const allLabels = { ...(isObject(labels) ? labels : {}), ...managedBy, ...identity.labels }
  const allAnnotations = { ...(isObject(annotations) ? annotations : {}), ...identity.annotations }
  return {
    name: identity.name,
    ...(identity.namespace === undefined ? {} : { namespace: identity.namespace }),
    labels: allLabels,
    ...(Object.keys(allAnnotations).length === 0 ? {} : { annotations: allAnnotations }),
    ...rest,
  }
}

const managedBy = { 'app.kubernetes.io/managed-by': 'halyard' }

/** The skeleton's own name, where operators may choose it. */
export function templateName(template: JsonObject, fallback: string): string {
  const metadata = template['metadata']
  const name = isObject(metadata) ? metadata['name'] : undefined
  return typeof name === 'string' ? name : fallback
}
