import type { Json, JsonObject } from '../../../core/domain/cluster.ts'
import type {
  Condition,
  HelmSnapshot,
  KustomizationSnapshot,
  WorkloadReport,
} from '../../../core/domain/report.ts'
import type { Instant, Seconds } from '../../../core/domain/time.ts'
import { instantAt, isObject, listAt, numberAt, objectAt, textAt } from './json.ts'
import type { Pool } from './pool.ts'
import { workloadStatus } from './workload-status.ts'

/** What is kept of objects: the fields that judging reads, as a process watches thousands of clusters. */

export type WorkloadKind = WorkloadReport['kind']

/** `<namespace>/<name>`. */
export type ObjectKey = string
/** `<kind>/<namespace>/<name>`. */
export type WorkloadKey = string

/** Which object installed another one, by the labels that Flux's controllers write. */
export interface ReleaseRecord {
  readonly version: string
  /** The Kustomization that applied it; undefined: none did. */
  readonly appliedBy: ObjectKey | undefined
  readonly generation: number
  readonly spec: JsonObject
  readonly timeout: Seconds
  readonly conditions: readonly Condition[]
  readonly observedGeneration: number
  readonly inventory: readonly WorkloadKey[]
}

export interface HelmReleaseRecord extends ReleaseRecord {
  readonly lastAttemptedGeneration: number
  /** The newest alone. */
  readonly history: readonly HelmSnapshot[]
  /** Of the newest release's chart, where it came from an OCI registry. */
  readonly ociDigest: string
  /** The HelmChart that it installs; undefined: another kind of source. */
  readonly chart: ObjectKey | undefined
}

export interface KustomizationRecord extends ReleaseRecord {
  readonly lastAppliedRevision: string
  readonly lastAttemptedRevision: string
  readonly history: readonly KustomizationSnapshot[]
}

export interface ChartRecord {
  readonly version: string
  /** `sha256:…` of the fetched artifact; empty: none yet. */
  readonly digest: string
}

export interface WorkloadRecord {
  readonly uid: string
  readonly version: string
  readonly generation: number
  /** `HelmRelease/<namespace>/<name>` or `Kustomization/…`; undefined: neither. */
  readonly owner: string | undefined
  readonly current: boolean
  readonly message: string
  /** When its status was last written: it can not have become what it is after that. */
  readonly statusAt: Instant
  /** Label selector of its pods; kept only while it is not current. */
  readonly pods: string | undefined
}

/** A workload with since when it is what it is, and what its pods say. */
export interface KeptWorkload extends WorkloadRecord {
  readonly since: Instant
  /** Why its pods are not ready: `CrashLoopBackOff (exit code 1)`; undefined: not read. */
  readonly reason: string | undefined
}

/** Conditions that `assess` and its parts read. */
const readConditions: ReadonlySet<string> = new Set([
  'Ready',
  'Reconciling',
  'Stalled',
  'Released',
  'TestSuccess',
  'Remediated',
])
/** Flux's own messages may hold a whole build's output. */
const longestMessage = 2000
/** metav1 names no bound; Flux keeps five. */
const keptSnapshots = 5
/** helm-controller's and kustomize-controller's, where the object names none. */
const usualTimeout = 300

export function keyOf(object: JsonObject): ObjectKey {
  return `${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`
}

function uidOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'uid')
}

function versionOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'resourceVersion')
}

export function toHelmRelease(object: JsonObject, pool: Pool): HelmReleaseRecord {
  const history = listAt(object, 'status', 'history').filter(isObject)
  const namespace = textAt(object, 'metadata', 'namespace')
  const chart = objectAt(object, 'spec', 'chartRef')
  const isChart = textAt(chart, 'kind') === 'HelmChart'
  return {
    ...toRelease(object, pool),
    observedGeneration: numberAt(object, 'status', 'observedGeneration') ?? 0,
    lastAttemptedGeneration: numberAt(object, 'status', 'lastAttemptedGeneration') ?? 0,
    history: history.slice(0, 1).map((snapshot) => toHelmSnapshot(snapshot, pool)),
    ociDigest: pool.text(textAt(history[0], 'ociDigest')),
    chart: isChart
      ? pool.text(`${textAt(chart, 'namespace') || namespace}/${textAt(chart, 'name')}`)
      : undefined,
  }
}

export function toKustomization(object: JsonObject, pool: Pool): KustomizationRecord {
  return {
    ...toRelease(object, pool),
    // The CRD's own default before the first success.
    observedGeneration: numberAt(object, 'status', 'observedGeneration') ?? -1,
    lastAppliedRevision: pool.text(textAt(object, 'status', 'lastAppliedRevision')),
    lastAttemptedRevision: pool.text(textAt(object, 'status', 'lastAttemptedRevision')),
    history: listAt(object, 'status', 'history')
      .filter(isObject)
      .slice(0, keptSnapshots)
      .map((snapshot) => ({
        status: pool.text(textAt(snapshot, 'lastReconciledStatus')),
        revision: pool.text(textAt(snapshot, 'metadata', 'revision')),
        firstReconciled: instantAt(snapshot, 'firstReconciled'),
        lastReconciled: instantAt(snapshot, 'lastReconciled'),
      })),
  }
}

export function toChart(object: JsonObject, pool: Pool): ChartRecord {
  return { version: versionOf(object), digest: pool.text(textAt(object, 'status', 'artifact', 'digest')) }
}

