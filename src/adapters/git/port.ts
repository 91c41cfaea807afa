import type { Instant } from '../../core/domain/time.ts'

/** A full object id in hex. */
export type Oid = string

/** Line of a tree, recursive listings hold blobs only. Paths use `/` and are relative to the repository's root. */
export interface TreeEntry {
  readonly path: string
  readonly oid: Oid
}

/** A path whose blob differs between two trees; undefined: not there. */
export interface PathChange {
  readonly path: string
  readonly before: Oid | undefined
  readonly after: Oid | undefined
}

/** A commit of first-parent history with what it changed below a folder, as against its first parent. */
export interface HistoryStep {
  readonly commit: Oid
  /** Undefined: a root commit. */
  readonly parent: Oid | undefined
  /** Sorted by path. */
  readonly changes: readonly PathChange[]
}

/** One change of a commit to write: new text, a blob that the repository already has, or removal. */
export type TreeChange =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly blob: Oid }
  | { readonly path: string; readonly remove: true }

export interface Signature {
  readonly name: string
  readonly email: string
}

export interface CommitDraft {
  /** Undefined: a root commit on an empty tree. */
  readonly parent: Oid | undefined
  readonly changes: readonly TreeChange[]
  readonly message: string
  readonly author: Signature
  /** Author and committer time. */
  readonly time: Instant
}

export interface Commit {
  readonly oid: Oid
  readonly tree: Oid
  readonly parents: readonly Oid[]
  readonly author: Signature
  readonly time: Instant
  readonly message: string
}

/** `expected`: the value the ref must have, undefined for "must not exist". `to` undefined deletes it. Full ref names. */
export interface RefUpdate {
  readonly ref: string
  readonly expected: Oid | undefined
  readonly to: Oid | undefined
}

/** One ref by its full name, or all refs below a folder that ends in `/`: `refs/heads/main`, `refs/heads/halyard/`. */
export type RefPlace = string

/** A Git object store with refs. All ref names are full (`refs/heads/main`). */
export interface GitRepository {
  /** The object id that a full ref name or commit id stands for. */
  resolve(revision: string): Promise<Oid | undefined>
  /** Refs at a place, sorted by name. */
  refs(place: RefPlace): Promise<ReadonlyMap<string, Oid>>
  /** All of the updates or none. */
  updateRefs(updates: readonly RefUpdate[]): Promise<'updated' | 'stale'>
  /** First-parent history from `from` (newest first), down to but without `until`, at most `limit`. */
  log(
    from: Oid,
    options?: { readonly until?: Oid; readonly limit?: number; readonly path?: string },
  ): Promise<readonly Commit[]>
  /**
   * Goes along first-parent history up to `to`, oldest first, without `until` and what it reaches. Every commit is
   * told, also those that change nothing below `prefix`; none is held once it was told.
   */
  walk(
    to: Oid,
    options: { readonly prefix: string; readonly until?: Oid },
    visit: (step: HistoryStep) => void,
  ): Promise<void>
  /** All blobs below `prefix` (a folder, no trailing slash; empty: all), sorted by path. */
  tree(revision: Oid, prefix?: string): Promise<readonly TreeEntry[]>
  /** Paths that differ between two commits, sorted by path. */
  changes(from: Oid, to: Oid, prefix?: string): Promise<readonly PathChange[]>
  /** The blobs' contents as text, in the given order. Throws `GitError` when one is missing. */
  readBlobs(oids: readonly Oid[]): Promise<readonly string[]>
  /** Stores texts as blobs, returning their ids in order. */
  writeBlobs(texts: readonly string[]): Promise<readonly Oid[]>
  /** Writes commits in order, each one's objects before its id. A draft's parent may not be another draft. */
  writeCommits(drafts: readonly CommitDraft[]): Promise<readonly Oid[]>
  close(): Promise<void>
}

/** A repository of our own with one remote. */
export interface GitClone extends GitRepository {
  /** Mirrors the remote's refs at the places to the same names here, removing those that are gone there. */
  fetch(places: readonly RefPlace[]): Promise<void>
  /** All of the updates on the remote or none; mirrored here when they happened. `rejected`: the remote refused for another reason. */
  push(updates: readonly RefUpdate[]): Promise<PushOutcome>
}

export type PushOutcome =
  | { readonly kind: 'pushed' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'rejected'; readonly reason: string }
