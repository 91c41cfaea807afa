import type { ClusterIndex } from '../../core/domain/cluster-index.ts'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { DesiredColumns, ObservedColumns } from '../../core/domain/placement.ts'
import type { Rollout } from '../../core/domain/rollout.ts'
import type { Service } from '../../core/domain/service.ts'
import type { ServiceVersion } from '../../core/domain/service-version.ts'
import type { Instant } from '../../core/domain/time.ts'
import type { Blackout } from '../../core/plan/blackout.ts'
import type { FleetNotice } from '../../core/plan/fleet-notices.ts'
import type { EmptyingPlan } from '../../core/plan/plan-decommission.ts'
import type { RecordedColumns } from '../../core/plan/recorded-columns.ts'
import type { Sickness } from '../../core/plan/plan-input.ts'
import type { Proposal } from '../../core/plan/proposals.ts'
import type { GroupPlan } from '../../core/plan/service-plan.ts'
import type { ExpectedRelease } from '../../core/render/release-renderer.ts'
import type { Oid, TreeChange } from '../git/port.ts'

/** The fleet repository: what is desired where, the ledger of each rollout, and what is published there. */
export interface Fleet {
  /** Fetches and brings the state up to main's head, reading only what changed since the last sync. */
  sync(): Promise<FleetState>
  /**
   * Writes a branch below `halyard/` as one commit on `base`. A branch that already holds the same tree on the
   * same parent is adopted as it is; one with other content is replaced by lease.
   */
  pushBranch(request: BranchPush): Promise<PushResult>
  /** A ledger commit straight to main; throws `RangeError` for a path outside `rollouts/`. */
  commitLedger(request: MainCommit): Promise<PushResult>
  /** Any files in one commit straight to main; `base` undefined begins the repository. For `init` and benchmarks. */
  commitMain(request: Omit<MainCommit, 'base'> & { readonly base: Oid | undefined }): Promise<PushResult>
  /** The remote's branches below `halyard/` with their heads, as of the last sync or push from here. */
  branches(): Promise<ReadonlyMap<string, Oid>>
  /** Deletes a branch that still stands at `head`; one that is gone already counts as deleted. */
  deleteBranch(branch: string, head: Oid): Promise<'deleted' | 'stale'>
  /** Texts of blobs, in the given order; recently read ones come from memory. */
  readBlobs(oids: readonly Oid[]): Promise<readonly string[]>
  /**
   * What rendered service files ask of a cluster, in the order of their blob ids; undefined for a file that
   * Halyard did not render. Each blob is parsed once.
   */
  readExpectations(oids: readonly Oid[]): Promise<readonly (ExpectedRelease | undefined)[]>
  /** Replaces what is at `refs/halyard/status`, whoever wrote it. Only what changed since the last call is written anew. */
  publishStatus(status: StatusDocument): Promise<void>
  /** What a controller published last; undefined: nothing, or nothing that this version can read. */
  readStatus(): Promise<PublishedStatus | undefined>
}

export interface BranchPush {
  /** Short name: `halyard/…`. */
  readonly branch: string
  readonly base: Oid
  readonly changes: readonly TreeChange[]
  readonly message: string
  readonly time: Instant
}

export interface MainCommit {
  /** Main's head as the caller knows it: the push is `stale` when main stands elsewhere. */
  readonly base: Oid
  readonly changes: readonly TreeChange[]
  readonly message: string
  readonly time: Instant
}

export type PushResult = { readonly kind: 'pushed'; readonly head: Oid } | { readonly kind: 'stale' }

/** Main at `head`. Good until the next sync; the columns it hands out never change afterwards either. */
export interface FleetState {
  /** Undefined: an empty repository. */
  readonly head: Oid | undefined
  readonly clusters: ClusterIndex
  /** 1: `clusters/<cluster>/flux-system/` exists; by cluster ordinal. */
  readonly bootstrapped: Uint8Array
  /** Services that have or had a file somewhere since the process began, sorted by name. */
  readonly services: readonly string[]
  /** Rising along main's first-parent history; undefined: not on it, or too long ago to matter. */
  commitOrdinal(oid: Oid): number | undefined
  /** Whether `clusters/<cluster>/namespaces/<namespace>.yaml` exists; `cluster` is an ordinal. */
  hasNamespace(cluster: number, namespace: string): boolean
  /**
   * Whether a file that no service has of its own lies in a cluster's folder, and with `blob`, whether it is that one:
   * of namespaces, of markers (`halyard.yaml`), and `flux-system/sync.yaml`. `path` from the cluster's folder.
   */
  hasFile(cluster: number, path: string, blob?: Oid): boolean
  /** Columns of at least `clusters.size` entries; all absent for a service never seen. */
  desired(service: string): DesiredColumns
  /** Undefined: there is no such file, or it could not be read (see `problems`). */
  rollout(group: string, service: string): Rollout | undefined
  /** What this sync brought. */
  readonly changed: FleetChanges
  /** Files that could not be read, sorted by path; their placements count as absent. */
  readonly problems: readonly FleetProblem[]
  /** Files that somebody else changed, and Halyard has not written since; sorted by path. Found again after a restart. */
  readonly edits: readonly HandEdit[]
}

