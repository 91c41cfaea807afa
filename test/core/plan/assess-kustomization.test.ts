import { describe, expect, test } from 'vitest'
import { PlacementState, type PlacementStateName } from '../../../src/core/domain/placement.ts'
import type {
  KustomizationSnapshot,
  PayloadKustomizationReport,
  PlacementReport,
} from '../../../src/core/domain/report.ts'
import { assess, type Assessment, type Expectation } from '../../../src/core/plan/assess.ts'
import { condition, mergedAt, placementReport, ready, stateOf, workload } from './build-report.ts'

const commit = 'c'.repeat(40)
const pinned = `sha1:${commit}`
const expected: Expectation = {
  kind: 'kustomize',
  revision: pinned,
  spec: { sourceRef: { kind: 'GitRepository', name: 'pay-new' }, path: './prod' },
  releaseBlobCurrent: true,
  mergedAt,
}
const timeout =
  "health check failed after 5m0s: timeout waiting for: [Deployment/shop/pay status: 'InProgress']"

const retrying = condition('Reconciling', 'True', 'ProgressingWithRetry')

function snapshot(status: string, first: number, last: number, revision = pinned): KustomizationSnapshot {
  return { status, revision, firstReconciled: first, lastReconciled: last }
}

function live(
  status: Partial<PayloadKustomizationReport['status']> = {},
  spec: PayloadKustomizationReport['spec'] = {},
): PayloadKustomizationReport {
  return {
    generation: 2,
    spec: { ...expected.spec, force: false, ...spec },
    status: {
      observedGeneration: 2,
      lastAppliedRevision: pinned,
      lastAttemptedRevision: pinned,
      conditions: [ready('True', 'ReconciliationSucceeded')],
      history: [snapshot('ReconciliationSucceeded', 1030, 1030)],
      ...status,
    },
  }
}

function report(rest: Partial<PlacementReport> = {}): PlacementReport {
  return placementReport({ payloadKustomization: live(), ...rest })
}

interface Case {
  readonly title: string
  readonly live?: PayloadKustomizationReport | undefined
  readonly report?: Partial<PlacementReport>
  readonly expected?: Partial<Expectation>
  readonly state: PlacementStateName
  readonly evidence: string | undefined
}

const old = ready('True', 'ReconciliationSucceeded', { observedGeneration: 1, lastTransitionTime: 500 })
const yesterday = 'sha1:' + 'a'.repeat(40)

