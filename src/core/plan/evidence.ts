import type { Condition, PlacementReport, WorkloadReport } from '../domain/report.ts'
import type { PlacementStateCode } from '../domain/placement.ts'
import type { Instant } from '../domain/time.ts'

/** What a report proves of an object that has the desired spec. */
export interface Judgement {
  readonly state: PlacementStateCode
  readonly since: Instant | undefined
  readonly evidence: string | undefined
}

/** A condition that speaks of the live generation. */
export function currentCondition(
  {
    generation,
    status,
  }: { readonly generation: number; readonly status: { readonly conditions: readonly Condition[] } },
  type: string,
): Condition | undefined {
  return status.conditions.find(
    (condition) => condition.type === type && condition.observedGeneration === generation,
  )
}

/** `UpgradeFailed: timeout waiting for: […]`, without the sentence that helm-controller puts before the cause. */
export function describe(condition: Condition | undefined): string | undefined {
  if (condition === undefined) return undefined
  const message = condition.message.replace(/^Helm \w+ failed for release \S+ with chart \S+: /, '')
  return `${condition.reason}: ${message}`
}

export function describeWorkloads(report: PlacementReport): string | undefined {
  const broken = report.workloads.filter((workload) => !workload.current)
  return broken.length === 0 ? undefined : broken.map(describeWorkload).join('; ')
}

function describeWorkload(workload: WorkloadReport): string {
  return `${workload.kind}/${workload.namespace}/${workload.name}: ${workload.message}`
}

/** A failed condition with what its pods say, before or now, where it does not say that itself. */
export function describeFailure(
  culprit: string,
  report: PlacementReport,
  before: string | undefined,
): string {
  const detail = before !== undefined && namesWorkload.test(before) ? before : describeWorkloads(report)
  return detail === undefined || culprit.includes(detail) ? culprit : `${culprit}; ${detail}`
}

/** Evidence that tells what was wrong with the pods before a rollback replaced them. */
const namesWorkload = /^(?:Deployment|StatefulSet|DaemonSet|Job)\//
