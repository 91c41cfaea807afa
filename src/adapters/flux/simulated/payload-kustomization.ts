import type { Instant, Seconds } from '../../../core/domain/time.ts'
import { spread } from './behaviour.ts'
import { removeConditions, setCondition } from './conditions.ts'
import type { ReleaseContext } from './helm-actions.ts'
import { objectsAt, stringAt } from './json.ts'
import type { Manifest } from './manifests.ts'
import { payloadArtifact, payloadContent, waitsForHealth } from './payload-content.ts'
import { becomeReady, obstacle, rollOut } from './pods.ts'
import { formatGoDuration, parseGoDuration } from './quantities.ts'
import { conditionsAsJson, isDependencyReady } from './readiness.ts'
import type { DependencyObject } from './readiness.ts'
import type { ReleaseContent } from './release-content.ts'
import { mark, markReconciling } from './release-status.ts'
import type { ReleaseState, SimulatedCluster } from './state.ts'

/** kustomize-controller's default of `spec.timeout` is the interval; skeletons name one. */
const defaultTimeout: Seconds = 300
/** Snapshots that a Kustomization's status keeps (fluxcd/pkg apis/meta, History). */
const historyLength = 5

/** Reconciles a service's Kustomization, in the order of kustomize-controller: source, dependencies, build, apply, health. */
export function reconcilePayload(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  const { manifest } = release
  release.phase = 'idle'
  if (manifest === undefined || manifest.spec['suspend'] === true) return
  const artifact = payloadArtifact(manifest, context.cluster)
  if (artifact === undefined) {
    const name = `${stringAt(manifest.spec, 'sourceRef', 'kind')}/${stringAt(manifest.spec, 'sourceRef', 'name')}`
    return requeue(release, context, now, 'ArtifactFailed', `Source '${name}' not found`)
  }
  const missing = unreadyDependency(manifest, context.cluster)
  if (missing !== undefined) {
    return requeue(release, context, now, 'DependencyNotReady', `dependency '${missing}' is not ready`)
  }
  release.lastAttemptedGeneration = release.generation
  release.lastAttemptedRevision = artifact.revision
  mark(release, now, {
    type: 'Ready',
    status: 'Unknown',
    reason: 'Progressing',
    message: 'Reconciliation in progress',
  })
  markReconciling(release, now, 'Progressing', `Building manifests for revision ${artifact.revision}`)
  const { error } = context.behaviour.payloads[artifact.pin] ?? {}
  if (error !== undefined) return fail(release, 'BuildFailed', `kustomize build failed: ${error}`, now)
  apply(release, payloadContent(manifest, artifact, context.behaviour), context, now)
}

/** Ends an apply whose pods are ready or out of time. */
export function finishPayload(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  const content = release.attempted
  release.phase = 'idle'
  if (content === undefined) return
  const isStuck = obstacle(release, content, context.node) !== undefined
  if (!isStuck) becomeReady(release, now)
  if (!waitsForHealth(release.manifest?.spec)) return
  const timeout = timeoutOf(release)
  if (!isStuck) return succeed(release, content, now)
  if (now < release.actionStartedAt + timeout) {
    release.phase = 'applying'
    release.timerAt = release.actionStartedAt + timeout
    return
  }
  const { kind, namespace, name } = content.workload
  const waitedFor = `timeout waiting for: [${kind}/${namespace}/${name} status: 'InProgress']`
  mark(release, now, { type: 'Healthy', status: 'False', reason: 'HealthCheckFailed', message: waitedFor })
  const message = `health check failed after ${formatGoDuration(timeout)}: ${waitedFor}`
  fail(release, 'HealthCheckFailed', message, now)
}

function apply(release: ReleaseState, content: ReleaseContent, context: ReleaseContext, now: Instant): void {
  const { manifest, name, generation } = release
  release.attempted = content
  release.actionStartedAt = now
  release.phase = 'applying'
  rollOut(release, content, context.node, now)
  const delay = spread(context.behaviour.readyTime, context.cluster.name, name, generation, 'apply')
  const isStuck = obstacle(release, content, context.node) !== undefined
  const timeout = timeoutOf(release)
  release.timerAt = now + (isStuck ? timeout : Math.min(delay, timeout))
  if (waitsForHealth(manifest?.spec)) {
    const message = `Running health checks for revision ${content.chartVersion}`
    mark(release, now, { type: 'Healthy', status: 'Unknown', reason: 'Progressing', message })
  } else succeed(release, content, now)
}

