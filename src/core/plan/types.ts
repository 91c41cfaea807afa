import type { ClusterSelector } from '../domain/cluster.ts'
import type { ClusterIndex } from '../domain/cluster-index.ts'
import type { DeploymentGroup } from '../domain/deployment-group.ts'
import type { Directive } from '../domain/directive.ts'
import type { DesiredColumns, ObservedColumns } from '../domain/placement.ts'
import type { FailedPlacement, Rollout } from '../domain/rollout.ts'
import type { Service } from '../domain/service.ts'
import type { ReleaseId, ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
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

/** One effect on the fleet repository by one service. `next` is the rollout file as it shall be written with it. */
export type Proposal = WaveProposal | ReturnProposal | VerdictProposal | RemovalProposal

/** Moves `clusters` to `release` by pull request. */
export interface WaveProposal {
  readonly kind: 'wave'
  readonly service: string
  readonly group: string
  readonly release: ServiceRelease
  /** 1-based. */
  readonly wave: number
  readonly waves: number
  /** Which pull request of the wave this is, of how many as it seems now; 1-based. */
  readonly part: number
  readonly parts: number
  readonly quota: number
  /** Ordinals, in wave order. */
  readonly clusters: readonly number[]
  /** Everything that was proven on the way here, for the pull request. */
  readonly evidence: readonly string[]
  /** The pull request is opened, and merges once a person approved its head. */
  readonly needsApproval: boolean
  /** Why these clusters get new files of the release that they have; absent: they get another release. */
  readonly refresh?: string
  readonly next: Rollout
}

/** Sends placements to their way back, byte for byte, by pull request. */
export interface ReturnProposal {
  readonly kind: 'return'
  readonly service: string
  readonly group: string
  readonly release: ServiceRelease
  /** `rejected`: the whole release goes back; `failed`: placements within the error budget. */
  readonly reason: 'rejected' | 'failed'
  /** Only new files of the release go back: it stays proven. */
  readonly refresh?: boolean
  /** Failing clusters first. `blob` undefined removes the file. */
  readonly placements: readonly ReturnedPlacement[]
  /** Services that this would break, in the same commit: what goes back with it, and the ledgers that tell of it. */
  readonly dependents: readonly DependentReturn[]
  readonly evidence: readonly FailedPlacement[]
  readonly text: string
  readonly next: Rollout
}

export interface ReturnedPlacement {
  readonly cluster: number
  readonly blob: string | undefined
  readonly release: ReleaseId | undefined
}

/** Placements of another service that go back with a dependency; none where they have to stay. */
export interface DependentReturn {
  readonly service: string
  readonly placements: readonly ReturnedPlacement[]
  readonly next: Rollout
}

/** Takes a service off clusters where it is no target any more, by pull request. */
export interface RemovalProposal {
  readonly kind: 'removal'
  readonly service: string
  readonly group: string
  /** 1-based. */
  readonly wave: number
  readonly waves: number
  readonly quota: number
  /** App files to remove, in wave order. Neither these nor namespaces: only the ledger is written. */
  readonly placements: readonly {
    readonly cluster: number
    readonly blob: string
    readonly release: ReleaseId
  }[]
  /** Ordinals from which the service's namespace file goes: nothing is left in it. */
  readonly namespaces: readonly number[]
  readonly evidence: readonly string[]
  readonly next: Rollout
}

/** Writes only the rollout file. */
export interface VerdictProposal {
  readonly kind: 'verdict'
  readonly verdict: 'proven' | 'halted'
  readonly service: string
  readonly group: string
  readonly release: ServiceRelease
  readonly evidence: readonly FailedPlacement[]
  readonly text: string
  readonly next: Rollout
}

/** A new cluster that the service targets, and the release proven in its group. */
export interface Join {
  readonly service: string
  readonly group: string
  readonly cluster: number
  readonly release: ServiceRelease
}

/** Brings a new cluster into the fleet with everything that is proven for it, by one pull request. */
export interface BootstrapProposal {
  readonly kind: 'bootstrap'
  readonly cluster: number
  readonly joins: readonly Join[]
}

/** Takes services off a cluster that shall be empty, and at last its namespaces, by one pull request for each layer. */
export interface DecommissionProposal {
  readonly kind: 'decommission'
  readonly cluster: number
  readonly group: string
  readonly services: readonly {
    readonly service: string
    readonly namespace: string
    readonly blob: string
    readonly next: Rollout
  }[]
  readonly namespaces: readonly string[]
  /** How many services were there before. */
  readonly left: number
  readonly digest: string
}
