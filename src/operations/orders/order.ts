import type { Static, TObject } from 'typebox'
import type { OrderChange } from '../catalog-writer.ts'
import type { Workspace } from '../workspace.ts'

/**
 * What people tell Halyard to do: a change of the catalog's files under their name. An order only says what it would
 * write; `commitOrder` writes.
 */
export interface Order<Input extends TObject = TObject> {
  readonly kind: 'order'
  readonly name: string
  readonly summary: string
  readonly input: Input
  /**
   * Reads, and writes nothing. Asked again with `input` of its answer when the catalog moved on meanwhile.
   * Throws `KnownError` for names that do not exist, and for an order that would do nothing.
   */
  prepare(workspace: Workspace, input: Static<Input>): Promise<PreparedOrder<Static<Input>>>
}

export interface PreparedOrder<Input = unknown> {
  /** As given, with everything decided that was left open, so that what is confirmed is what is done. */
  readonly input: Input
  /** What will happen, a sentence each. */
  readonly summary: readonly string[]
  readonly affects: readonly Affected[]
  readonly changes: readonly OrderChange[]
  /** Of the commit: subject, empty line, reason. */
  readonly message: string
  /** The Hold that the controller acknowledges, or no longer does; undefined: nothing is acknowledged. */
  readonly acknowledgement: { readonly hold: string; readonly isHeld: boolean } | undefined
}

export interface Affected {
  /** Null: every service of the group. */
  readonly service: string | null
  readonly group: string
  readonly clusters: number
  /** Of them, those that fail now. */
  readonly failing: number
}

/** Infers the type of the input from its schema. */
export function defineOrder<Input extends TObject>(order: Omit<Order<Input>, 'kind'>): Order<Input> {
  return { kind: 'order', ...order }
}
