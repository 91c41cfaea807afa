import type { DeploymentGroup } from '../domain/deployment-group.ts'
import type { Rollout } from '../domain/rollout.ts'

/** A placement whose file has left main in the removal that is under way. */
export interface Removed {
  readonly cluster: number
  readonly blob: string
  /** Whether the cluster told that its objects are gone, too, or left the catalog, so that nobody waits for it. */
  readonly isGone: boolean
}

/** Placements of a service in a group that leave, or have left. */
export interface GroupRemovalInput {
  readonly group: DeploymentGroup
  readonly rollout: Rollout
  /** Ordinals that still have a file and are no targets, in wave order. */
  readonly leaving: Uint32Array
  readonly removed: readonly Removed[]
  /** By ordinal: services on the cluster that depend on this one. */
  readonly dependents: ReadonlyMap<number, readonly string[]>
  /** Ordinals whose namespace has a file and nothing else any more. */
  readonly emptied: readonly number[]
  /** Why a person has to agree; empty: nobody has to. */
  readonly beyond: readonly string[]
}
