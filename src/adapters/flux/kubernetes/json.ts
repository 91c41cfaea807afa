import type { Json, JsonObject } from '../../../core/domain/cluster.ts'
import type { Instant } from '../../../core/domain/time.ts'

/** Reads of objects that an API server sent: nothing about their shape is believed. */

export function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const found = valueAt(value, ...path)
  return isObject(found) ? found : {}
}

export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = valueAt(value, ...path)
  return Array.isArray(found) ? found : []
}

/** Empty where there is none. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = valueAt(value, ...path)
  return typeof found === 'string' ? found : ''
}

export function numberAt(value: Json | undefined, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path)
  return typeof found === 'number' ? found : undefined
}

/** A metav1.Time; 0 where there is none. */
export function instantAt(value: Json | undefined, ...path: readonly string[]): Instant {
  const at = Date.parse(textAt(value, ...path))
  return Number.isNaN(at) ? 0 : Math.floor(at / 1000)
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueAt(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value
  for (const key of path) found = isObject(found) ? found[key] : undefined
  return found
}
