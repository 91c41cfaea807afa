import { describe, expect, test } from 'vitest'
import { PlacementState, type PlacementStateName } from '../../../src/core/domain/placement.ts'
import type { HelmReleaseReport, HelmSnapshot, PlacementReport } from '../../../src/core/domain/report.ts'
import { assess, type Assessment, type Expectation } from '../../../src/core/plan/assess.ts'
import { condition, mergedAt, placementReport, ready, stateOf, workload } from './build-report.ts'

const expected = {
  kind: 'chart',
  chartDigest: 'sha256:new',
  spec: { chartRef: { kind: 'HelmChart', name: 'pay-new' }, values: { replicas: 2 } },
  releaseBlobCurrent: true,
  mergedAt,
} satisfies Expectation
const timeout = "timeout waiting for: [Deployment/shop/pay status: 'InProgress']"
const failedUpgrade = `Helm upgrade failed for release shop/pay with chart pay@1.1.0: ${timeout}`

function snapshot(status: HelmSnapshot['status'], version: number, lastDeployed: number): HelmSnapshot {
  return { version, status, chartName: 'pay', chartVersion: '1.1.0', lastDeployed }
}

function release(
  status: Partial<HelmReleaseReport['status']>,
  rest: Partial<HelmReleaseReport> = {},
): HelmReleaseReport {
  const conditions = status.conditions ?? [ready('True', 'UpgradeSucceeded')]
  const history = status.history ?? [snapshot('deployed', 2, 1020)]
  return {
    generation: 2,
    spec: { ...expected.spec, suspend: false, interval: '10m0s' },
    ...rest,
    status: { observedGeneration: 2, lastAttemptedGeneration: 2, ...status, conditions, history },
  }
}

function report(rest: Partial<PlacementReport> = {}): PlacementReport {
  return placementReport({ helmRelease: release({}), chart: { digest: 'sha256:new' }, ...rest })
}

interface Case {
  readonly title: string
  readonly report?: Partial<PlacementReport>
  readonly expected?: Partial<Extract<Expectation, { kind: 'chart' }>>
  readonly state: PlacementStateName
  readonly evidence: string | undefined
}

const oldReady = ready('True', 'UpgradeSucceeded', { observedGeneration: 1, lastTransitionTime: 500 })
const buildFailed = {
  lastAppliedRevision: 'main@sha1:a',
  lastAttemptedRevision: 'main@sha1:b',
  ready: condition('Ready', 'False', 'BuildFailed', { message: 'kustomize build failed: bad.yaml' }),
}

