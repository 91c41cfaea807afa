import type {
  Condition,
  HelmSnapshot,
  KustomizationSnapshot,
  WorkloadReport,
} from '../../../core/domain/report.ts'
import type { Instant, Seconds } from '../../../core/domain/time.ts'
import type { Oid } from '../../git/port.ts'
import type { Manifest } from './manifests.ts'
import type { ReleaseContent } from './release-content.ts'

/** The whole simulated fleet. Fields marked "derived" are read from Git again and never saved. */
export interface FleetState {
  /** All that was due until then has happened. */
  advancedTo: Instant
  /** Counts changes; what changed carries the number of its last one. */
  sequence: number
  /** Commit that main stood at when last seen. */
  head: Oid | undefined
  readonly clusters: Map<string, SimulatedCluster>
}

export interface SimulatedCluster {
  readonly name: string
  uid: string
  rebuilds: number
  sequence: number
  /** Commit of the last poll of the source; undefined before the first. */
  seen: Oid | undefined
  /** Polls happen here and every `pollInterval` later. */
  pollAnchor: Instant
  pollInterval: Seconds
  /** Out of contact until then: neither reads Git nor reports. */
  silentUntil: Instant
  readonly kustomizations: Map<string, KustomizationState>
  readonly releases: Map<string, ReleaseState>
  /** Derived: no timer of the cluster ends before; 0: not known. */
  timersFrom: Instant
  /** Derived: live objects by id, with the Kustomization that applied each. */
  readonly objects: Map<string, LiveObject>
  /** Derived: files of the cluster's directory at `seen`. */
  directory: ReadonlyMap<string, Oid>
}

export interface LiveObject {
  readonly manifest: Manifest
  /** Key of a Kustomization; empty: applied at bootstrap. */
  readonly owner: string
}

/** Status of a Flux Kustomization. */
export interface KustomizationState {
  /** `<namespace>/<name>`. */
  readonly key: string
  sequence: number
  /** Blobs of the files last applied: their objects are the inventory. */
  blobs: readonly Oid[]
  lastAppliedRevision: string
  lastAttemptedRevision: string
  ready: Condition | undefined
  /** 0: not waiting for anything. */
  retryAt: Instant
}

export type ReleasePhase =
  | 'idle'
  | 'pending'
  | 'installing'
  | 'upgrading'
  | 'rollingBack'
  | 'uninstalling'
  | 'deleting'
  /** Of a Kustomization. */
  | 'applying'

/** A HelmRelease, or the Kustomization of a service, with what it installed and the pods that run of it. */
export interface ReleaseState {
  readonly namespace: string
  readonly name: string
  sequence: number
  /** Key of the Kustomization over its file. */
  kustomization: string
  /** Derived: the live object; undefined: it does not exist. */
  manifest: Manifest | undefined
  /** Blob that holds the live object; empty: it does not exist. */
  blob: Oid
  generation: number
  observedGeneration: number
  lastAttemptedGeneration: number
  conditions: readonly Condition[]
  /** Newest first. */
  history: readonly HelmSnapshot[]
  /** Failed attempts of this generation. */
  failures: number
  phase: ReleasePhase
  /** When the phase goes on; 0: it waits for nothing. */
  timerAt: Instant
  actionStartedAt: Instant
  /** What the running or last action brings. */
  attempted: ReleaseContent | undefined
  /** What Helm last deployed and would roll back to. */
  deployed: ReleaseContent | undefined
  /** Whose pods run. */
  running: ReleaseContent | undefined
  chartDigest: string | undefined
  /** Of a Kustomization; empty before the first. */
  lastAppliedRevision: string
  lastAttemptedRevision: string
  /** Of a Kustomization, newest first. */
  snapshots: readonly KustomizationSnapshot[]
  workloads: readonly WorkloadReport[]
  /** Pods of this content crash. */
  crash: { readonly content: string; readonly message: string } | undefined
}

export function createCluster(
  name: string,
  uid: string,
  pollAnchor: Instant,
  pollInterval: Seconds,
): SimulatedCluster {
  return {
    name,
    uid,
    rebuilds: 0,
    sequence: 0,
    seen: undefined,
    pollAnchor,
    pollInterval,
    silentUntil: 0,
    kustomizations: new Map(),
    releases: new Map(),
    timersFrom: 0,
    objects: new Map(),
    directory: new Map(),
  }
}

export function createKustomization(key: string): KustomizationState {
  return {
    key,
    sequence: 0,
    blobs: [],
    lastAppliedRevision: '',
    lastAttemptedRevision: '',
    ready: undefined,
    retryAt: 0,
  }
}

export function createRelease(namespace: string, name: string, kustomization: string): ReleaseState {
  return { namespace, name, sequence: 0, kustomization, ...blankRelease() }
}

/** Fields of a release that does not exist, with nothing of it left in the cluster. */
export function blankRelease(): Omit<ReleaseState, 'namespace' | 'name' | 'sequence' | 'kustomization'> {
  return {
    manifest: undefined,
    blob: '',
    generation: 0,
    observedGeneration: 0,
    lastAttemptedGeneration: 0,
    conditions: [],
    history: [],
    failures: 0,
    phase: 'idle',
    timerAt: 0,
    actionStartedAt: 0,
    attempted: undefined,
    deployed: undefined,
    running: undefined,
    chartDigest: undefined,
    lastAppliedRevision: '',
    lastAttemptedRevision: '',
    snapshots: [],
    workloads: [],
    crash: undefined,
  }
}
