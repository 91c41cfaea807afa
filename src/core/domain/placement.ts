import type { ReleaseId } from './service-release.ts'

/** Where a placement (a service on a cluster) stands, as numbers for the state column. */
export const PlacementState = {
  absent: 0,
  pending: 1,
  proposed: 2,
  merged: 3,
  observed: 4,
  progressing: 5,
  healthy: 6,
  failed: 7,
  unknown: 8,
} as const
export type PlacementStateName = keyof typeof PlacementState
export type PlacementStateCode = (typeof PlacementState)[PlacementStateName]

export const placementStateNames = Object.keys(PlacementState) as readonly PlacementStateName[]

/** A distinct rendered file of a service that some cluster has or had on the fleet's main branch. */
export interface DesiredFile {
  /** Git blob id. */
  readonly blob: string
  readonly release: ReleaseId
}

/**
 * What the fleet repository's main branch desires of one service, indexed by cluster ordinal.
 * `file` indexes `files`; 0 is "not there".
 */
export interface DesiredColumns {
  readonly files: readonly DesiredFile[]
  readonly file: Uint16Array
  /** Position on main's first-parent history of the commit that brought the file there. */
  readonly commit: Uint32Array
  /** Commit time of that commit. */
  readonly mergedAt: Uint32Array
}

/** What the clusters report of one service, indexed by cluster ordinal, judged against the desired file. */
export interface ObservedColumns {
  /** `PlacementState` code. */
  readonly state: Uint8Array
  /** Since when it is in that state (healthy: by evidence, see `assess`). */
  readonly since: Uint32Array
  /** When the desired file's generation was first observed; 0 when it was not. */
  readonly observedAt: Uint32Array
  /** Index into `DesiredColumns.files` of the file last seen healthy; 0 is none. */
  readonly running: Uint16Array
  /** Why a placement failed or is not healthy, by ordinal; only those that are not. */
  readonly evidence: ReadonlyMap<number, string>
}
