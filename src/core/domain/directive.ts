import type { ClusterSelector } from './cluster.ts'
import type { Instant, Seconds } from './time.ts'

/** What people order, as files of the catalog. */
export type Directive =
  | Hold
  | Rollback
  | Freeze
  | Cordon
  | Withdraw
  | Expedite
  | Skip
  | Retry
  | Promote
  | Pin
  | Approve

/** What every order has: its name, why it was given, and the file that holds it. */
interface Order<Kind extends string> {
  readonly kind: Kind
  readonly name: string
  readonly reason: string
  readonly file: string
}

/** Stops forward waves in its scope; rollbacks go on unless `rollbacks` is set. */
export interface Hold extends Order<'Hold'> {
  readonly scope: DirectiveScope
  readonly rollbacks: boolean
}

/** Rejects service version `from` and returns its placements to their way back. */
export interface Rollback extends Order<'Rollback'> {
  readonly service: string
  readonly group: string
  readonly from: string
}

/**
 * Stops forward waves in its scope: within its windows (`deny`), or outside of them (`allow`). Its windows are those of
 * the schedule between `from` and `until`; without a schedule all of that time is one window.
 */
export interface Freeze extends Order<'Freeze'> {
  readonly scope: DirectiveScope
  readonly mode: 'deny' | 'allow'
  readonly from: Instant | undefined
  /** The first moment that is not in a window any more. */
  readonly until: Instant | undefined
  readonly schedule: FreezeSchedule | undefined
}

/** Windows that come again and again. */
export interface FreezeSchedule {
  /** When a window begins: five fields of cron, on the clocks of `timeZone`. */
  readonly cron: string
  /** In time that passes, whatever clocks are changed in between. */
  readonly duration: Seconds
  /** IANA name: `Europe/Berlin`. */
  readonly timeZone: string
}

/** Keeps every wave of every service from clusters. */
export interface Cordon extends Order<'Cordon'> {
  readonly clusters: ClusterSelector
}

/** A version that nothing moves to any more; where `moves`, what is on it goes back. */
export interface Withdraw extends Order<'Withdraw'> {
  readonly service: string
  readonly version: string
  readonly moves: boolean
}

/** No soak of a version is longer than `soak`. */
export interface Expedite extends Order<'Expedite'> {
  readonly service: string
  readonly version: string
  readonly soak: Seconds
  readonly approvedBy: string
}

/** Clusters that a version's waves in a group leave out, also when they have been moved already. */
export interface Skip extends Order<'Skip'> {
  readonly service: string
  readonly group: string
  readonly version: string
  readonly clusters: ClusterSelector
}

/** Failures of a service in a group before `at` are void; without `clusters` its rejections, too. */
export interface Retry extends Order<'Retry'> {
  readonly service: string
  readonly group: string
  readonly at: Instant
  readonly clusters: ClusterSelector | undefined
}

/** A version that may start in a group without proof in the groups before it. */
export interface Promote extends Order<'Promote'> {
  readonly service: string
  readonly group: string
  readonly version: string
  /** What stands in for the proof, in words or as a link. */
  readonly proof: string
}

/** A version that a group stays on or moves to; with `clusters`, the only version that those take. */
export interface Pin extends Order<'Pin'> {
  readonly service: string
  readonly group: string | undefined
  readonly version: string
  readonly clusters: ClusterSelector | undefined
}

/** A person agrees to the change that has this digest, where it waits for that; absent names are any. */
export interface Approve extends Order<'Approve'> {
  readonly service: string | undefined
  readonly group: string | undefined
  readonly cluster: string | undefined
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
}

/** Absent fields mean everything. */
export interface DirectiveScope {
  readonly service: string | undefined
  readonly group: string | undefined
}
