import type { PlacementReport, WorkloadReport } from '../../../core/domain/report.ts'
import type {
  ChartRecord,
  HelmReleaseRecord,
  KeptWorkload,
  KustomizationRecord,
  ObjectKey,
  WorkloadKey,
  WorkloadKind,
} from './records.ts'

/** What is kept of a cluster. */
export interface Records {
  readonly helmReleases: ReadonlyMap<ObjectKey, HelmReleaseRecord>
  readonly kustomizations: ReadonlyMap<ObjectKey, KustomizationRecord>
  readonly charts: ReadonlyMap<ObjectKey, ChartRecord>
  readonly workloads: ReadonlyMap<WorkloadKey, KeptWorkload>
}

const fluxNamespace = 'flux-system'

/** The Kustomization over `apps/<namespace>/`, as Halyard renders it. */
export function namespaceKustomization(namespace: string): ObjectKey {
  return `${fluxNamespace}/apps-${namespace}`
}

export interface AnyRelease {
  readonly key: ObjectKey
  /** As workloads name it. */
  readonly id: string
  readonly record: HelmReleaseRecord | KustomizationRecord
}

export function* releasesOf({ helmReleases, kustomizations }: Records): Generator<AnyRelease> {
  for (const [key, record] of helmReleases) yield { key, id: `HelmRelease/${key}`, record }
  for (const [key, record] of kustomizations) yield { key, id: `Kustomization/${key}`, record }
}

/** An object of a namespace's own directory in the fleet repository, not one that somebody else installs. */
function isPlacement(key: ObjectKey, { appliedBy }: { readonly appliedBy: ObjectKey | undefined }): boolean {
  return appliedBy === namespaceKustomization(namespaceOf(key))
}

/** Whether the placement's HelmRelease or Kustomization exists, on its way out or not. */
export function hasPlacement(objects: Records, key: ObjectKey): boolean {
  const found = placementAt(objects.helmReleases, key) ?? placementAt(objects.kustomizations, key)
  return found !== undefined
}

/** What the cluster's objects say of a placement, but for the time; undefined parts do not exist there. */
export type PlacementFacts = Omit<PlacementReport, 'cluster' | 'at'>

export function placementFacts(objects: Records, key: ObjectKey): PlacementFacts {
  const namespace = namespaceOf(key)
  const helm = placementAt(objects.helmReleases, key)
  const payload = placementAt(objects.kustomizations, key)
  const folder = objects.kustomizations.get(namespaceKustomization(namespace))
  return {
    namespace,
    name: key.slice(namespace.length + 1),
    helmRelease: helm && {
      generation: helm.generation,
      spec: helm.spec,
      status: {
        observedGeneration: helm.observedGeneration,
        lastAttemptedGeneration: helm.lastAttemptedGeneration,
        conditions: helm.conditions,
        history: helm.history,
      },
    },
    payloadKustomization: payload && {
      generation: payload.generation,
      spec: payload.spec,
      status: {
        observedGeneration: payload.observedGeneration,
        lastAppliedRevision: payload.lastAppliedRevision,
        lastAttemptedRevision: payload.lastAttemptedRevision,
        conditions: payload.conditions,
        history: payload.history,
      },
    },
    kustomization: folder && {
      lastAppliedRevision: folder.lastAppliedRevision,
      lastAttemptedRevision: folder.lastAttemptedRevision,
      ready: folder.conditions.find(({ type }) => type === 'Ready'),
    },
    chart: helm && chartOf(helm, objects.charts),
    workloads: workloadsOf(objects, key).map((workload) => toWorkloadReport(workload, objects.workloads)),
  }
}

function placementAt<Found extends { readonly appliedBy: ObjectKey | undefined }>(
  found: ReadonlyMap<ObjectKey, Found>,
  key: ObjectKey,
): Found | undefined {
  const record = found.get(key)
  return record && isPlacement(key, record) ? record : undefined
}

function chartOf(release: HelmReleaseRecord, charts: Records['charts']): PlacementReport['chart'] {
  const digest = release.chart === undefined ? release.ociDigest : charts.get(release.chart)?.digest
  return digest === undefined || digest === '' ? undefined : { digest }
}

/**
 * The inventory's workloads. Flux writes the inventory when an action is over, so that until then those count, too, that
 * its labels name.
 */
export function workloadsOf(objects: Records, key: ObjectKey): readonly WorkloadKey[] {
  const helm = placementAt(objects.helmReleases, key)
  const release = helm ?? placementAt(objects.kustomizations, key)
  if (!release) return []
  const ready = release.conditions.find(({ type }) => type === 'Ready')
  const isOver = ready?.status === 'True' && ready.observedGeneration === release.generation
  if (isOver && release.inventory.length > 0) return release.inventory
  const id = `${helm ? 'HelmRelease' : 'Kustomization'}/${key}`
  const labelled = [...objects.workloads]
    .filter(([, { owner }]) => owner === id)
    .map(([workload]) => workload)
  const known = release.inventory.filter((workload) => objects.workloads.has(workload))
  return [...new Set([...known, ...labelled])].toSorted()
}

function toWorkloadReport(key: WorkloadKey, workloads: Records['workloads']): WorkloadReport {
  const [kind, namespace = '', name = ''] = key.split('/') as [WorkloadKind, string?, string?]
  const workload = workloads.get(key)
  if (!workload) return { kind, namespace, name, current: false, since: 0, message: 'does not exist' }
  const { current, since, message, reason } = workload
  return {
    kind,
    namespace,
    name,
    current,
    since,
    message: reason === undefined ? message : `${message}, ${reason}`,
  }
}

export function namespaceOf(key: ObjectKey): string {
  return key.slice(0, key.indexOf('/'))
}
