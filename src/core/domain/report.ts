import type { JsonObject } from './cluster.ts'
import type { Instant } from './time.ts'

/** metav1.Condition, with the transition time as an instant. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly observedGeneration: number
  readonly lastTransitionTime: Instant
}

/** What a cluster reports of one service and the objects that prove it. Absent parts were not reported. */
export interface PlacementReport {
  readonly cluster: string
  readonly namespace: string
  /** Name of the HelmRelease or Kustomization, which is the service's name. */
  readonly name: string
  /** When the cluster reported it. */
  readonly at: Instant
  /** Undefined: the HelmRelease does not exist there. */
  readonly helmRelease: HelmReleaseReport | undefined
  /** The Flux Kustomization of a service with a kustomize payload; undefined: it does not exist there. */
  readonly payloadKustomization?: PayloadKustomizationReport | undefined
  /** The namespace's Flux Kustomization over `apps/<namespace>/`. */
  readonly kustomization: KustomizationReport | undefined
  /** The chart as its source object reports it. */
  readonly chart: ChartReport | undefined
  /** Workloads of the inventory of the HelmRelease or the payload's Kustomization. */
  readonly workloads: readonly WorkloadReport[]
}

/** helm.toolkit.fluxcd.io/v2 HelmRelease: the fields that prove something. */
export interface HelmReleaseReport {
  readonly generation: number
  readonly spec: JsonObject
  readonly status: {
    readonly observedGeneration: number
    readonly lastAttemptedGeneration: number
    readonly conditions: readonly Condition[]
    /** Newest first. */
    readonly history: readonly HelmSnapshot[]
  }
}

export interface HelmSnapshot {
  /** Number of the Helm release. */
  readonly version: number
  readonly status:
    | 'deployed'
    | 'superseded'
    | 'failed'
    | 'uninstalled'
    | 'pending-install'
    | 'pending-upgrade'
    | 'pending-rollback'
  readonly chartName: string
  readonly chartVersion: string
  readonly lastDeployed: Instant
}

/** kustomize.toolkit.fluxcd.io/v1 Kustomization of a service: the fields that prove something. */
export interface PayloadKustomizationReport {
  readonly generation: number
  readonly spec: JsonObject
  readonly status: {
    /** Advances on success only; -1 before the first. */
    readonly observedGeneration: number
    /** `sha1:<commit>`, `<branch|tag>@sha1:<commit>`, `sha256:<digest>` or `<tag>@sha256:<digest>`; may be empty. */
    readonly lastAppliedRevision: string
    readonly lastAttemptedRevision: string
    readonly conditions: readonly Condition[]
    /** Newest first; empty where the controller keeps none. */
    readonly history: readonly KustomizationSnapshot[]
  }
}

/** meta.Snapshot of fluxcd/pkg: all reconciliations of the same objects with the same outcome. */
export interface KustomizationSnapshot {
  /** `ReconciliationSucceeded`, or the reason of a failure. */
  readonly status: string
  readonly revision: string
  readonly firstReconciled: Instant
  readonly lastReconciled: Instant
}

export interface KustomizationReport {
  /** `<branch>@sha1:<commit>` of the last successful apply; empty before the first. */
  readonly lastAppliedRevision: string
  readonly lastAttemptedRevision: string
  readonly ready: Condition | undefined
}

export interface ChartReport {
  /** `sha256:…`: OCIRepository artifact digest, or HelmChart artifact digest over HTTP. */
  readonly digest: string
}

export interface WorkloadReport {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job'
  readonly namespace: string
  readonly name: string
  /** All replicas updated, ready and available for the current generation (kstatus "Current"). */
  readonly current: boolean
  /** Since when `current` has had its value. */
  readonly since: Instant
  /** Why it is not current: `0/6 ready, CrashLoopBackOff`. */
  readonly message: string
}

/** A sign of life of a cluster. */
export interface ClusterContact {
  readonly cluster: string
  /** UID of its kube-system namespace: tells a rebuilt cluster from the old one. */
  readonly uid: string
  readonly at: Instant
}
