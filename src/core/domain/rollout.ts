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
  /** What the way back of other services did to placements here, oldest first; absent: nothing. It rejects nothing. */
  readonly returns?: readonly RequirementReturn[]
  /** How placements leave that are no target any more; absent: none has left yet. */
  readonly removal?: Removal
  /** What left clusters that are emptied as a whole, with the files that it had; absent: nothing. */
  readonly emptied?: readonly RemovedPlacements[]
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
  /** Whether this attempt brings nothing but new files of the release proven here last. */
  readonly refresh?: boolean
  /** Whether it brings that release at once to all who lag behind: what fails is set apart, and rejects nothing. */
  readonly catchUp?: boolean
}

export interface OpenedWave {
  /** How many placements may be on the release once this wave is merged, earlier waves included. */
  readonly quota: number
  /** When its latest part was opened. */
  readonly openedAt: Instant
  /** How many parts of it were opened so far, of how many; absent: all of it at once. */
  readonly part?: number
  readonly parts?: number
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
  /** Only these files of the release are rejected, by blob id: those of a refresh. Absent: all of it is. */
  readonly files?: readonly string[]
}

/** `clusters` go back to `blob`, the file of `release`; both undefined: the service was not there before. */
export interface WayBack {
  /** The attempt that moved these clusters last. */
  readonly attempt: number
  readonly release: ReleaseId | undefined
  readonly blob: string | undefined
  readonly clusters: readonly string[]
}

/** Placements that leave in waves, or have left. Begins anew when all of them are gone. */
export interface Removal {
  readonly attempt: number
  readonly startedAt: Instant
  /** Digest of everything that a person agreed to let go; undefined: so little that nobody had to. */
  readonly approval: string | undefined
  /** Quotas count the placements that have left. */
  readonly waves: readonly OpenedWave[]
  /** What left, with the files that it had. */
  readonly clusters: readonly RemovedPlacements[]
}

export interface RemovedPlacements {
  readonly blob: string
  readonly clusters: readonly string[]
}

/** Placements whose requirement a way back broke: they went back with it, or had to stay and are broken. */
export interface RequirementReturn {
  readonly at: Instant
  readonly outcome: 'returned' | 'broken'
  /** What was on the clusters. */
  readonly release: ReleaseId
  /** Which requirement broke, by what; where they had to stay, also why. */
  readonly reason: string
  readonly clusters: readonly string[]
}

/** What is rejected for good, on all clusters: not only some files of it. */
export function rejectedReleases({ rejected }: Rollout): readonly RejectedRelease[] {
  return rejected.filter(({ files }) => files === undefined)
}

export function emptyRollout(service: string, group: string): Rollout {
  return { service, group, fence: 0, current: undefined, proven: [], rejected: [], wayBack: [] }
}
