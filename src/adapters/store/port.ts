import type { Instant } from '../../core/domain/time.ts'
import type { RecordedColumns } from '../../core/plan/recorded-columns.ts'

/** A cache of observations and the history of events. Losing it loses no decision. */
export interface Store {
  /** Cluster names in ordinal order, as last saved. */
  clusters(): readonly string[]
  saveClusters(names: readonly string[]): void
  /** UID by cluster name, as last saved. */
  identities(): ReadonlyMap<string, string>
  /** Adds to what is saved. */
  saveIdentities(identities: ReadonlyMap<string, string>): void
  /** One blob per service; undefined: never saved or not readable any more. */
  columns(service: string): RecordedColumns | undefined
  saveColumns(service: string, columns: RecordedColumns): void
  /** Returns those that were new. */
  append(events: readonly Event[]): readonly Event[]
  /** Whether an event with this key is stored. */
  knows(key: string): boolean
  /** Newest first. */
  events(filter: EventFilter): readonly StoredEvent[]
  close(): void
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
  'paged',
  'pageFailed',
  'rolledBack',
  'requirementBroken',
  'bootstrapped',
  'superseded',
  'held',
  'catalogError',
  'blackout',
  'blackoutEnded',
  'clusterUnreachable',
  'clusterReached',
  'fleetEdited',
  'fleetOutdated',
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