export interface FleetChanges {
  /** The state was read anew: the first sync, or main's history was rewritten. Everything below is then listed. */
  readonly restarted: boolean
  readonly services: ReadonlySet<string>
  /** Services whose `desired().files` were numbered anew: indexes kept from before mean something else now. */
  readonly renumbered: ReadonlySet<string>
  /** Names of clusters whose flux-system or namespaces changed. */
  readonly clusters: ReadonlySet<string>
  /** `<group>/<service>`. */
  readonly rollouts: ReadonlySet<string>
}

/** A file of the fleet that was changed by a commit which is not Halyard's. */
export interface HandEdit {
  readonly path: string
  readonly commit: Oid
  /** Its author: `Ana <ana@example.com>`. */
  readonly by: string
  /** What was there before the first such change; undefined: nothing. */
  readonly before: Oid | undefined
}

export interface FleetProblem {
  readonly path: string
  readonly reason: string
}

/** What a controller sees, for people without access to it; of each service apart. */
export interface StatusHead {
  readonly publishedAt: Instant
  /** Which controller published it. */
  readonly holder: string
  /** The last catalog commit that it acted on. */
  readonly catalogCommit: string | undefined
  /** Main's head of the fleet repository that it saw. */
  readonly fleetCommit: Oid | undefined
  /** Names of the Holds that it obeys: no forward merge in their scope follows. */
  readonly acknowledged: readonly string[]
  /** By cluster ordinal: the index of all columns. */
  readonly clusters: readonly string[]
  /** Last sign of life by cluster ordinal; 0: none. */
  readonly contactAt: Uint32Array
  /** 1: the cluster has its directory in the fleet; by cluster ordinal. */
  readonly bootstrapped: Uint8Array
  /** Which clusters are sick, by what stands still on them. */
  readonly sickness: Sickness
  /** When too many clusters were out of contact, oldest first. */
  readonly blackouts: readonly Blackout[]
  /** Files of the fleet that could not be read. */
  readonly problems: readonly FleetProblem[]
  /** Files of the fleet that stand there by other hands. */
  readonly edits: readonly HandEdit[]
  /** What is amiss in the fleet that no plan mends. */
  readonly notices: readonly FleetNotice[]
  /** How far the clusters are that shall be emptied. */
  readonly emptyings: readonly PublishedEmptying[]
  /** Which shape the summaries have, so that nobody reads one as another; undefined: there are none. */
  readonly summaryShape: string | undefined
}

/** A cluster that shall be emptied, by name. */
export interface PublishedEmptying extends Pick<EmptyingPlan, 'state' | 'digest' | 'waitsFor' | 'leaves'> {
  readonly cluster: string
}

export interface StatusDocument extends StatusHead {
  readonly catalog: SharedCatalog
  readonly services: readonly ServiceStanding[]
}

/** The part of a catalog that all services share. */
export type SharedCatalog = Omit<Catalog, 'services' | 'versions'>

/** One service, told in full only where something of it changed. */
export interface ServiceStanding {
  readonly name: string
  /** The values that `read` tells of: where each is the very same as before, so is all that it tells. */
  readonly of: readonly unknown[]
  read(): PublishedService
}

/** Everything of one service that questions are answered from. */
export interface PublishedService {
  readonly service: Service
  /** The line of its document that says its targets, from 1. */
  readonly targetsLine: number | undefined
  readonly versions: readonly ServiceVersion[]
  /** Why all of it is frozen; undefined: it is not. */
  readonly frozenBy: string | undefined
  /** Why it is frozen on single clusters, by name. */
  readonly frozenOn: ReadonlyMap<string, string>
  /** Services that this one requires or that require it, sorted. */
  readonly neighbours: readonly string[]
  /** Without `commit`, which counts from another beginning for everybody: zeros. */
  readonly desired: DesiredColumns
  readonly observed: ObservedColumns
  readonly rollouts: readonly Rollout[]
  readonly plan: PublishedPlan
  /** A JSON value: what is answered about it among all services. */
  readonly summary: unknown
}

/** What a plan says, without the effects themselves. */
export interface PublishedPlan {
  readonly groups: readonly GroupPlan[]
  /** Of each proposal, in order. */
  readonly proposals: readonly Pick<Proposal, 'group'>[]
}

export interface PublishedStatus extends StatusHead {
  /** The summaries of all services, in order of their names. */
  summaries(): Promise<readonly unknown[]>
  catalog(): Promise<SharedCatalog>
  /** In the order of the names; undefined: there is no such service. */
  services(names: readonly string[]): Promise<readonly (PublishedService | undefined)[]>
  /** What was observed of each service, with the blobs that it was judged against. */
  recorded(): Promise<(service: string) => RecordedColumns | undefined>
}

/** The right to act on a fleet: one controller at a time. */
export interface Lease {
  /** Takes or renews it. `term` rises with every change of holder, so that a former holder can be told. */
  acquire(): Promise<LeaseOutcome>
  /** Gives it up at once, so that another need not wait for its end. Nothing happens when it is not held. */
  release(): Promise<void>
}

export type LeaseOutcome =
  | { readonly kind: 'held'; readonly term: number; readonly until: Instant }
  | { readonly kind: 'taken'; readonly by: string; readonly until: Instant }
