import type { ReleaseId, ServiceRelease } from './service-release.ts'
import type { Instant } from './time.ts'

/** What `rollouts/<group>/<service>.yaml` of the fleet repository holds: the ledger of a service in a group. */
export interface Rollout {
  readonly service: string
  readonly group: string
  /** Raised by every write, so that a stale writer's commit conflicts. */
  readonly fence: number
  readonly current: CurrentRelease | undefined
  /** Service releases that passed their last wave here, oldest first. */
  readonly proven: readonly ProvenRelease[]
  readonly rejected: readonly RejectedRelease[]
  /** For every placement that the current release moved: what it goes back to. Begins anew with the next release. */
  readonly wayBack: readonly WayBack[]
}

export interface CurrentRelease {
  readonly release: ServiceRelease
  readonly state: 'rolling' | 'proven' | 'rejected' | 'halted'
  /** Rises with every rollout and refresh of this file; way-back entries name the attempt that moved them. */
  readonly attempt: number
  readonly startedAt: Instant
  /** The waves opened so far, with their fixed quotas. */
  readonly waves: readonly OpenedWave[]
  /** Placements that failed within the budget and went back; they stay out until a Retry. */
  readonly failed: readonly FailedPlacement[]
  /** The releases that this one superseded before they were proven. */
  readonly superseded: readonly ReleaseId[]
}

export interface OpenedWave {
  /** How many placements may be on the release once this wave is merged, earlier waves included. */
  readonly quota: number
  readonly openedAt: Instant
}

export interface FailedPlacement {
  readonly cluster: string
  readonly at: Instant
  readonly evidence: string
}

export interface ProvenRelease {
  readonly release: ServiceRelease
  readonly at: Instant
}

export interface RejectedRelease {
  readonly release: ServiceRelease
  readonly at: Instant
  readonly reason: string
  readonly evidence: readonly FailedPlacement[]
}

/** `clusters` go back to `blob`, the file of `release`; both undefined: the service was not there before. */
export interface WayBack {
  /** The attempt that moved these clusters last. */
  readonly attempt: number
  readonly release: ReleaseId | undefined
  readonly blob: string | undefined
  readonly clusters: readonly string[]
}

export function emptyRollout(service: string, group: string): Rollout {
  return { service, group, fence: 0, current: undefined, proven: [], rejected: [], wayBack: [] }
}