const cases: readonly Case[] = [
  { title: 'everything proven', state: 'healthy', evidence: undefined },
  { title: 'a release without workloads', report: { workloads: [] }, state: 'healthy', evidence: undefined },
  {
    title: 'the desired file not in the applied revision',
    expected: { releaseBlobCurrent: false },
    state: 'merged',
    evidence: undefined,
  },
  {
    title: 'a namespace that does not build any more',
    report: { kustomization: buildFailed },
    expected: { releaseBlobCurrent: false },
    state: 'merged',
    evidence: 'Kustomization BuildFailed: kustomize build failed: bad.yaml',
  },
  {
    title: 'a namespace that fails on a later revision while this file is applied',
    report: { kustomization: buildFailed },
    state: 'healthy',
    evidence: undefined,
  },
  {
    title: 'no HelmRelease',
    report: { helmRelease: undefined },
    state: 'merged',
    evidence: 'HelmRelease/shop/pay does not exist',
  },
  {
    title: 'a rendered field that the live object has otherwise',
    report: { helmRelease: release({}, { spec: { ...expected.spec, values: { replicas: 1 } } }) },
    state: 'merged',
    evidence: 'HelmRelease/shop/pay differs from the desired spec',
  },
  {
    title: 'yesterday’s Ready with a new generation',
    report: {
      helmRelease: release({ observedGeneration: 1, lastAttemptedGeneration: 1, conditions: [oldReady] }),
    },
    state: 'observed',
    evidence: undefined,
  },
  {
    title: 'a dependency that is awaited',
    report: {
      helmRelease: release({
        observedGeneration: 1,
        lastAttemptedGeneration: 1,
        conditions: [
          ready('False', 'DependencyNotReady', { message: "dependency 'shop/ledger' is not ready" }),
        ],
      }),
    },
    state: 'observed',
    evidence: "DependencyNotReady: dependency 'shop/ledger' is not ready",
  },
  {
    title: 'a status that has not reached the generation though attempted',
    report: { helmRelease: release({ observedGeneration: 1 }) },
    state: 'observed',
    evidence: undefined,
  },
  {
    title: 'Ready of an older generation than the attempted one',
    report: { helmRelease: release({ conditions: [oldReady] }) },
    state: 'progressing',
    evidence: undefined,
  },
  {
    title: 'Reconciling beside Ready True',
    report: {
      helmRelease: release({
        conditions: [
          condition('Reconciling', 'True', 'Progressing', { message: 'drift' }),
          ready('True', 'UpgradeSucceeded'),
        ],
      }),
    },
    state: 'progressing',
    evidence: 'Progressing: drift',
  },
  {
    title: 'a source that can not be read',
    report: {
      helmRelease: release({ conditions: [ready('False', 'ArtifactFailed', { message: 'registry down' })] }),
    },
    state: 'progressing',
    evidence: 'ArtifactFailed: registry down',
  },
  {
    title: 'suspension',
    report: { helmRelease: release({}, { spec: { ...expected.spec, suspend: true } }) },
    state: 'unknown',
    evidence: 'suspended on the cluster',
  },
  {
    title: 'a chart that is not reported',
    report: { chart: undefined },
    state: 'progressing',
    evidence: 'chart digest is not reported',
  },
  {
    title: 'other chart bytes',
    report: { chart: { digest: 'sha256:old' } },
    state: 'progressing',
    evidence: 'chart is sha256:old, expected sha256:new',
  },
  {
    title: 'pods that crash after Ready',
    report: { workloads: [workload(true, 1025), workload(false, 1500, '0/2 ready, CrashLoopBackOff')] },
    state: 'progressing',
    evidence: 'Deployment/shop/pay: 0/2 ready, CrashLoopBackOff',
  },
  {
    title: 'Ready True over a failed Helm release',
    report: { helmRelease: release({ history: [snapshot('failed', 2, 1020)] }) },
    state: 'progressing',
    evidence: 'Helm release is failed',
  },
  {
    title: 'a failing install that is retried',
    report: {
      helmRelease: release({
        observedGeneration: 1,
        conditions: [
          condition('Reconciling', 'True', 'ProgressingWithRetry'),
          ready('False', 'InstallFailed', { message: timeout }),
        ],
      }),
    },
    state: 'progressing',
    evidence: `InstallFailed: ${timeout}`,
  },
  {
    title: 'a failing install that is not retried',
    report: {
      helmRelease: release({
        observedGeneration: 1,
        conditions: [ready('False', 'InstallFailed', { message: timeout })],
      }),
    },
    state: 'failed',
    evidence: `InstallFailed: ${timeout}`,
  },
  {
    title: 'a failed test',
    report: {
      helmRelease: release({
        conditions: [
          ready('False', 'TestFailed', { message: 'tests failed' }),
          condition('Released', 'True', 'UpgradeSucceeded'),
          condition('TestSuccess', 'False', 'TestFailed', { message: 'pod/smoke exited 1' }),
        ],
      }),
    },
    state: 'failed',
    evidence: 'TestFailed: pod/smoke exited 1',
  },
  {
    title: 'yesterday’s failure before the new generation is attempted',
    report: {
      helmRelease: release({
        observedGeneration: 1,
        lastAttemptedGeneration: 1,
        conditions: [
          condition('Stalled', 'True', 'RetriesExceeded', { observedGeneration: 1 }),
          ready('False', 'UpgradeFailed', { observedGeneration: 1 }),
        ],
      }),
    },
    state: 'observed',
    evidence: undefined,
  },
  {
    title: 'a remediation whose Ready was overwritten',
    report: {
      helmRelease: release({
        conditions: [
          ready('False', 'SourceNotReady'),
          condition('Remediated', 'True', 'RollbackSucceeded'),
          condition('Released', 'False', 'UpgradeFailed', { message: failedUpgrade }),
        ],
      }),
    },
    state: 'failed',
    evidence: `UpgradeFailed: ${timeout}`,
  },
]

