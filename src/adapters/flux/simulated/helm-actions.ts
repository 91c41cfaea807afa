import type { Instant, Seconds } from '../../../core/domain/time.ts'
import { spread } from './behaviour.ts'
import type { Behaviour } from './behaviour.ts'
import { removeConditions } from './conditions.ts'
import { numberAt, stringAt, valueAt } from './json.ts'
import { becomeReady, obstacle, rollOut } from './pods.ts'
import { formatGoDuration, parseGoDuration } from './quantities.ts'
import type { NodeSize, ReleaseContent } from './release-content.ts'
import {
  describeHelmRelease,
  mark,
  markDone,
  markReconciling,
  markStalled,
  recordHelmRelease,
  summarize,
} from './release-status.ts'
import type { ReleaseState, SimulatedCluster } from './state.ts'

/** Where a HelmRelease is reconciled. */
export interface ReleaseContext {
  readonly cluster: SimulatedCluster
  readonly node: NodeSize
  readonly behaviour: Behaviour
}

type ActionName = 'install' | 'upgrade' | 'rollback' | 'uninstall'
type ReleaseAction = 'install' | 'upgrade'

/** helm-controller's default of `spec.timeout`. */
const defaultTimeout: Seconds = 300

/** Starts an install or upgrade towards `content`. */
export function startReleaseAction(
  release: ReleaseState,
  content: ReleaseContent,
  context: ReleaseContext,
  now: Instant,
): void {
  const latest = release.history[0]
  const action = latest === undefined || latest.status === 'uninstalled' ? 'install' : 'upgrade'
  release.phase = action === 'install' ? 'installing' : 'upgrading'
  release.attempted = content
  announce(release, action, now)
  const message = `Running '${action}' action with timeout of ${formatGoDuration(timeoutOf(release, action))}`
  mark(release, now, { type: 'Ready', status: 'Unknown', reason: 'Progressing', message })
  startPods(release, content, action, context, now)
}

/** Ends an install or upgrade whose pods are ready or out of time. */
export function finishReleaseAction(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  const content = release.attempted
  if (content === undefined) return
  const action = release.phase === 'installing' ? 'install' : 'upgrade'
  if (awaitsTimeout(release, content, action, context, now)) return
  release.conditions = removeConditions(release.conditions, 'Remediated', 'TestSuccess')
  if (obstacle(release, content, context.node) === undefined) succeed(release, content, action, now)
  else fail(release, content, action, context, now)
}

/** Ends a rollback. Whether it worked or not, the attempt as a whole failed. */
export function finishRollback(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  const content = release.deployed
  if (content === undefined || awaitsTimeout(release, content, 'rollback', context, now)) return
  const previous = release.history.find((snapshot) => snapshot.status === 'deployed')
  const target = `Helm rollback to previous release ${describeHelmRelease(content, previous)}`
  if (obstacle(release, content, context.node) === undefined) {
    becomeReady(release, now)
    recordHelmRelease(release, 'deployed', content, release.actionStartedAt)
    mark(release, now, {
      type: 'Remediated',
      status: 'True',
      reason: 'RollbackSucceeded',
      message: `${target} succeeded`,
    })
  } else {
    recordHelmRelease(release, 'failed', content, release.actionStartedAt)
    const message = `${target} failed: ${timeoutMessage(content)}`
    mark(release, now, { type: 'Remediated', status: 'False', reason: 'RollbackFailed', message })
  }
  afterRemediation(release, context, now)
}

/** Ends the removal of a release that could not be installed. */
export function finishUninstall(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  const content = release.attempted
  if (content === undefined) return
  const [latest, ...older] = release.history
  const message = `Helm uninstall remediation for release ${describeHelmRelease(content, latest)} succeeded`
  if (latest !== undefined) release.history = [{ ...latest, status: 'uninstalled' }, ...older]
  release.workloads = []
  release.running = undefined
  release.deployed = undefined
  mark(release, now, { type: 'Remediated', status: 'True', reason: 'UninstallSucceeded', message })
  afterRemediation(release, context, now)
}

function succeed(release: ReleaseState, content: ReleaseContent, action: ReleaseAction, now: Instant): void {
  becomeReady(release, now)
  release.deployed = content
  release.failures = 0
  recordHelmRelease(release, 'deployed', content, release.actionStartedAt)
  const reason = action === 'install' ? 'InstallSucceeded' : 'UpgradeSucceeded'
  const message = `Helm ${action} succeeded for release ${describeHelmRelease(content, release.history[0])}`
  mark(release, now, { type: 'Released', status: 'True', reason, message })
  markDone(release, now)
  rest(release)
}

function fail(
  release: ReleaseState,
  content: ReleaseContent,
  action: ReleaseAction,
  context: ReleaseContext,
  now: Instant,
): void {
  recordHelmRelease(release, 'failed', content, release.actionStartedAt)
  release.failures += 1
  const target = `${content.releaseNamespace}/${content.releaseName} with chart ${content.chartName}@${content.chartVersion}`
  const reason = action === 'install' ? 'InstallFailed' : 'UpgradeFailed'
  const message = `Helm ${action} failed for release ${target}: ${timeoutMessage(content)}`
  mark(release, now, { type: 'Released', status: 'False', reason, message })
  summarize(release, now)
  if (remediates(release, action)) startRemediation(release, action, context, now)
  else stallAfterRetries(release, action, now)
}

