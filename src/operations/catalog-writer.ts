import type { CatalogSnapshot } from '../adapters/catalog/port.ts'
import type { Signature } from '../adapters/git/port.ts'
import type { Instant } from '../core/domain/time.ts'
import type { CatalogView } from './workspace.ts'

/** One file of an order: written anew or removed. Paths are relative to the catalog's root. */
export type OrderChange =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly remove: true }

/** Where orders are committed: a catalog that the caller may write to. */
export interface CatalogWriter {
  /** Whether a commit stays on this machine until it is pushed: a work tree. Elsewhere a commit is a push. */
  readonly isLocal: boolean
  /** The caller, as git names them. Throws `KnownError` when git knows no name or address. */
  author(): Promise<Signature>
  /** The catalog as it would be; nothing is written. */
  preview(base: CatalogView, changes: readonly OrderChange[]): Promise<CatalogSnapshot>
  /**
   * One commit of exactly these changes. `stale`: the catalog moved on since `base`, nothing happened.
   * On any error that is thrown everything is as before.
   */
  commit(draft: OrderCommit): Promise<CommitOutcome>
}

export interface OrderCommit {
  readonly base: CatalogView
  readonly changes: readonly OrderChange[]
  readonly message: string
  readonly author: Signature
  readonly time: Instant
  /** Pushes a local commit too. */
  readonly push: boolean
}

export type CommitOutcome =
  | {
      readonly kind: 'committed'
      readonly commit: string
      /** Branch and repository, for people. */
      readonly place: string
      /** Whether the controller can see it. */
      readonly pushed: boolean
    }
  | { readonly kind: 'stale' }
