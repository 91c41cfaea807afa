import type { Json, JsonObject } from '../../../core/domain/cluster.ts'
import type { WorkloadReport } from '../../../core/domain/report.ts'
import { isObject, listAt, numberAt, textAt } from './json.ts'

/** Whether a workload is what kstatus calls Current, and in words why it is not. */
export type WorkloadStatus =
  | { readonly current: true }
  | {
      readonly current: false
      /** `2/6 ready`. */
      readonly message: string
      /** It will not become current by itself: a Job that failed, a progress deadline that ran out. */
      readonly failed: boolean
    }

const current: WorkloadStatus = { current: true }

/**
 * The status of a workload by the rules of kstatus (sigs.k8s.io/cli-utils, pkg/kstatus/status: generic.go, then core.go),
 * which helm-controller and kustomize-controller wait by themselves.
 */
export function workloadStatus(kind: WorkloadReport['kind'], workload: JsonObject): WorkloadStatus {
  return genericStatus(workload) ?? rules[kind](workload)
}

const rules: Readonly<Record<WorkloadReport['kind'], (workload: JsonObject) => WorkloadStatus>> = {
  Deployment: deploymentStatus,
  StatefulSet: statefulSetStatus,
  DaemonSet: daemonSetStatus,
  Job: jobStatus,
}

/** What holds for every kind: deletion, an older generation, and the conditions that kstatus itself defines. */
function genericStatus(workload: JsonObject): WorkloadStatus | undefined {
  if (textAt(workload, 'metadata', 'deletionTimestamp') !== '') return waiting('is being deleted')
  const generation = numberAt(workload, 'metadata', 'generation')
  const observed = numberAt(workload, 'status', 'observedGeneration')
  if (generation !== undefined && observed !== undefined && generation !== observed)
    return waiting(`generation ${generation} is not observed yet`)
  for (const condition of conditionsOf(workload)) {
    if (textAt(condition, 'status') !== 'True') continue
    if (textAt(condition, 'type') === 'Reconciling') return waiting(textAt(condition, 'message'))
    if (textAt(condition, 'type') === 'Stalled') return broken(textAt(condition, 'message'))
  }
  return undefined
}

function deploymentStatus(workload: JsonObject): WorkloadStatus {
  const progressing = conditionOf(workload, 'Progressing')
  if (textAt(progressing, 'reason') === 'ProgressDeadlineExceeded')
    return broken(`${readyOf(workload)}, progress deadline exceeded`)
  const spec = numberAt(workload, 'spec', 'replicas') ?? 1
  const [all, updated] = [counted(workload, 'replicas'), counted(workload, 'updatedReplicas')]
  const available = counted(workload, 'availableReplicas')
  if (spec > all) return waiting(`${all}/${spec} created`)
  if (spec > updated) return waiting(`${updated}/${spec} updated`)
  if (all > spec) return waiting(`${all - spec} to be terminated`)
  if (updated > available) return waiting(`${available}/${updated} available`)
  if (spec > counted(workload, 'readyReplicas')) return waiting(readyOf(workload))
  // Without a deadline the controller writes no such condition.
  const deadline = numberAt(workload, 'spec', 'progressDeadlineSeconds') ?? noDeadline
  const isDone = textAt(progressing, 'status') === 'True' && textAt(progressing, 'reason') === rolledOut
  if (deadline !== noDeadline && !isDone) return waiting('its ReplicaSet is not available')
  if (textAt(conditionOf(workload, 'Available'), 'status') !== 'True') return waiting('is not available')
  return current
}

const rolledOut = 'NewReplicaSetAvailable'
/** math.MaxInt32, which the Deployment controller takes for none. */
const noDeadline = 2 ** 31 - 1

function statefulSetStatus(workload: JsonObject): WorkloadStatus {
  if (textAt(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete') return current
  const spec = numberAt(workload, 'spec', 'replicas') ?? 1
  const [all, updated] = [counted(workload, 'replicas'), counted(workload, 'updatedReplicas')]
  if (spec > all) return waiting(`${all}/${spec} created`)
  if (spec > counted(workload, 'readyReplicas')) return waiting(readyOf(workload))
  if (all > spec) return waiting(`${all - spec} to be terminated`)
  const partition = numberAt(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  // The API server writes the default of 0, by which everything is updated.
  if (partition !== undefined && partition >= 0) {
    const wanted = spec - partition
    return updated < wanted ? waiting(`${updated}/${wanted} updated`) : current
  }
  const ofCurrent = counted(workload, 'currentReplicas')
  if (spec > ofCurrent) return waiting(`${ofCurrent}/${spec} updated`)
  const [revision, update] = [
    textAt(workload, 'status', 'currentRevision'),
    textAt(workload, 'status', 'updateRevision'),
  ]
  return revision === update ? current : waiting('its update is not complete')
}

function daemonSetStatus(workload: JsonObject): WorkloadStatus {
  if (numberAt(workload, 'metadata', 'generation') === undefined) return waiting('has no generation')
  if (numberAt(workload, 'status', 'observedGeneration') === undefined) return waiting('is not observed yet')
  const wanted = numberAt(workload, 'status', 'desiredNumberScheduled')
  if (wanted === undefined) return waiting('is not scheduled yet')
  const stages = [
    ['currentNumberScheduled', 'scheduled'],
    ['updatedNumberScheduled', 'updated'],
    ['numberAvailable', 'available'],
    ['numberReady', 'ready'],
  ] as const
  for (const [field, word] of stages) {
    const have = counted(workload, field)
    if (wanted > have) return waiting(`${have}/${wanted} ${word}`)
  }
  return current
}

/** A Job that runs is current, too: kstatus does not wait for its end, a chart's hooks do. */
function jobStatus(workload: JsonObject): WorkloadStatus {
  for (const condition of conditionsOf(workload)) {
    if (textAt(condition, 'status') !== 'True') continue
    const type = textAt(condition, 'type')
    if (type === 'Complete' || type === 'Suspended') return current
    if (type === 'Failed') return broken(jobFailure(workload, condition))
  }
  return textAt(workload, 'status', 'startTime') === '' ? waiting('is not started') : current
}

function jobFailure(workload: JsonObject, condition: JsonObject): string {
  const reason = textAt(condition, 'reason')
  return `${counted(workload, 'failed')} failed${reason === '' ? '' : `, ${reason}`}`
}

function readyOf(workload: JsonObject): string {
  const spec = numberAt(workload, 'spec', 'replicas') ?? 1
  return `${counted(workload, 'readyReplicas')}/${spec} ready`
}

function counted(workload: JsonObject, field: string): number {
  return numberAt(workload, 'status', field) ?? 0
}

function conditionOf(workload: JsonObject, type: string): Json | undefined {
  return conditionsOf(workload).find((condition) => textAt(condition, 'type') === type)
}

function conditionsOf(workload: JsonObject): readonly JsonObject[] {
  return listAt(workload, 'status', 'conditions').filter(isObject)
}

function waiting(message: string): WorkloadStatus {
  return { current: false, message, failed: false }
}

function broken(message: string): WorkloadStatus {
  return { current: false, message, failed: true }
}