/** Undefined: it can be in no release's inventory. */
export function toWorkload(kind: WorkloadKind, object: JsonObject, pool: Pool): WorkloadRecord | undefined {
  const owners = listAt(object, 'metadata', 'ownerReferences')
  if (owners.some((owner) => textAt(owner, 'kind') === 'CronJob')) return undefined
  const status = workloadStatus(kind, object)
  return {
    uid: uidOf(object),
    version: versionOf(object),
    generation: numberAt(object, 'metadata', 'generation') ?? 0,
    owner: shared(ownerOf(object), pool),
    current: status.current,
    message: status.current ? '' : status.message,
    statusAt: statusTime(object),
    pods: status.current ? undefined : podSelector(object),
  }
}

function toRelease(object: JsonObject, pool: Pool): Omit<ReleaseRecord, 'observedGeneration'> {
  return {
    version: versionOf(object),
    appliedBy: shared(labelledKey(object, 'kustomize.toolkit.fluxcd.io'), pool),
    generation: numberAt(object, 'metadata', 'generation') ?? 0,
    spec: pool.spec(objectAt(object, 'spec')),
    timeout: goDuration(textAt(object, 'spec', 'timeout')) ?? usualTimeout,
    conditions: listAt(object, 'status', 'conditions')
      .filter(isObject)
      .flatMap((each) => toCondition(each, pool)),
    inventory: listAt(object, 'status', 'inventory', 'entries').flatMap((each) => toWorkloadKey(each, pool)),
  }
}

function toCondition(condition: JsonObject, pool: Pool): readonly Condition[] {
  const type = pool.text(textAt(condition, 'type'))
  if (!readConditions.has(type)) return []
  const status = textAt(condition, 'status')
  return [
    {
      type,
      status: status === 'True' || status === 'False' ? status : 'Unknown',
      reason: pool.text(textAt(condition, 'reason')),
      message: pool.text(textAt(condition, 'message').slice(0, longestMessage)),
      observedGeneration: numberAt(condition, 'observedGeneration') ?? 0,
      lastTransitionTime: instantAt(condition, 'lastTransitionTime'),
    },
  ]
}

const helmStatuses: ReadonlySet<string> = new Set([
  'deployed',
  'superseded',
  'failed',
  'uninstalled',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
] satisfies HelmSnapshot['status'][])

function isHelmStatus(status: string): status is HelmSnapshot['status'] {
  return helmStatuses.has(status)
}

function toHelmSnapshot(snapshot: JsonObject, pool: Pool): HelmSnapshot {
  const status = textAt(snapshot, 'status')
  return {
    version: numberAt(snapshot, 'version') ?? 0,
    // Helm's others (`unknown`, `uninstalling`) prove no more than a failure does.
    status: isHelmStatus(status) ? status : 'failed',
    chartName: pool.text(textAt(snapshot, 'chartName')),
    chartVersion: pool.text(textAt(snapshot, 'chartVersion')),
    lastDeployed: instantAt(snapshot, 'lastDeployed'),
  }
}

const workloadKinds: Readonly<Record<string, WorkloadKind>> = {
  apps_Deployment: 'Deployment',
  apps_StatefulSet: 'StatefulSet',
  apps_DaemonSet: 'DaemonSet',
  batch_Job: 'Job',
}

/** `<namespace>_<name>_<group>_<kind>`, as inventories have them; no part but RBAC names may hold a `_`. */
function toWorkloadKey(entry: Json, pool: Pool): readonly WorkloadKey[] {
  const [namespace, name, group, kind] = textAt(entry, 'id').split('_')
  const known = workloadKinds[`${group}_${kind}`]
  return known === undefined ? [] : [pool.text(`${known}/${namespace}/${name}`)]
}

function labelledKey(object: JsonObject, prefix: string): ObjectKey | undefined {
  const labels = objectAt(object, 'metadata', 'labels')
  const [namespace, name] = [textAt(labels, `${prefix}/namespace`), textAt(labels, `${prefix}/name`)]
  return namespace === '' || name === '' ? undefined : `${namespace}/${name}`
}

function ownerOf(object: JsonObject): string | undefined {
  const release = labelledKey(object, 'helm.toolkit.fluxcd.io')
  if (release !== undefined) return `HelmRelease/${release}`
  const kustomization = labelledKey(object, 'kustomize.toolkit.fluxcd.io')
  return kustomization === undefined ? undefined : `Kustomization/${kustomization}`
}

function shared(text: string | undefined, pool: Pool): string | undefined {
  return text === undefined ? undefined : pool.text(text)
}

/** The last write of the status by whoever manages it; its creation where none is told. */
function statusTime(object: JsonObject): Instant {
  const writes = listAt(object, 'metadata', 'managedFields')
    .filter((entry) => textAt(entry, 'subresource') === 'status')
    .map((entry) => instantAt(entry, 'time'))
  return Math.max(instantAt(object, 'metadata', 'creationTimestamp'), ...writes)
}

function podSelector(object: JsonObject): string {
  const selector = objectAt(object, 'spec', 'selector')
  const labels = objectAt(selector, 'matchLabels')
  const equal = Object.keys(labels).map((key) => `${key}=${textAt(labels, key)}`)
  const expressions = listAt(selector, 'matchExpressions').map((expression) => {
    const [key, operator] = [textAt(expression, 'key'), textAt(expression, 'operator')]
    const values = listAt(expression, 'values')
      .map((value) => textAt(value))
      .join(',')
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values})`
  })
  return [...equal, ...expressions].join(',')
}

const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }

/** `1h30m`, as Go writes durations. */
function goDuration(text: string): Seconds | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  if (parts.length === 0) return undefined
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0)
}
