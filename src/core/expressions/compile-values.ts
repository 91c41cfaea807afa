import type { Json, JsonObject } from '../domain/cluster.ts'
import type { FieldPath } from '../domain/finding.ts'
import { toCel } from './cel-values.ts'
import { compileExpression, type CompiledExpression, type ExpressionFault } from './compile-expression.ts'
import { explainMissing } from './explain-missing.ts'
import { isList, isObject } from './json-tree.ts'
import { splitTemplate } from './split-template.ts'
import type { Evaluated, ExpressionContext, ExpressionError, ReadPath } from './types.ts'

/** Values whose `${…}` are parsed and checked. */
export interface CompiledValues {
  /** Everything that the expressions read, as far as their text tells; sorted, each path once. */
  readonly reads: readonly ReadPath[]
  /** The values for one cluster, or everything that is wrong with them there. */
  evaluate(context: ExpressionContext): Evaluated<JsonObject>
}

export type CompileResult =
  | { readonly kind: 'compiled'; readonly values: CompiledValues }
  | { readonly kind: 'errors'; readonly errors: readonly ExpressionError[] }

type Variables = Readonly<Record<string, unknown>>
interface Run {
  readonly context: ExpressionContext
  readonly variables: Variables
  readonly errors: ExpressionError[]
}
/** Computes a part of the values. A part without expressions is its own value. */
type Part =
  | { readonly kind: 'static'; readonly value: Json }
  | { readonly kind: 'dynamic'; compute(run: Run): Json }

/**
 * Compiles the expressions in all strings of `values` (keys are left alone). A string that is one `${…}` keeps
 * the type of its result; inside other text a result is written out; `$${` is a literal `${`.
 *
 * @param isText fields in which a string that is one `${…}` is written out, too
 */
export function compileValues(
  values: JsonObject,
  isText: (path: FieldPath) => boolean = () => false,
): CompileResult {
  const compilation: Compilation = { errors: [], reads: new Map(), isText }
  const root = compileObject(values, [], compilation)
  if (compilation.errors.length > 0) return { kind: 'errors', errors: compilation.errors }
  const reads = [...compilation.reads].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
  return { kind: 'compiled', values: { reads, evaluate: (context) => evaluateRoot(root, context) } }
}

function evaluateRoot(root: Part, context: ExpressionContext): Evaluated<JsonObject> {
  const variables: Variables = {
    cluster: { ...context.cluster, metadata: toCel(context.cluster.metadata) },
    service: context.service,
    version: context.version,
  }
  const run: Run = { context, variables, errors: [] }
  const value = compute(root, run)
  if (run.errors.length > 0) return { kind: 'errors', errors: run.errors }
  return { kind: 'value', value: isObject(value) ? value : {} }
}

interface Compilation {
  readonly errors: ExpressionError[]
  readonly reads: Map<string, ReadPath>
  isText(path: FieldPath): boolean
}

function compilePart(value: Json, path: FieldPath, compilation: Compilation): Part {
  if (typeof value === 'string')
    return value.includes('${') ? compileString(value, path, compilation) : fixed(value)
  if (typeof value !== 'object' || value === null) return fixed(value)
  return isList(value) ? compileList(value, path, compilation) : compileObject(value, path, compilation)
}

function compileList(items: readonly Json[], path: FieldPath, compilation: Compilation): Part {
  const parts = items.map((item, index) => compilePart(item, [...path, index], compilation))
  if (parts.every((part, index) => isUnchanged(part, items[index]))) return fixed(items)
  return { kind: 'dynamic', compute: (run) => parts.map((part) => compute(part, run)) }
}

function compileObject(object: JsonObject, path: FieldPath, compilation: Compilation): Part {
  const parts = Object.entries(object).map(
    ([key, item]) => [key, compilePart(item, [...path, key], compilation)] as const,
  )
  if (parts.every(([key, part]) => isUnchanged(part, object[key]))) return fixed(object)
  return {
    kind: 'dynamic',
    compute: (run) => Object.fromEntries(parts.map(([key, part]) => [key, compute(part, run)])),
  }
}

function compileString(text: string, path: FieldPath, compilation: Compilation): Part {
  const split = splitTemplate(text)
  if (split.kind === 'unclosed') {
    compilation.errors.push({
      path,
      expression: text.slice(split.offset + 2),
      offset: split.offset,
      length: 2,
      message: 'the expression has no closing }',
      remedy: 'close it, or write $${ for a literal ${',
    })
    return fixed(text)
  }
  const embedded = split.parts.length > 1 || compilation.isText(path)
  const pieces = split.parts.map((part) =>
    part.kind === 'text' ? fixed(part.text) : compilePlaced({ ...part, path, embedded }, compilation),
  )
  const [only] = pieces
  if (only !== undefined && (!embedded || split.parts.every(({ kind }) => kind === 'text'))) return only
  return { kind: 'dynamic', compute: (run) => pieces.map((piece) => textOf(compute(piece, run))).join('') }
}

/** An expression and where it stands. */
interface Placed {
  readonly path: FieldPath
  readonly source: string
  readonly offset: number
  readonly length: number
  /** It stands inside other text, or where nothing but text may stand. */
  readonly embedded: boolean
}

function compilePlaced(placed: Placed, compilation: Compilation): Part {
  const expression = compileExpression(placed.source)
  if ('kind' in expression) {
    compilation.errors.push(errorOf(placed, expression))
    return fixed(null)
  }
  for (const path of expression.reads) compilation.reads.set(JSON.stringify(path), path)
  return { kind: 'dynamic', compute: (run) => computePlaced(placed, expression, run) }
}

function computePlaced(placed: Placed, expression: CompiledExpression, run: Run): Json {
  const outcome = expression.evaluate(run.variables)
  if (outcome.kind === 'fault') run.errors.push(errorOf(placed, outcome))
  else if (outcome.kind === 'missing')
    run.errors.push(errorOf(placed, explainMissing(outcome.path, run.context)))
  else if (placed.embedded && typeof outcome.value === 'object') run.errors.push(errorOf(placed, notText))
  else return outcome.value
  return null
}

const notText: ExpressionFault = {
  kind: 'fault',
  message: 'a list, a map or null can not stand inside text',
  remedy: 'pick a field of it; among values an expression may also be the whole value',
  range: undefined,
}

function errorOf(placed: Placed, { message, remedy, range }: Omit<ExpressionFault, 'kind'>): ExpressionError {
  const marked =
    range === undefined || range.end <= range.start
      ? { offset: placed.offset, length: placed.length }
      : { offset: placed.offset + '${'.length + range.start, length: range.end - range.start }
  return { path: placed.path, expression: placed.source, ...marked, message, remedy }
}

function compute(part: Part, run: Run): Json {
  return part.kind === 'static' ? part.value : part.compute(run)
}

/** Parts without expressions are shared between clusters; only `$${` changes them. */
function isUnchanged(part: Part, original: Json | undefined): boolean {
  return part.kind === 'static' && part.value === original
}

function fixed(value: Json): Part {
  return { kind: 'static', value }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