describe('assess', () => {
  test.each(cases)('judges $title as $state', (row) => {
    const assessment = assess(report(row.report), { ...expected, ...row.expected }, undefined)
    expect({ state: stateOf(assessment), evidence: assessment.evidence }).toEqual({
      state: row.state,
      evidence: row.evidence,
    })
  })

  describe('over the observed sequence of a failing upgrade', () => {
    const unschedulable = '0/2 ready, Unschedulable: Insufficient memory'
    const progressing = report({
      at: 1020,
      helmRelease: release({
        observedGeneration: 1,
        conditions: [
          condition('Reconciling', 'True', 'Progressing', { lastTransitionTime: 1010 }),
          ready('Unknown', 'Progressing', { lastTransitionTime: 1010 }),
        ],
        history: [snapshot('deployed', 1, 400)],
      }),
      workloads: [workload(false, 1010, unschedulable)],
    })
    const upgradeFailed = report({
      at: 1040,
      helmRelease: release({
        observedGeneration: 1,
        conditions: [
          condition('Reconciling', 'True', 'Progressing', { lastTransitionTime: 1030 }),
          ready('False', 'UpgradeFailed', { message: failedUpgrade }),
          condition('Released', 'False', 'UpgradeFailed', { message: failedUpgrade }),
        ],
        history: [snapshot('failed', 2, 1010), snapshot('deployed', 1, 400)],
      }),
      workloads: [workload(false, 1030, '1/2 ready')],
    })
    const stalled = report({
      at: 1100,
      helmRelease: release({
        conditions: [
          condition('Stalled', 'True', 'RetriesExceeded', {
            message: 'Failed to upgrade after 1 attempt(s)',
            lastTransitionTime: 1060,
          }),
          ready('False', 'RollbackSucceeded', { lastTransitionTime: 1060 }),
          condition('Released', 'False', 'UpgradeFailed', { message: failedUpgrade }),
          condition('Remediated', 'True', 'RollbackSucceeded', { lastTransitionTime: 1060 }),
        ],
        history: [snapshot('deployed', 3, 1060), snapshot('failed', 2, 1010), snapshot('superseded', 1, 400)],
      }),
      workloads: [workload(true, 1060)],
    })

    test('goes from progressing to failed and stays there though Helm has a deployed release again', () => {
      const first = assess(progressing, expected, undefined)
      const second = assess(upgradeFailed, expected, first)
      const third = assess(stalled, expected, second)
      expect(first).toEqual({
        state: PlacementState.progressing,
        since: 1010,
        observedAt: 1010,
        evidence: `Deployment/shop/pay: ${unschedulable}`,
      })
      expect(second).toEqual({
        state: PlacementState.failed,
        since: 1030,
        observedAt: 1010,
        evidence: `UpgradeFailed: ${timeout}; Deployment/shop/pay: ${unschedulable}`,
      })
      expect(third).toEqual(second)
    })

    test('names the culprit when only the end was seen', () => {
      const assessment = assess(stalled, expected, undefined)
      expect(stateOf(assessment)).toBe('failed')
      expect(assessment.evidence).toBe(`UpgradeFailed: ${timeout}`)
    })
  })

  test.each([
    { title: 'the merge', expected: { mergedAt: 1500 }, report: {}, since: 1500 },
    { title: 'the transition of Ready', expected: {}, report: {}, since: 1030 },
    {
      title: 'the last deployment',
      expected: {},
      report: { helmRelease: release({ history: [snapshot('deployed', 2, 1200)] }) },
      since: 1200,
    },
    {
      title: 'the last workload to become available',
      expected: {},
      report: { workloads: [workload(true, 1025), workload(true, 1300)] },
      since: 1300,
    },
    {
      title: 'the report, whatever a cluster’s clock says',
      expected: {},
      report: { at: 1100, workloads: [workload(true, 9999)] },
      since: 1100,
    },
  ])('counts healthy since $title', (row) => {
    const assessment = assess(report(row.report), { ...expected, ...row.expected }, undefined)
    expect([stateOf(assessment), assessment.since]).toEqual(['healthy', row.since])
  })

  test('derives healthy since anew whatever was known before', () => {
    const unknown: Assessment = {
      state: PlacementState.unknown,
      since: 1900,
      observedAt: 1900,
      evidence: 'silent',
    }
    expect(assess(report(), expected, unknown)).toMatchObject({ state: PlacementState.healthy, since: 1030 })
    expect(assess(report(), expected, undefined).since).toBe(1030)
  })

  test('keeps since when while a state lasts, and when the generation was first observed', () => {
    const first = assess(
      report({ at: 1600, workloads: [workload(false, 1500, 'down')] }),
      expected,
      undefined,
    )
    const second = assess(
      report({ at: 1700, workloads: [workload(false, 1650, 'down again')] }),
      expected,
      first,
    )
    expect(first).toMatchObject({ state: PlacementState.progressing, since: 1600, observedAt: 1030 })
    expect(second).toMatchObject({
      since: 1600,
      observedAt: 1030,
      evidence: 'Deployment/shop/pay: down again',
    })
  })

  test('counts a spec that was lost from the report that told so', () => {
    const healthy = assess(report(), expected, undefined)
    const lost = assess(report({ at: 2500, helmRelease: undefined }), expected, healthy)
    const still = assess(report({ at: 2600, helmRelease: undefined }), expected, lost)
    expect([lost.since, lost.observedAt, still.since]).toEqual([2500, 0, 2500])
  })
})
