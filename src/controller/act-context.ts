import type { Fleet, FleetState } from '../adapters/fleet/port.ts'
import type { Forge, PullRequest } from '../adapters/forge/port.ts'
import type { Event } from '../adapters/store/port.ts'
import type { Cluster } from '../core/domain/cluster.ts'
import type { Instant } from '../core/domain/time.ts'
import type { CatalogState } from './catalog-state.ts'
import type { Releases } from './releases.ts'

/** What carrying out a proposal needs; made anew for each round of a step. */
export interface ActContext {
  readonly fleet: Fleet
  readonly forge: Forge
  readonly state: FleetState & { readonly head: string }
  readonly catalog: CatalogState
  readonly releases: Releases
  readonly now: Instant
  /** Open pull requests of Halyard by branch. */
  readonly pullRequests: ReadonlyMap<string, PullRequest>
  /** Evaluated right before a forward merge: what shut since the plan was made; undefined: nothing. */
  readonly whatShut: (moving: readonly Moving[]) => Promise<string | undefined>
  readonly emit: (event: Omit<Event, 'at'>) => void
}

/** A service that a forward merge moves in a group. */
export interface Moving {
  readonly service: string
  readonly group: string
  /** Ordinals whose change must fit into the budgets now; absent: that was looked at when it was planned. */
  readonly clusters?: readonly number[]
}

/** What became of a proposal. Only `done` moved main. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'waits'; readonly branch: string; readonly reason: string }
  | { readonly kind: 'again'; readonly reason: string }

/** The catalog's document of a cluster by ordinal. */
export function clusterAt(context: ActContext, ordinal: number): Cluster | undefined {
  return context.catalog.targets.clusterAt(ordinal)
}
