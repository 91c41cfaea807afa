import type { Json } from '../domain/cluster.ts'
import { isList } from './json-tree.ts'

/** Whole numbers enter CEL as its integers (BigInt): `x + 1` has no overload for a double and an integer. */
export function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(toCel)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item)]))
}

export type JsonResult =
  | { readonly kind: 'json'; readonly json: Json }
  | { readonly kind: 'notJson'; readonly what: string }

/** What CEL computed, as JSON; refused when JSON would lose something of it. */
export function fromCel(value: unknown): JsonResult {
  if (typeof value === 'bigint') return fromInteger(value)
  if (typeof value === 'number') return fromDouble(value)
  if (value === null || typeof value === 'string' || typeof value === 'boolean')
    return { kind: 'json', json: value }
  if (Array.isArray(value)) return fromList(value)
  if (isPlainObject(value)) return fromMap(value)
  return { kind: 'notJson', what: 'something that is no text, number, boolean, list or map' }
}

function fromInteger(value: bigint): JsonResult {
  const number = Number(value)
  return Number.isSafeInteger(number)
    ? { kind: 'json', json: number }
    : { kind: 'notJson', what: `${value}, beyond the whole numbers that JSON readers keep exact` }
}

function fromDouble(value: number): JsonResult {
  return Number.isFinite(value)
    ? { kind: 'json', json: value === 0 ? 0 : value }
    : { kind: 'notJson', what: `${value}, no JSON number` }
}

function fromList(items: readonly unknown[]): JsonResult {
  const list: Json[] = []
  for (const item of items) {
    const result = fromCel(item)
    if (result.kind === 'notJson') return result
    list.push(result.json)
  }
  return { kind: 'json', json: list }
}

function fromMap(map: object): JsonResult {
  const entries: [string, Json][] = []
  for (const [key, item] of Object.entries(map)) {
    const result = fromCel(item)
    if (result.kind === 'notJson') return result
    entries.push([key, result.json])
  }
  return { kind: 'json', json: Object.fromEntries(entries) }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
