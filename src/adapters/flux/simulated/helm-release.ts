import { isDeepStrictEqual } from 'node:util'
import type { Instant } from '../../../core/domain/time.ts'
import { spread } from './behaviour.ts'
import { findCondition, removeConditions, setCondition } from './conditions.ts'
import { finishReleaseAction, finishRollback, finishUninstall, startReleaseAction } from './helm-actions.ts'
import type { ReleaseContext } from './helm-actions.ts'
import { objectsAt, stringAt } from './json.ts'
import type { Manifest } from './manifests.ts'
import { isPayload } from './payload-content.ts'
import { finishPayload, reconcilePayload } from './payload-kustomization.ts'
import { conditionsAsJson, isDependencyReady } from './readiness.ts'
import type { DependencyObject } from './readiness.ts'
import { chartArtifact, releaseContent } from './release-content.ts'
import type { ChartArtifact, ReleaseContent } from './release-content.ts'
import { describeHelmRelease, mark, markDone } from './release-status.ts'
import { blankRelease } from './state.ts'
import type { ReleasePhase, ReleaseState, SimulatedCluster } from './state.ts'

/** How long Helm takes to remove a release. */
const uninstallTime = { min: 2, max: 5 }

/** The API server takes a HelmRelease or a service's Kustomization: another spec is a new generation. */
export function applyRelease(
  release: ReleaseState,
  manifest: Manifest,
  context: ReleaseContext,
  now: Instant,
): void {
  const before = release.manifest
  // An object under deletion takes no new spec; it is created anew once it is gone.
  if (release.phase === 'deleting') return
  release.manifest = manifest
  release.blob = manifest.blob
  if (before !== undefined && isDeepStrictEqual(before.spec, manifest.spec)) return
  release.generation += 1
  release.chartDigest = undefined
  // kustomize-controller cancels its health checks for a new generation; helm-controller ends its action first.
  const isFree = release.phase === 'idle' || release.phase === 'pending' || release.phase === 'applying'
  if (isFree) scheduleReconcile(release, context, now)
}

/** The object is deleted; its controller removes what it installed before it lets it go. */
export function deleteRelease(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  if (release.manifest === undefined) return
  release.phase = 'deleting'
  release.timerAt = now + spread(uninstallTime, context.cluster.name, release.name)
}

/** Does what is due at `release.timerAt`. */
export function stepRelease(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  release.timerAt = 0
  steps[release.phase](release, context, now)
  const outdated = release.manifest !== undefined && release.generation !== release.lastAttemptedGeneration
  if (release.phase === 'idle' && outdated && !isSuspended(release)) scheduleReconcile(release, context, now)
}

const steps: Readonly<Record<ReleasePhase, typeof reconcile>> = {
  idle: () => undefined,
  pending: (release, context, now) =>
    release.manifest !== undefined && isPayload(release.manifest)
      ? reconcilePayload(release, context, now)
      : reconcile(release, context, now),
  applying: finishPayload,
  installing: finishReleaseAction,
  upgrading: finishReleaseAction,
  rollingBack: finishRollback,
  uninstalling: finishUninstall,
  deleting: finishDeletion,
}

function scheduleReconcile(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  release.phase = 'pending'
  const { cluster, behaviour } = context
  release.timerAt = now + spread(behaviour.startDelay, cluster.name, release.name, release.generation)
}

function reconcile(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  const { manifest } = release
  release.phase = 'idle'
  if (manifest === undefined || isSuspended(release)) return
  const missing = unreadyDependency(manifest, context.cluster)
  if (missing !== undefined) {
    return requeue(release, context, now, 'DependencyNotReady', `dependency '${missing}' is not ready`)
  }
  const source = findSource(manifest, context.cluster)
  if (source.artifact === undefined) {
    return requeue(release, context, now, 'SourceNotReady', `${source.description} is not ready`)
  }
  if (release.lastAttemptedGeneration !== release.generation) release.failures = 0
  release.lastAttemptedGeneration = release.generation
  release.chartDigest = source.artifact.digest
  const content = releaseContent(manifest, source.artifact, context.behaviour)
  if (isInSync(release, content)) settle(release, content, now)
  else startReleaseAction(release, content, context, now)
}

