import type { ClusterIndex } from '../domain/cluster-index.ts'
import type { ClusterSelector } from '../domain/cluster.ts'
import type { DeploymentGroup } from '../domain/deployment-group.ts'
import type { Directive } from '../domain/directive.ts'
import type { DesiredColumns, ObservedColumns } from '../domain/placement.ts'
import type { Rollout } from '../domain/rollout.ts'
import type { ServiceRelease } from '../domain/service-release.ts'
import type { Service } from '../domain/service.ts'
import type { Bitset } from './bitset.ts'
import type { Blackout } from './blackout.ts'
import type { GroupRemovalInput } from './removal-input.ts'
import type { RequiresGraph } from './requires-graph.ts'

/** Everything that decides how one service goes on. Plain data: planning it twice gives the same plan. */
export interface ServicePlanInput {
  readonly service: Service
  /** How many clusters one pull request may hold, but for those that go back. */
  readonly maxClusters: number
  /** Every version of the catalog as a service release at the catalog's head, ascending by version. */
  readonly releases: readonly ServiceRelease[]
  /** The groups that the service targets, ancestors before descendants. */
  readonly groups: readonly GroupPlanInput[]
  /** The orders that may concern this service, by name. */
  readonly directives: readonly Directive[]
  readonly clusters: ClusterFacts
  readonly desired: DesiredColumns
  readonly observed: ObservedColumns
  /** Versions that nothing goes back from: they halt where others are rolled back. */
  readonly irreversible: ReadonlySet<string>
  /** Errors of the catalog that freeze this service at its last good state. */
  readonly frozenBy: string | undefined
  /** Errors of the catalog that keep this service's waves from single clusters, by ordinal; absent: none. */
  readonly frozenOn?: ReadonlyMap<number, string>
  /** Groups that placements leave; absent: none. */
  readonly removals?: readonly GroupRemovalInput[]
  /** Absent: every file is what its release renders today. */
  readonly stale?: StalePlacements
  /** Undefined: no version requires this service, nor does any of its own require another. */
  readonly neighbours: Neighbours | undefined
}

/** Placements whose file on main is of the release of their group, but not what that renders for them today. */
export interface StalePlacements {
  /** By ordinal: index into `wanted`. */
  readonly file: Uint32Array
  /** Blob ids of the files that they would get; the first, empty one stands for none. */
  readonly wanted: readonly string[]
  /** What changed on a cluster, in words: `label size`. */
  readonly changed: ReadonlyMap<number, string>
}

/** The services that requirements join to one service, each as it stands on the same clusters. */
export interface Neighbours {
  readonly graph: RequiresGraph
  desired(service: string): DesiredColumns
  observed(service: string): ObservedColumns
  rollout(group: string, service: string): Rollout | undefined
  ownerOf(service: string): string
}

export interface GroupPlanInput {
  readonly group: DeploymentGroup
  /** Nearest ancestors in the promotion graph that the service targets. */
  readonly ancestors: readonly string[]
  /** Ordinals of the clusters that run or shall run the service, in the group's stable wave order. */
  readonly targets: Uint32Array
  readonly rollout: Rollout
}

/** Facts of clusters that every service shares, by ordinal. */
export interface ClusterFacts {
  readonly index: ClusterIndex
  /** 1: reported nothing for longer than the settings allow. */
  readonly silent: Uint8Array
  /** The last sign of life; 0: none. */
  readonly contactAt: Uint32Array
  /** When too many were out of contact, oldest first; absent: never. */
  readonly blackouts?: readonly Blackout[]
  /** 1: its directory is in the fleet repository. */
  readonly bootstrapped: Uint8Array
  /** 1: a Cordon keeps every wave from it. */
  readonly cordoned: Uint8Array
  /** The clusters that an order's selector selects. */
  selected(selector: ClusterSelector): Bitset
  /** Which clusters are sick, for whatever runs there; counted when first asked for. */
  sickness(): Sickness
}

/** How services that no rollout has on trial do on each cluster, by ordinal. */
export interface Sickness {
  readonly placed: Uint16Array
  readonly unwell: Uint16Array
  /** 1: so many are unwell that the cluster itself is to blame. */
  readonly sick: Uint8Array
}
