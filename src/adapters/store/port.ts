import type { ObservedColumns } from '../../core/domain/placement.ts'
import type { Instant } from '../../core/domain/time.ts'

/** A cache of observations and the history of events. Losing it loses no decision. */
export interface Store {
  /** Cluster names in ordinal order, as last saved. */
  clusters(): readonly string[]
  saveClusters(names: readonly string[]): void
  /** One blob per service; undefined: never saved or not readable any more. */
  columns(service: string): StoredColumns | undefined
  saveColumns(service: string, columns: StoredColumns): void
  append(events: readonly Event[]): void
  /** Newest first. */
  events(filter: EventFilter): readonly StoredEvent[]
  close(): void
}

/** Observations with what they were judged against, so that a stale save is never believed. */
export interface StoredColumns {
  /** Blob id judged against, by ordinal; empty: none. */
  readonly blobs: readonly string[]
  /** Blob id last seen healthy, by ordinal; empty: none. */
  readonly running: readonly string[]
  readonly state: Uint8Array
  readonly since: Uint32Array
  readonly observedAt: Uint32Array
  readonly evidence: ObservedColumns['evidence']
}

export const eventKinds = [
  'versionMerged',
  'clusterAdded',
  'pullRequestOpened',
  'waveMerged',
  'waveHealthy',
  'wavePassed',
  'placementFailed',
  'proven',
  'rejected',
  'halted',
  'rolledBack',
  'bootstrapped',
  'superseded',
  'held',
  'catalogError',
] as const
export type EventKind = (typeof eventKinds)[number]

/** Something that happened, worth a line in the terminal and in history. */
export interface Event {
  readonly at: Instant
  readonly kind: EventKind
  readonly service: string | undefined
  readonly group: string | undefined
  readonly cluster: string | undefined
  /** The rest of the story in words: `wave 1/2, 3 clusters`. */
  readonly text: string
  readonly pullRequest: number | undefined
  /** Same cause, same key: an event with a key already stored is not stored or told again. */
  readonly key: string
}

export interface StoredEvent extends Event {
  readonly id: number
}

export interface EventFilter {
  readonly service?: string
  readonly group?: string
  readonly cluster?: string
  readonly afterId?: number
  readonly limit: number
}
