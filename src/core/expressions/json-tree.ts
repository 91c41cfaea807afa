import type { Json, JsonObject } from '../domain/cluster.ts'

export function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value)
}

/** The list, or an empty one where there is none. */
export function listOf(value: Json | undefined): readonly Json[] {
  return typeof value === 'object' && value !== null && isList(value) ? value : []
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
