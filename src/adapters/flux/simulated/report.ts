import type {
  HelmReleaseReport,
  KustomizationReport,
  PayloadKustomizationReport,
  PlacementReport,
} from '../../../core/domain/report.ts'
import type { Instant } from '../../../core/domain/time.ts'
import type { FluxReports } from '../port.ts'
import type { ChangeLog } from './change-log.ts'
import type { ClusterInspection } from './fleet.ts'
import type { Manifest } from './manifests.ts'
import { isPayload } from './payload-content.ts'
import type { FleetState, KustomizationState, ReleaseState, SimulatedCluster } from './state.ts'

/** What the cluster's objects say of a placement. */
function toReport(cluster: SimulatedCluster, release: ReleaseState, at: Instant): PlacementReport {
  const kustomization = cluster.kustomizations.get(release.kustomization)
  const { manifest } = release
  return {
    cluster: cluster.name,
    namespace: release.namespace,
    name: release.name,
    at,
    helmRelease: manifest?.kind === 'HelmRelease' ? toHelmReleaseReport(release, manifest) : undefined,
    payloadKustomization:
      manifest !== undefined && isPayload(manifest) ? toPayloadReport(release, manifest) : undefined,
    kustomization: kustomization === undefined ? undefined : toKustomizationReport(kustomization),
    chart: release.chartDigest === undefined ? undefined : { digest: release.chartDigest },
    workloads: release.workloads,
  }
}

function toHelmReleaseReport(release: ReleaseState, { spec }: Manifest): HelmReleaseReport {
  const { generation, observedGeneration, lastAttemptedGeneration, conditions, history } = release
  return { generation, spec, status: { observedGeneration, lastAttemptedGeneration, conditions, history } }
}

function toPayloadReport(release: ReleaseState, { spec }: Manifest): PayloadKustomizationReport {
  const { generation, conditions, lastAppliedRevision, lastAttemptedRevision, snapshots } = release
  const observedGeneration = release.observedGeneration || -1
  const revisions = { lastAppliedRevision, lastAttemptedRevision }
  return { generation, spec, status: { observedGeneration, ...revisions, conditions, history: snapshots } }
}

function toKustomizationReport(state: KustomizationState): KustomizationReport {
  const { lastAppliedRevision, lastAttemptedRevision, ready } = state
  return { lastAppliedRevision, lastAttemptedRevision, ready }
}

/** Reports that changed after the cursor; a cursor of another life of the fleet reads everything. */
export function readReports(fleet: FleetState, log: ChangeLog, cursor: string | undefined): FluxReports {
  const now = fleet.advancedTo
  const after = cursor === undefined ? 0 : Number(cursor)
  const known = Number.isSafeInteger(after) && after <= fleet.sequence
  const reports: PlacementReport[] = []
  for (const [release, cluster] of log.releasesAfter(known ? after : 0)) {
    if (isHeard(fleet, cluster)) reports.push(toReport(cluster, release, now))
  }
  const heard = fleet.clusters.values().filter((cluster) => isHeard(fleet, cluster))
  const contacts = heard.map(({ name, uid }) => ({ cluster: name, uid, at: now })).toArray()
  return { cursor: String(fleet.sequence), reports, contacts }
}

export function inspectCluster(fleet: FleetState, name: string): ClusterInspection | undefined {
  const cluster = fleet.clusters.get(name)
  if (cluster === undefined) return undefined
  const { uid, silentUntil, seen, kustomizations, releases } = cluster
  return {
    name,
    uid,
    silentUntil,
    commit: seen,
    kustomizations: new Map([...kustomizations].map(([key, state]) => [key, toKustomizationReport(state)])),
    placements: [...releases.values()].map((release) => toReport(cluster, release, fleet.advancedTo)),
  }
}

/** Neither silent nor taken out of the fleet. */
function isHeard(fleet: FleetState, cluster: SimulatedCluster): boolean {
  return cluster.silentUntil <= fleet.advancedTo && fleet.clusters.get(cluster.name) === cluster
}
