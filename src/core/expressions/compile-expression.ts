import {
  Environment,
  EvaluationError,
  ParseError,
  type ASTNode,
  type ParseResult,
  TypeError as CheckError,
} from '@marcbachmann/cel-js'
import type { Json } from '../domain/cluster.ts'
import { fromCel } from './cel-values.ts'
import { callsOf, macroDepth, pathOf, readsOf } from './syntax-tree.ts'
import type { ReadPath } from './types.ts'

/** Longer ones can nest deep enough to exhaust the parser's stack. */
const longestSource = 1000
/** Three loops inside each other over 200 items ran 2 s. */
const deepestMacros = 2
/** `matches` can run for minutes on a short text; times depend on the machine's clock and time zones. */
const refusedCalls = ['matches', 'timestamp', 'duration']

export interface CompiledExpression {
  readonly reads: readonly ReadPath[]
  /** `variables`: name → CEL value, as `toCel` makes them. */
  evaluate(variables: Readonly<Record<string, unknown>>): ExpressionOutcome
}

export type ExpressionOutcome =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'missing'; readonly path: ReadPath }
  | ExpressionFault

/** `range`: part of the expression's text at fault; undefined: all of it. */
export interface ExpressionFault {
  readonly kind: 'fault'
  readonly message: string
  readonly remedy: string
  readonly range: { readonly start: number; readonly end: number } | undefined
}

const environment = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false })
  .registerVariable('cluster', {
    schema: { name: 'string', labels: 'map<string, string>', metadata: 'map<string, dyn>', group: 'string' },
  })
  .registerVariable('service', { schema: { name: 'string', namespace: 'string', owner: 'string' } })
  .registerVariable('version', 'string')

const readable =
  'expressions can read cluster.{name, labels, metadata, group}, service.{name, namespace, owner} and version'
/** By the library's error code. */
const remedies: ReadonlyMap<string, string> = new Map([
  ['unknown_variable', readable],
  ['no_such_key', readable],
  ['no_such_overload', 'convert one side with int(…), double(…) or string(…)'],
  ['incompatible_ternary_branches', 'give both branches one type'],
])

/** Parses and type-checks one expression of the Common Expression Language (https://cel.dev). */
export function compileExpression(source: string): CompiledExpression | ExpressionFault {
  if (source.trim() === '') return fault('the expression is empty', 'write $${ for a literal ${')
  if (source.length > longestSource)
    return fault(
      `the expression has ${source.length} characters, the limit is ${longestSource}`,
      'split it over several values',
    )
  try {
    const parsed = environment.parse(source)
    const refused = refuse(parsed.ast)
    if (refused !== undefined) return refused
    const reads = readsOf(parsed.ast)
    const checked = parsed.check()
    if (!checked.valid) return faultOf(checked.error)
    return { reads, evaluate: (variables) => evaluate(parsed, variables) }
  } catch (error) {
    return faultOf(error)
  }
}

function refuse(tree: ASTNode): ExpressionFault | undefined {
  const calls = callsOf(tree)
  const call = refusedCalls.find((name) => calls.has(name))
  if (call !== undefined)
    return fault(`${call}() is not available`, 'use startsWith, endsWith, contains or ==')
  const depth = macroDepth(tree)
  if (depth > deepestMacros)
    return fault(
      `loops stand ${depth} deep inside each other, the limit is ${deepestMacros}`,
      'split the expression',
    )
  return undefined
}

function evaluate(parsed: ParseResult, variables: Readonly<Record<string, unknown>>): ExpressionOutcome {
  try {
    const result = fromCel(parsed(variables))
    return result.kind === 'json'
      ? { kind: 'value', value: result.json }
      : fault(`the expression gives ${result.what}`, 'convert it, for example with string(…)')
  } catch (error) {
    const path = missingPath(error)
    return path === undefined ? faultOf(error) : { kind: 'missing', path }
  }
}

function missingPath(error: unknown): ReadPath | undefined {
  if (!(error instanceof EvaluationError) || error.code !== 'no_such_key' || error.node === undefined)
    return undefined
  return pathOf(error.node)
}

function faultOf(error: unknown): ExpressionFault {
  if (error instanceof ParseError || error instanceof CheckError || error instanceof EvaluationError)
    return {
      kind: 'fault',
      message: lowerFirst(error.summary),
      remedy: remedies.get(error.code) ?? 'mend it by the Common Expression Language, https://cel.dev',
      range: error.range,
    }
  if (error instanceof RangeError)
    return fault('the expression is nested too deep', 'split it over several values')
  throw error
}

function fault(message: string, remedy: string): ExpressionFault {
  return { kind: 'fault', message, remedy, range: undefined }
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
