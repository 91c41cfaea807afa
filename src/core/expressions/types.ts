import type { Json, JsonObject } from '../domain/cluster.ts'
import type { FieldPath } from '../domain/finding.ts'

/** What an expression can read. */
export interface ExpressionContext {
  readonly cluster: {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly metadata: JsonObject
    /** Name of the cluster's deployment group. */
    readonly group: string
  }
  readonly service: { readonly name: string; readonly namespace: string; readonly owner: string }
  readonly version: string
}

/** Something wrong with one expression, placed so that an editor can underline it. */
export interface ExpressionError {
  /** Where the string stands in what was compiled. */
  readonly path: FieldPath
  /** The text between `${` and `}`. */
  readonly expression: string
  /** First marked character of the string, and how many. */
  readonly offset: number
  readonly length: number
  readonly message: string
  readonly remedy: string
}

/** A step of what is read: `['cluster', 'labels', 'region']`. */
export type ReadPath = readonly string[]

export type Evaluated<Value extends Json> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'errors'; readonly errors: readonly ExpressionError[] }