function succeed(release: ReleaseState, content: ReleaseContent, now: Instant): void {
  const revision = content.chartVersion
  release.deployed = content
  release.lastAppliedRevision = revision
  release.observedGeneration = release.lastAttemptedGeneration
  release.conditions = removeConditions(release.conditions, 'Reconciling', 'Stalled')
  if (waitsForHealth(release.manifest?.spec))
    mark(release, now, {
      type: 'Healthy',
      status: 'True',
      reason: 'Succeeded',
      message: 'Health check passed',
    })
  mark(release, now, {
    type: 'Ready',
    status: 'True',
    reason: 'ReconciliationSucceeded',
    message: `Applied revision: ${revision}`,
  })
  record(release, 'ReconciliationSucceeded', now)
}

/** Whatever fails is tried again; nothing goes back by itself. */
function fail(release: ReleaseState, reason: string, message: string, now: Instant): void {
  mark(release, now, { type: 'Ready', status: 'False', reason, message })
  markReconciling(release, now, 'ProgressingWithRetry', message)
  record(release, reason, now)
  const { spec } = release.manifest ?? {}
  const written = stringAt(spec, 'retryInterval') ?? stringAt(spec, 'interval')
  release.phase = 'pending'
  release.timerAt = now + Math.ceil((written === undefined ? undefined : parseGoDuration(written)) ?? 60)
}

/** One snapshot for each revision and outcome, the latest first. */
function record(release: ReleaseState, status: string, now: Instant): void {
  const revision = release.lastAttemptedRevision
  const isSame = (other: (typeof release.snapshots)[number]): boolean =>
    other.status === status && other.revision === revision
  const firstReconciled = release.snapshots.find(isSame)?.firstReconciled ?? now
  const others = release.snapshots.filter((snapshot) => !isSame(snapshot))
  release.snapshots = [{ status, revision, firstReconciled, lastReconciled: now }, ...others].slice(
    0,
    historyLength,
  )
}

/** Not an attempt: the status stays at the last revision that was one. */
function requeue(
  release: ReleaseState,
  context: ReleaseContext,
  now: Instant,
  reason: string,
  message: string,
): void {
  const observedGeneration = release.generation
  const update = { type: 'Ready', status: 'False', reason, message, observedGeneration } as const
  release.conditions = setCondition(release.conditions, update, now)
  release.phase = 'pending'
  release.timerAt = now + context.behaviour.requeueDependency
}

function timeoutOf({ manifest }: ReleaseState): Seconds {
  return Math.ceil(parseGoDuration(stringAt(manifest?.spec, 'timeout') ?? '') ?? defaultTimeout)
}

function unreadyDependency(manifest: Manifest, cluster: SimulatedCluster): string | undefined {
  const { name, namespace, spec } = manifest
  const self = { metadata: { name, namespace }, spec, status: {} }
  for (const reference of objectsAt(spec, 'dependsOn')) {
    const key = `${stringAt(reference, 'namespace') ?? namespace}/${stringAt(reference, 'name') ?? ''}`
    const dependency = asObject(cluster.releases.get(key))
    if (!isDependencyReady(self, dependency, stringAt(reference, 'readyExpr'))) return key
  }
  return undefined
}

function asObject(release: ReleaseState | undefined): DependencyObject | undefined {
  if (release?.manifest === undefined) return undefined
  const { name, namespace, generation, observedGeneration, conditions, lastAppliedRevision } = release
  return {
    metadata: { name, namespace, generation },
    spec: release.manifest.spec,
    status: {
      observedGeneration: observedGeneration || -1,
      conditions: conditionsAsJson(conditions),
      ...(lastAppliedRevision === '' ? {} : { lastAppliedRevision }),
    },
  }
}
