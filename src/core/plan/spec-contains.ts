import type { Json, JsonObject } from '../domain/cluster.ts'

/**
 * Whether a live object's spec has every rendered field with its value. Fields that only the live object has
 * are defaults of the CRD. Lists are compared element by element; a rendered null equals a missing field,
 * as the API server drops it.
 */
export function specContains(live: JsonObject, rendered: JsonObject): boolean {
  return Object.entries(rendered).every(([key, value]) => contains(live[key], value))
}

function contains(live: Json | undefined, rendered: Json): boolean {
  if (rendered === null) return live === undefined || live === null
  if (isList(rendered)) {
    if (!isList(live) || live.length !== rendered.length) return false
    return rendered.every((element, index) => contains(live[index], element))
  }
  if (typeof rendered === 'object') return isObject(live) && specContains(live, rendered)
  return live === rendered
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}