function startRemediation(
  release: ReleaseState,
  action: ReleaseAction,
  context: ReleaseContext,
  now: Instant,
): void {
  const strategy = action === 'install' ? 'uninstall' : remediationOf(release, action, 'strategy')
  if (strategy === 'uninstall') {
    release.phase = 'uninstalling'
    announce(release, 'uninstall', now)
    release.timerAt = now + delayOf(release, 'uninstall', context)
    return
  }
  if (release.deployed === undefined) {
    const message = 'Failed to perform remediation: missing target release for rollback: required to rollback'
    markStalled(release, now, 'MissingRollbackTarget', message)
    rest(release)
    return
  }
  release.phase = 'rollingBack'
  announce(release, 'rollback', now)
  startPods(release, release.deployed, 'rollback', context, now)
}

/** Tries again while retries are left, else gives up. */
function afterRemediation(release: ReleaseState, context: ReleaseContext, now: Instant): void {
  summarize(release, now)
  const action = remediatedAction(release)
  if (retriesExhausted(release, action)) {
    stallAfterRetries(release, action, now)
    return
  }
  markReconciling(release, now, 'ProgressingWithRetry', release.conditions.find(isReady)?.message ?? '')
  release.phase = 'pending'
  release.timerAt = now + spread(context.behaviour.startDelay, release.name, release.failures)
}

function remediatedAction(release: ReleaseState): ReleaseAction {
  const released = release.conditions.find((condition) => condition.type === 'Released')
  return released?.reason === 'InstallFailed' ? 'install' : 'upgrade'
}

function stallAfterRetries(release: ReleaseState, action: ReleaseAction, now: Instant): void {
  markStalled(release, now, 'RetriesExceeded', `Failed to ${action} after ${release.failures} attempt(s)`)
  rest(release)
}

function rest(release: ReleaseState): void {
  release.phase = 'idle'
  release.timerAt = 0
}

function announce(release: ReleaseState, action: ActionName, now: Instant): void {
  release.actionStartedAt = now
  const timeout = formatGoDuration(timeoutOf(release, action))
  markReconciling(release, now, 'Progressing', `Running '${action}' action with timeout of ${timeout}`)
}

function startPods(
  release: ReleaseState,
  content: ReleaseContent,
  action: ActionName,
  context: ReleaseContext,
  now: Instant,
): void {
  rollOut(release, content, context.node, now)
  const stuck = obstacle(release, content, context.node) !== undefined
  release.timerAt = now + (stuck ? timeoutOf(release, action) : delayOf(release, action, context))
}

/** Pods that broke while the action waited for them make it wait until its timeout. */
function awaitsTimeout(
  release: ReleaseState,
  content: ReleaseContent,
  action: ActionName,
  context: ReleaseContext,
  now: Instant,
): boolean {
  const timeoutAt = release.actionStartedAt + timeoutOf(release, action)
  if (now >= timeoutAt || obstacle(release, content, context.node) === undefined) return false
  release.timerAt = timeoutAt
  return true
}

function delayOf(release: ReleaseState, action: ActionName, context: ReleaseContext): Seconds {
  const delay = spread(
    context.behaviour.readyTime,
    context.cluster.name,
    release.name,
    release.generation,
    action,
  )
  return Math.min(delay, timeoutOf(release, action))
}

function timeoutOf(release: ReleaseState, action: ActionName): Seconds {
  const spec = release.manifest?.spec
  const written = stringAt(spec, action, 'timeout') ?? stringAt(spec, 'timeout')
  return Math.ceil((written === undefined ? undefined : parseGoDuration(written)) ?? defaultTimeout)
}

function timeoutMessage(content: ReleaseContent): string {
  const { kind, namespace, name } = content.workload
  return `timeout waiting for: [${kind}/${namespace}/${name} status: 'InProgress']`
}

/** Defaults of helm-controller api/v2: no retries; the last failure of an upgrade is remediated when there are some. */
function remediates(release: ReleaseState, action: ReleaseAction): boolean {
  if (valueAt(release.manifest?.spec, action, 'remediation') === undefined) return false
  if (!retriesExhausted(release, action)) return true
  const last = valueAt(release.manifest?.spec, action, 'remediation', 'remediateLastFailure')
  return last === undefined ? action === 'upgrade' && retriesOf(release, action) > 0 : last === true
}

function retriesExhausted(release: ReleaseState, action: ReleaseAction): boolean {
  const retries = retriesOf(release, action)
  return retries >= 0 && release.failures > retries
}

function retriesOf(release: ReleaseState, action: ReleaseAction): number {
  return numberAt(release.manifest?.spec, action, 'remediation', 'retries') ?? 0
}

function remediationOf(release: ReleaseState, action: ReleaseAction, field: string): string | undefined {
  return stringAt(release.manifest?.spec, action, 'remediation', field)
}

function isReady(condition: { readonly type: string }): boolean {
  return condition.type === 'Ready'
}