/** Not an attempt: the status stays at the last generation that was one. */
function requeue(
  release: ReleaseState,
  context: ReleaseContext,
  now: Instant,
  reason: string,
  message: string,
): void {
  const update = {
    type: 'Ready',
    status: 'False',
    reason,
    message,
    observedGeneration: release.generation,
  } as const
  release.conditions = setCondition(removeConditions(release.conditions, 'Stalled'), update, now)
  release.phase = 'pending'
  release.timerAt = now + context.behaviour.requeueDependency
}

function isSuspended(release: ReleaseState): boolean {
  return release.manifest?.spec['suspend'] === true
}

function isInSync(release: ReleaseState, content: ReleaseContent): boolean {
  return release.deployed?.key === content.key && release.history[0]?.status === 'deployed'
}

/** Nothing to release: what a rollback brought back may be what is desired now. */
function settle(release: ReleaseState, content: ReleaseContent, now: Instant): void {
  if (findCondition(release.conditions, 'Remediated') !== undefined) {
    release.conditions = removeConditions(release.conditions, 'Remediated')
    const message = `Helm upgrade succeeded for release ${describeHelmRelease(content, release.history[0])}`
    mark(release, now, { type: 'Released', status: 'True', reason: 'UpgradeSucceeded', message })
  }
  markDone(release, now)
}

function finishDeletion(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  const id = release.manifest?.id ?? ''
  Object.assign(release, blankRelease())
  const desired = context.cluster.objects.get(id)
  if (desired !== undefined) applyRelease(release, desired.manifest, context, now)
}

function unreadyDependency(manifest: Manifest, cluster: SimulatedCluster): string | undefined {
  const self = {
    metadata: { name: manifest.name, namespace: manifest.namespace },
    spec: manifest.spec,
    status: {},
  }
  for (const reference of objectsAt(manifest.spec, 'dependsOn')) {
    const key = `${stringAt(reference, 'namespace') ?? manifest.namespace}/${stringAt(reference, 'name') ?? ''}`
    const dependency = cluster.releases.get(key)
    if (!isDependencyReady(self, asObject(dependency), stringAt(reference, 'readyExpr'))) return key
  }
  return undefined
}

function asObject(release: ReleaseState | undefined): DependencyObject | undefined {
  if (release?.manifest === undefined) return undefined
  const { generation, observedGeneration, lastAttemptedGeneration, history } = release
  return {
    metadata: { name: release.name, namespace: release.namespace, generation },
    spec: release.manifest.spec,
    status: {
      ...(observedGeneration > 0 ? { observedGeneration } : {}),
      ...(lastAttemptedGeneration > 0 ? { lastAttemptedGeneration } : {}),
      conditions: conditionsAsJson(release.conditions),
      ...(history.length > 0 ? { history: history.map((snapshot) => ({ ...snapshot })) } : {}),
    },
  }
}

function findSource(
  manifest: Manifest,
  cluster: SimulatedCluster,
): { readonly artifact: ChartArtifact | undefined; readonly description: string } {
  const kind = stringAt(manifest.spec, 'chartRef', 'kind') ?? ''
  const namespace = stringAt(manifest.spec, 'chartRef', 'namespace') ?? manifest.namespace
  const name = stringAt(manifest.spec, 'chartRef', 'name') ?? ''
  const source = cluster.objects.get(`${kind}.source.toolkit.fluxcd.io/${namespace}/${name}`)
  const artifact = source === undefined ? undefined : chartArtifact(source.manifest, manifest)
  return { artifact, description: `${kind} '${namespace}/${name}'` }
}
