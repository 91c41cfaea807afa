import {
  PlacementState,
  type PlacementStateName,
  placementStateNames,
} from '../../../src/core/domain/placement.ts'
import type { Condition, PlacementReport, WorkloadReport } from '../../../src/core/domain/report.ts'
import type { Assessment } from '../../../src/core/plan/assess.ts'

/** When the desired file was merged; reports are of second 2000. */
export const mergedAt = 1000

export function condition(
  type: string,
  status: Condition['status'],
  reason: string,
  rest: Partial<Condition> = {},
): Condition {
  return { type, status, reason, message: reason, observedGeneration: 2, lastTransitionTime: 1030, ...rest }
}

export function ready(status: Condition['status'], reason: string, rest: Partial<Condition> = {}): Condition {
  return condition('Ready', status, reason, rest)
}

export function workload(current: boolean, since: number, message = ''): WorkloadReport {
  return { kind: 'Deployment', namespace: 'shop', name: 'pay', current, since, message }
}

/** A cluster that applied main's head, where nothing installs the service and its workload is current. */
export function placementReport(rest: Partial<PlacementReport>): PlacementReport {
  const revision = 'main@sha1:b'
  return {
    cluster: 'c1',
    namespace: 'shop',
    name: 'pay',
    at: 2000,
    helmRelease: undefined,
    kustomization: { lastAppliedRevision: revision, lastAttemptedRevision: revision, ready: undefined },
    chart: undefined,
    workloads: [workload(true, 1025)],
    ...rest,
  }
}

export function stateOf(assessment: Assessment): PlacementStateName | undefined {
  return placementStateNames.find((name) => PlacementState[name] === assessment.state)
}
