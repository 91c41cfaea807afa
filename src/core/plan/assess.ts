import { PlacementState } from '../domain/placement.ts'
import type { PlacementStateCode } from '../domain/placement.ts'
import type {
  Condition,
  HelmReleaseReport,
  PayloadKustomizationReport,
  PlacementReport,
} from '../domain/report.ts'
import type { Instant } from '../domain/time.ts'
import type { ExpectedRelease } from '../render/release-renderer.ts'
import { judgeKustomization } from './assess-kustomization.ts'
import {
  currentCondition as current,
  describe,
  describeFailure,
  describeWorkloads,
  type Judgement,
} from './evidence.ts'
import { specContains } from './spec-contains.ts'

/** What the fleet repository's main branch desires of one placement. */
export type Expectation = ExpectedRelease & {
  /** Whether the revision last applied by the namespace's Kustomization contains the desired file. */
  readonly releaseBlobCurrent: boolean
  /** Commit time of the commit that brought the desired file to main. */
  readonly mergedAt: Instant
}

/** What a report proves about a placement. */
export interface Assessment {
  /** One of merged, observed, progressing, healthy, failed, unknown. */
  readonly state: PlacementStateCode
  readonly since: Instant
  /** When the cluster first had the desired spec; 0 when it has not. */
  readonly observedAt: Instant
  /** Why it is not healthy, naming the culprit; undefined when healthy or when there is nothing to say yet. */
  readonly evidence: string | undefined
}

/** Ready reasons that end an attempt (helm-controller api/v2/condition_types.go). Others are retried: the deadline decides. */
const upgradeFailures: ReadonlySet<string> = new Set([
  'UpgradeFailed',
  'TestFailed',
  'RollbackSucceeded',
  'RollbackFailed',
])
const installFailures: ReadonlySet<string> = new Set([
  'InstallFailed',
  'UninstallSucceeded',
  'UninstallFailed',
])

/**
 * Judges a report against what is desired. Only evidence of the desired file's own generation counts: an old
 * Ready, a label or a `deployed` Helm release proves nothing. `previous` is the last assessment against the
 * same desired file, undefined when there is none. Times are the cluster's, never later than the report.
 */
export function assess(
  report: PlacementReport,
  expected: Expectation,
  previous: Assessment | undefined,
): Assessment {
  const live = liveObject(report, expected)
  const unapplied = whyUnapplied(report, expected)
  if (live === undefined || unapplied !== undefined) {
    const since = unappliedSince(report, expected, previous)
    return { state: PlacementState.merged, since, observedAt: 0, evidence: unapplied?.evidence }
  }
  const observedAt = previous?.observedAt || firstObserved(report, live.object, expected)
  const judged = judge(report, live, previous)
  const since = continues(judged, previous)
    ? previous.since
    : clamp(judged.since ?? report.at, report, expected)
  return { state: judged.state, since, observedAt, evidence: judged.evidence }
}

type ChartExpectation = Extract<Expectation, { kind: 'chart' }>
type KustomizeExpectation = Extract<Expectation, { kind: 'kustomize' }>

/** What installs the payload on the cluster, with what is expected of it. */
type Live =
  | { readonly kind: 'chart'; readonly object: HelmReleaseReport; readonly expected: ChartExpectation }
  | {
      readonly kind: 'kustomize'
      readonly object: PayloadKustomizationReport
      readonly expected: KustomizeExpectation
    }

/** Undefined: it does not exist there. */
function liveObject(report: PlacementReport, expected: Expectation): Live | undefined {
  if (expected.kind === 'chart') {
    const object = report.helmRelease
    return object && { kind: 'chart', object, expected }
  }
  const object = report.payloadKustomization
  return object && { kind: 'kustomize', object, expected }
}

function judge(report: PlacementReport, live: Live, previous: Assessment | undefined): Judgement {
  switch (live.kind) {
    case 'chart':
      return judgeHelmRelease(report, live.object, live.expected, previous)
    case 'kustomize':
      return judgeKustomization(report, live.object, live.expected, previous)
  }
}

/**
 * Whether a state merely goes on. Health does while its evidence is no younger: after a restart the time of the merge
 * is known only roughly, and must not begin a soak anew.
 */
function continues(judged: Judgement, previous: Assessment | undefined): previous is Assessment {
  if (previous?.state !== judged.state) return false
  return judged.state !== PlacementState.healthy || (judged.since ?? Infinity) <= previous.since
}

