import type { CatalogSnapshot } from '../adapters/catalog/port.ts'
import type { Signature } from '../adapters/git/port.ts'
import type { Instant } from '../core/domain/time.ts'
import type { CatalogView } from './workspace.ts'

/**
 * One file of an order: written or removed. Paths are relative to the catalog's root. `replaces`: the text that the file
 * has now; without it there must be no such file yet.
 */
export type OrderChange =
  | { readonly path: string; readonly text: string; readonly replaces?: string }
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
  /**
   * The same commit on a new branch, for a pull request; a work tree stays at its own. `present`: the branch is there
   * and has these files already. Throws `KnownError` for a branch of that name with other content.
   */
  commitToBranch(draft: BranchCommit): Promise<BranchOutcome>
  /** Writes the files of a work tree, and commits nothing. Throws `KnownError` where there is none. */
  save(changes: readonly OrderChange[]): Promise<void>
}

export interface BranchCommit extends OrderCommit {
  /** Short name. */
  readonly branch: string
}

export interface BranchOutcome {
  readonly kind: 'committed' | 'present'
  readonly commit: string
  readonly place: string
  readonly pushed: boolean
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
