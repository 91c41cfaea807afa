import type { HelmSnapshot } from '../../../core/domain/report.ts'
import type { Instant } from '../../../core/domain/time.ts'
import { findCondition, removeConditions, setCondition } from './conditions.ts'
import type { ConditionUpdate } from './conditions.ts'
import type { ReleaseContent } from './release-content.ts'
import type { ReleaseState } from './state.ts'

/** As many Helm releases as a HelmRelease's history shows here: current, failed and the one before. */
const historyLength = 3

/** Sets a condition of the generation being attempted. */
export function mark(
  release: ReleaseState,
  now: Instant,
  update: Omit<ConditionUpdate, 'observedGeneration'>,
): void {
  const observedGeneration = release.lastAttemptedGeneration
  release.conditions = setCondition(release.conditions, { ...update, observedGeneration }, now)
}

export function markReconciling(release: ReleaseState, now: Instant, reason: string, message: string): void {
  release.conditions = removeConditions(release.conditions, 'Stalled')
  mark(release, now, { type: 'Reconciling', status: 'True', reason, message })
}

/** No retry is left: the status reaches the generation, as helm-controller does on a terminal error. */
export function markStalled(release: ReleaseState, now: Instant, reason: string, message: string): void {
  release.conditions = removeConditions(release.conditions, 'Reconciling')
  mark(release, now, { type: 'Stalled', status: 'True', reason, message })
  release.observedGeneration = release.lastAttemptedGeneration
}

/** The end of a reconciliation that leaves nothing to do. */
export function markDone(release: ReleaseState, now: Instant): void {
  release.conditions = removeConditions(release.conditions, 'Reconciling')
  summarize(release, now)
  release.observedGeneration = release.lastAttemptedGeneration
}

/** Ready is what Remediated (always an error) or else Released says (helm-controller internal/reconcile/release.go). */
export function summarize(release: ReleaseState, now: Instant): void {
  const remediated = findCondition(release.conditions, 'Remediated')
  const source = remediated ?? findCondition(release.conditions, 'Released')
  if (source === undefined) return
  const status = remediated === undefined ? source.status : 'False'
  if (status === 'True') release.conditions = removeConditions(release.conditions, 'Stalled')
  mark(release, now, { type: 'Ready', status, reason: source.reason, message: source.message })
}

/** Adds a Helm release; the one that was deployed is superseded once another is. */
export function recordHelmRelease(
  release: ReleaseState,
  status: 'deployed' | 'failed',
  content: ReleaseContent,
  lastDeployed: Instant,
): void {
  const version = (release.history[0]?.version ?? 0) + 1
  const { chartName, chartVersion } = content
  const older = status === 'deployed' ? release.history.map(supersede) : release.history
  release.history = [{ version, status, chartName, chartVersion, lastDeployed }, ...older].slice(
    0,
    historyLength,
  )
}

function supersede(snapshot: HelmSnapshot): HelmSnapshot {
  return snapshot.status === 'deployed' ? { ...snapshot, status: 'superseded' } : snapshot
}

/** `shop/pay.v3 with chart pay@1.2.0`. */
export function describeHelmRelease(content: ReleaseContent, snapshot: HelmSnapshot | undefined): string {
  const name = `${content.releaseNamespace}/${content.releaseName}.v${snapshot?.version ?? 0}`
  return `${name} with chart ${content.chartName}@${content.chartVersion}`
}