/** Judges a HelmRelease that has the desired spec. */
function judgeHelmRelease(
  report: PlacementReport,
  release: HelmReleaseReport,
  expected: ChartExpectation,
  previous: Assessment | undefined,
): Judgement {
  const { generation, status } = release
  const ready = current(release, 'Ready')
  const reconciling = current(release, 'Reconciling')
  if (release.spec['suspend'] === true) {
    return { state: PlacementState.unknown, since: undefined, evidence: 'suspended on the cluster' }
  }
  if (hasFailed(release)) {
    const evidence = failureEvidence(report, release, previous)
    return { state: PlacementState.failed, since: ready?.lastTransitionTime, evidence }
  }
  if (status.lastAttemptedGeneration !== generation) {
    return { state: PlacementState.observed, since: undefined, evidence: describe(ready) }
  }
  const progressing = { state: PlacementState.progressing, since: reconciling?.lastTransitionTime }
  if (reconciling?.status === 'True' || ready?.status !== 'True') {
    return {
      ...progressing,
      evidence: describeWorkloads(report) ?? describe(ready?.status === 'True' ? reconciling : ready),
    }
  }
  if (status.observedGeneration !== generation) {
    return { state: PlacementState.observed, since: undefined, evidence: undefined }
  }
  const unproven = whyUnproven(report, release, expected)
  if (unproven !== undefined) return { ...progressing, since: undefined, evidence: unproven }
  return { state: PlacementState.healthy, since: healthySince(report, release, ready), evidence: undefined }
}

/** Why the cluster does not have the desired file yet; undefined when it has. */
function whyUnapplied(
  report: PlacementReport,
  expected: Expectation,
): { evidence: string | undefined } | undefined {
  if (!expected.releaseBlobCurrent) return { evidence: kustomizationFailure(report) }
  const kind = expected.kind === 'chart' ? 'HelmRelease' : 'Kustomization'
  const object = `${kind}/${report.namespace}/${report.name}`
  const live = liveObject(report, expected)
  if (live === undefined) {
    return { evidence: kustomizationFailure(report) ?? `${object} does not exist` }
  }
  if (specContains(live.object.spec, expected.spec)) return undefined
  return { evidence: kustomizationFailure(report) ?? `${object} differs from the desired spec` }
}

/** Since the merge, unless the cluster had the spec already and lost it. */
function unappliedSince(
  report: PlacementReport,
  expected: Expectation,
  previous: Assessment | undefined,
): Instant {
  if (previous?.state === PlacementState.merged) return previous.since
  return previous !== undefined && previous.observedAt > 0
    ? report.at
    : Math.min(expected.mergedAt, report.at)
}

function kustomizationFailure(report: PlacementReport): string | undefined {
  const ready = report.kustomization?.ready
  return ready?.status === 'False' ? `Kustomization ${ready.reason}: ${ready.message}` : undefined
}

/** A failing object may never advance `status.observedGeneration`, so conditions are believed by their own. */
function hasFailed(release: HelmReleaseReport): boolean {
  const ready = current(release, 'Ready')
  if (current(release, 'Stalled')?.status === 'True') return ready?.status !== 'True'
  if (ready?.status !== 'False') return false
  if (upgradeFailures.has(ready.reason)) return true
  const retrying = current(release, 'Reconciling')?.status === 'True'
  return !retrying && (installFailures.has(ready.reason) || current(release, 'Remediated') !== undefined)
}

/** What Ready and generations leave open: the release itself, the chart's bytes, the workloads. */
function whyUnproven(
  report: PlacementReport,
  release: HelmReleaseReport,
  expected: ChartExpectation,
): string | undefined {
  const latest = release.status.history[0]
  if (latest?.status !== 'deployed') return `Helm release is ${latest?.status ?? 'absent'}`
  if (report.chart === undefined) return 'chart digest is not reported'
  if (report.chart.digest !== expected.chartDigest) {
    return `chart is ${report.chart.digest}, expected ${expected.chartDigest}`
  }
  return describeWorkloads(report)
}

function healthySince(report: PlacementReport, release: HelmReleaseReport, ready: Condition): Instant {
  const deployed = release.status.history[0]?.lastDeployed ?? 0
  return Math.max(ready.lastTransitionTime, deployed, ...report.workloads.map((workload) => workload.since))
}

/** The earliest trace that the desired generation left, as the report may come much later. */
function firstObserved(
  report: PlacementReport,
  { generation, status }: HelmReleaseReport | PayloadKustomizationReport,
  expected: Expectation,
): Instant {
  const traces = status.conditions
    .filter((condition) => condition.observedGeneration === generation)
    .map((condition) => condition.lastTransitionTime)
    .filter((at) => at >= expected.mergedAt)
  return Math.min(report.at, ...traces)
}

/** The first account of a failure is kept: the rollback that follows hides what went wrong. */
function failureEvidence(
  report: PlacementReport,
  release: HelmReleaseReport,
  previous: Assessment | undefined,
): string {
  if (previous?.state === PlacementState.failed && previous.evidence !== undefined) return previous.evidence
  const failed = (['Released', 'TestSuccess', 'Remediated', 'Ready'] as const)
    .map((type) => current(release, type))
    .find((condition) => condition?.status === 'False')
  const culprit = describe(failed ?? current(release, 'Stalled')) ?? 'failed'
  const before = previous?.state === PlacementState.progressing ? previous.evidence : undefined
  return describeFailure(culprit, report, before)
}

function clamp(instant: Instant, report: PlacementReport, expected: Expectation): Instant {
  return Math.min(Math.max(instant, expected.mergedAt), report.at)
}
