import { PlacementState } from '../domain/placement.ts'
import type { Condition, PayloadKustomizationReport, PlacementReport } from '../domain/report.ts'
import type { Instant } from '../domain/time.ts'
import type { Assessment, Expectation } from './assess.ts'
import { currentCondition, describe, describeFailure, describeWorkloads, type Judgement } from './evidence.ts'

type KustomizeExpectation = Extract<Expectation, { kind: 'kustomize' }>

/**
 * Judges a service's Kustomization that has the desired spec. Statuses are those of kustomize-controller 1.9
 * (internal/controller/kustomization_controller.go): the revision attempted is written once its artifact is fetched,
 * the one applied and the observed generation only when all went well.
 */
export function judgeKustomization(
  report: PlacementReport,
  object: PayloadKustomizationReport,
  expected: KustomizeExpectation,
  previous: Assessment | undefined,
): Judgement {
  const ready = currentCondition(object, 'Ready')
  if (object.spec['suspend'] === true) {
    return { state: PlacementState.unknown, since: undefined, evidence: 'suspended on the cluster' }
  }
  if (hasFailed(object, expected, previous)) {
    const evidence = failureEvidence(report, object, previous)
    return { state: PlacementState.failed, since: ready?.lastTransitionTime, evidence }
  }
  if (ready === undefined || !isPinned(object.status.lastAttemptedRevision, expected)) {
    return { state: PlacementState.observed, since: undefined, evidence: describe(ready) }
  }
  if (isRoutine(report, object, expected, previous)) {
    return { state: PlacementState.healthy, since: previous?.since, evidence: undefined }
  }
  return judgeAttempt(report, object, ready, expected, previous)
}

/** Judges an attempt of the desired revision that has not failed. */
function judgeAttempt(
  report: PlacementReport,
  object: PayloadKustomizationReport,
  ready: Condition,
  expected: KustomizeExpectation,
  previous: Assessment | undefined,
): Judgement {
  const { generation, status } = object
  const reconciling = currentCondition(object, 'Reconciling')
  if (reconciling?.status === 'True' || ready.status !== 'True') {
    return {
      state: PlacementState.progressing,
      since: reconciling?.lastTransitionTime,
      evidence: describeWorkloads(report) ?? describe(ready.status === 'True' ? reconciling : ready),
    }
  }
  if (status.observedGeneration !== generation) {
    return { state: PlacementState.observed, since: undefined, evidence: undefined }
  }
  const unproven = isPinned(status.lastAppliedRevision, expected)
    ? describeWorkloads(report)
    : `revision ${status.lastAppliedRevision || 'none'} is applied, expected ${expected.revision}`
  if (unproven !== undefined) {
    return { state: PlacementState.progressing, since: undefined, evidence: unproven }
  }
  const since = Math.max(
    reconciledSince(object, ready, expected, previous),
    ...report.workloads.map((workload) => workload.since),
  )
  return { state: PlacementState.healthy, since, evidence: undefined }
}

/**
 * Whether Flux reports that it has what is pinned. It writes `<branch|tag>@` before a commit where the source names one
 * (fluxcd/pkg git, Commit.String), and a tag before a digest (source-controller, OCIRepository getRevision).
 */
function isPinned(revision: string, { revision: pinned }: KustomizeExpectation): boolean {
  return revision === pinned || revision.endsWith(`@${pinned}`)
}

/**
 * A health check that ran out of time, or a stop for good. Builds and applies that fail are tried again, as what they
 * lack (a Secret, a webhook, a CRD) may be on its way: the deadline decides. What failed stays so while it is retried.
 */
function hasFailed(
  object: PayloadKustomizationReport,
  expected: KustomizeExpectation,
  previous: Assessment | undefined,
): boolean {
  const ready = currentCondition(object, 'Ready')
  if (ready?.status === 'True') return false
  if (currentCondition(object, 'Stalled')?.status === 'True') return true
  if (!isPinned(object.status.lastAttemptedRevision, expected)) return false
  if (ready?.status === 'False' && ready.reason === 'HealthCheckFailed') return true
  return previous?.state === PlacementState.failed
}

/**
 * kustomize-controller reconciles what it has applied again and again, and says Progressing each time. That neither ends
 * health nor begins it: this generation has succeeded, the last outcome was a success, and nothing is broken.
 */
function isRoutine(
  report: PlacementReport,
  object: PayloadKustomizationReport,
  expected: KustomizeExpectation,
  previous: Assessment | undefined,
): boolean {
  const { generation, status } = object
  return (
    previous?.state === PlacementState.healthy &&
    currentCondition(object, 'Ready')?.status === 'Unknown' &&
    status.observedGeneration === generation &&
    isPinned(status.lastAppliedRevision, expected) &&
    status.history[0]?.status === succeeded &&
    describeWorkloads(report) === undefined
  )
}

const succeeded = 'ReconciliationSucceeded'

/**
 * Since when the desired revision is applied and healthy without a failure in between. Routine reconciliations move
 * Ready's own transition, so the history counts, where it began after the merge; else what was known before.
 */
function reconciledSince(
  { status: { history } }: PayloadKustomizationReport,
  ready: Condition,
  expected: KustomizeExpectation,
  previous: Assessment | undefined,
): Instant {
  const [latest] = history
  if (latest?.status !== succeeded || !isPinned(latest.revision, expected)) return ready.lastTransitionTime
  const lastFailure = Math.max(
    0,
    ...history.filter(({ status }) => status !== succeeded).map(({ lastReconciled }) => lastReconciled),
  )
  if (latest.firstReconciled >= expected.mergedAt && latest.firstReconciled > lastFailure) {
    return latest.firstReconciled
  }
  const wasHealthy = previous?.state === PlacementState.healthy && previous.since > lastFailure
  return wasHealthy ? previous.since : ready.lastTransitionTime
}

/** The first account of a failure is kept: a retry that runs hides what went wrong. */
function failureEvidence(
  report: PlacementReport,
  object: PayloadKustomizationReport,
  previous: Assessment | undefined,
): string {
  if (previous?.state === PlacementState.failed && previous.evidence !== undefined) return previous.evidence
  const ready = currentCondition(object, 'Ready')
  const culprit =
    describe(ready?.status === 'False' ? ready : currentCondition(object, 'Stalled')) ?? 'failed'
  const before = previous?.state === PlacementState.progressing ? previous.evidence : undefined
  return describeFailure(culprit, report, before)
}