const cases: readonly Case[] = [
  { title: 'everything proven', state: 'healthy', evidence: undefined },
  {
    title: 'a revision with the branch of its source',
    live: live({ lastAppliedRevision: `main@${pinned}`, lastAttemptedRevision: `main@${pinned}` }),
    state: 'healthy',
    evidence: undefined,
  },
  {
    title: 'a revision with a tag that holds an @',
    live: live({ lastAppliedRevision: `v1@x@${pinned}`, lastAttemptedRevision: `v1@x@${pinned}` }),
    state: 'healthy',
    evidence: undefined,
  },
  {
    title: 'the digest of an artifact',
    expected: { revision: 'sha256:abc' },
    live: live({ lastAppliedRevision: 'sha256:abc', lastAttemptedRevision: 'sha256:abc' }),
    state: 'healthy',
    evidence: undefined,
  },
  {
    title: 'no Kustomization, though a HelmRelease of the name is ready',
    report: { payloadKustomization: undefined },
    state: 'merged',
    evidence: 'Kustomization/shop/pay does not exist',
  },
  {
    title: 'the desired file not in the applied revision of the namespace',
    expected: { releaseBlobCurrent: false },
    state: 'merged',
    evidence: undefined,
  },
  {
    title: 'another spec',
    live: live({}, { path: './devel' }),
    state: 'merged',
    evidence: 'Kustomization/shop/pay differs from the desired spec',
  },
  {
    title: 'a suspended Kustomization',
    live: live({}, { suspend: true }),
    state: 'unknown',
    evidence: 'suspended on the cluster',
  },
  {
    title: "yesterday's status of the generation before",
    live: live({
      observedGeneration: 1,
      conditions: [old],
      lastAppliedRevision: yesterday,
      lastAttemptedRevision: yesterday,
    }),
    state: 'observed',
    evidence: undefined,
  },
  {
    title: "yesterday's status of the same revision with other variables",
    live: live({ observedGeneration: 1, conditions: [old] }),
    state: 'observed',
    evidence: undefined,
  },
  {
    title: 'a return to the revision applied last, after one that never got so far',
    live: live({ observedGeneration: 1, lastAttemptedRevision: yesterday, conditions: [old] }),
    state: 'observed',
    evidence: undefined,
  },
  {
    title: 'another revision under the same name of the source',
    live: live({ lastAppliedRevision: yesterday }),
    state: 'progressing',
    evidence: `revision ${yesterday} is applied, expected ${pinned}`,
  },
  {
    title: 'a commit that only begins like the pinned one',
    live: live({ lastAppliedRevision: `${pinned}0` }),
    state: 'progressing',
    evidence: `revision ${pinned}0 is applied, expected ${pinned}`,
  },
  {
    title: 'a success whose status has not reached the generation',
    live: live({ observedGeneration: 1 }),
    state: 'observed',
    evidence: undefined,
  },
  {
    title: 'a source that is not there yet',
    live: live({
      observedGeneration: 1,
      lastAttemptedRevision: yesterday,
      conditions: [ready('False', 'ArtifactFailed', { message: 'Source artifact not found' })],
    }),
    state: 'observed',
    evidence: 'ArtifactFailed: Source artifact not found',
  },
  {
    title: 'health checks that run',
    live: live({
      observedGeneration: 1,
      conditions: [
        ready('Unknown', 'Progressing', { message: 'Reconciliation in progress' }),
        condition('Reconciling', 'True', 'Progressing'),
      ],
    }),
    state: 'progressing',
    evidence: 'Progressing: Reconciliation in progress',
  },
  {
    title: 'a build that fails and is tried again, as its Secret may be on its way',
    live: live({
      observedGeneration: 1,
      conditions: [ready('False', 'BuildFailed', { message: 'substitute from Secret/pay' }), retrying],
    }),
    state: 'progressing',
    evidence: 'BuildFailed: substitute from Secret/pay',
  },
  {
    title: 'an apply that fails and is tried again',
    live: live({
      observedGeneration: 1,
      conditions: [
        ready('False', 'ReconciliationFailed', { message: 'Deployment/shop/pay immutable' }),
        retrying,
      ],
    }),
    state: 'progressing',
    evidence: 'ReconciliationFailed: Deployment/shop/pay immutable',
  },
  {
    title: 'health checks that ran out of time',
    live: live({
      observedGeneration: 1,
      conditions: [ready('False', 'HealthCheckFailed', { message: timeout }), retrying],
    }),
    report: { workloads: [workload(false, 1025, '0/3 ready, CrashLoopBackOff')] },
    state: 'failed',
    evidence: `HealthCheckFailed: ${timeout}; Deployment/shop/pay: 0/3 ready, CrashLoopBackOff`,
  },
  {
    title: 'health checks of the generation before that ran out of time',
    live: live({
      observedGeneration: 1,
      conditions: [ready('False', 'HealthCheckFailed', { observedGeneration: 1 })],
    }),
    state: 'observed',
    evidence: undefined,
  },
  {
    title: 'health checks of another revision that ran out of time',
    live: live({
      lastAttemptedRevision: yesterday,
      conditions: [ready('False', 'HealthCheckFailed', { message: timeout })],
    }),
    state: 'observed',
    evidence: `HealthCheckFailed: ${timeout}`,
  },
  {
    title: 'a Kustomization that stalled',
    live: live({
      conditions: [
        ready('False', 'InvalidCELExpression', { message: 'bad expression' }),
        condition('Stalled', 'True', 'InvalidCELExpression'),
      ],
    }),
    state: 'failed',
    evidence: 'InvalidCELExpression: bad expression',
  },
  {
    title: 'pods that crash after Ready',
    report: { workloads: [workload(false, 1500, '0/3 ready, CrashLoopBackOff')] },
    state: 'progressing',
    evidence: 'Deployment/shop/pay: 0/3 ready, CrashLoopBackOff',
  },
]

