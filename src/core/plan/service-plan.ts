import type { ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import type { Join, Proposal } from './proposals.ts'

/** What shall happen next with one service, and why nothing more. */
export interface ServicePlan {
  readonly service: string
  readonly groups: readonly GroupPlan[]
  readonly proposals: readonly Proposal[]
  /** New clusters of this service that receive a proven release at once, joined per cluster by `admit`. */
  readonly joins: readonly Join[]
  /** What waits for a person who approves it by digest; absent: nothing. */
  readonly approvals?: readonly ApprovalRequest[]
  /** Until then this plan stays right unless an input changes. */
  readonly validUntil: Instant
}

/** What a person is asked to agree to. */
export interface ApprovalRequest {
  readonly group: string
  readonly digest: string
  readonly reason: string
  /** Ordinals that the service leaves. */
  readonly clusters: readonly number[]
}

/** Where a service stands in one group. */
export interface GroupPlan {
  readonly group: string
  readonly state: 'idle' | 'waiting' | 'rolling' | 'proven' | 'rejected' | 'halted'
  /** The release that moves, or moved last. */
  readonly release: ServiceRelease | undefined
  /** The release that would move next. */
  readonly candidate: ServiceRelease | undefined
  /** Opened wave (1-based; 0: none) of how many. */
  readonly wave: number
  readonly waves: number
  readonly tally: Tally
  /** Every gate that is not open. */
  readonly waitsFor: readonly Gate[]
}

/** Counts over the placements of a group that the current release moved. */
export interface Tally {
  readonly targets: number
  /** Placements that main desires on the release, plus failed ones that went back. */
  readonly moved: number
  readonly healthy: number
  /** Healthy for the whole soak. */
  readonly soaked: number
  readonly failed: number
  /** Out of contact, or set apart as sick. */
  readonly silent: number
  /** The part of `silent` that fails on clusters where what did not move is unwell, too. */
  readonly sick: number
  /** Merged, observed or progressing. */
  readonly pending: number
}

export type GateName =
  | 'blackout'
  | 'budget'
  | 'catalog'
  | 'promotion'
  | 'health'
  | 'soak'
  | 'silent'
  | 'hold'
  | 'freeze'
  | 'withdrawn'
  | 'pin'
  | 'cordon'
  | 'approval'
  | 'rejected'
  | 'halted'
  | 'requires'
  | 'eligible'
  | 'dependents'
  | 'removal'

/** Why something does not go on: always with a reason, since when, and what would open it. */
export interface Gate {
  readonly gate: GateName
  readonly state: 'waiting' | 'shut'
  readonly reason: string
  readonly since: Instant | undefined
  readonly opensWhen: string
  /** When it opens by itself, where that is known. */
  readonly opensAt: Instant | undefined
}