function judged(one: Case): Assessment {
  const given = { payloadKustomization: 'live' in one ? one.live : live(), ...one.report }
  return assess(report(given), { ...expected, ...one.expected } as Expectation, undefined)
}

describe('a report of a Kustomization with', () => {
  test.each(cases)('$title is $state', (one) => {
    const assessment = judged(one)
    expect([stateOf(assessment), assessment.evidence]).toEqual([one.state, one.evidence])
  })
})

describe('health', () => {
  const healthy: Assessment = {
    state: PlacementState.healthy,
    since: 1030,
    observedAt: 1010,
    evidence: undefined,
  }
  const success = (first: number, last: number) => snapshot('ReconciliationSucceeded', first, last)
  const routine = live({
    conditions: [ready('Unknown', 'Progressing', { lastTransitionTime: 1900 }), retrying],
    history: [success(1030, 1600)],
  })

  test('begins with the first success after the merge, and not with the latest routine', () => {
    const again = live({
      conditions: [ready('True', 'ReconciliationSucceeded', { lastTransitionTime: 1901 })],
      history: [success(1030, 1901)],
    })
    expect(assess(report({ payloadKustomization: again }), expected, undefined).since).toBe(1030)
    expect(assess(report({ payloadKustomization: again }), expected, healthy).since).toBe(1030)
  })

  test('begins with Ready where the same objects succeeded before the merge', () => {
    const before = live({ history: [success(500, 1030)] })
    expect(assess(report({ payloadKustomization: before }), expected, undefined).since).toBe(1030)
  })

  test('begins with Ready where there is no history', () => {
    const none = live({ history: [] })
    expect(assess(report({ payloadKustomization: none }), expected, undefined).since).toBe(1030)
  })

  test('begins anew after a failure that nobody saw', () => {
    const mended = live({
      conditions: [ready('True', 'ReconciliationSucceeded', { lastTransitionTime: 1800 })],
      history: [success(1030, 1800), snapshot('HealthCheckFailed', 1500, 1700)],
    })
    const assessment = assess(report({ payloadKustomization: mended }), expected, healthy)
    expect([stateOf(assessment), assessment.since]).toEqual(['healthy', 1800])
  })

  test('begins with the youngest workload', () => {
    expect(assess(report({ workloads: [workload(true, 1400)] }), expected, undefined).since).toBe(1400)
  })

  test('goes on while Flux reconciles what it has applied', () => {
    const assessment = assess(report({ payloadKustomization: routine }), expected, healthy)
    expect(assessment).toEqual({ ...healthy })
  })

  test.each<[string, Partial<PlacementReport>, Assessment | undefined]>([
    ['was not there before', {}, undefined],
    ['ends with a broken workload', { workloads: [workload(false, 1900, '0/3 ready')] }, healthy],
    [
      'ends where the last outcome was a failure',
      {
        payloadKustomization: {
          ...routine,
          status: { ...routine.status, history: [snapshot('HealthCheckFailed', 1800, 1800)] },
        },
      },
      healthy,
    ],
    [
      'has another generation to come',
      {
        payloadKustomization: {
          ...routine,
          status: { ...routine.status, observedGeneration: 1 },
        },
      },
      healthy,
    ],
  ])('does not go on while Flux reconciles where it %s', (_, rest, previous) => {
    const assessment = assess(report({ payloadKustomization: routine, ...rest }), expected, previous)
    expect(stateOf(assessment)).toBe('progressing')
  })
})

describe('a failure', () => {
  const failed: Assessment = {
    state: PlacementState.failed,
    since: 1400,
    observedAt: 1010,
    evidence: 'HealthCheckFailed: no pods',
  }

  test('stays while it is tried again, with its first account', () => {
    const retry = live({
      observedGeneration: 1,
      conditions: [ready('Unknown', 'Progressing'), condition('Reconciling', 'True', 'Progressing')],
    })
    expect(assess(report({ payloadKustomization: retry }), expected, failed)).toEqual(failed)
  })

  test('ends when a retry succeeds', () => {
    expect(stateOf(assess(report(), expected, failed))).toBe('healthy')
  })
})
