import type { Json, JsonObject } from '../../../core/domain/cluster.ts'
import { isObject, listAt, numberAt, objectAt, textAt } from './json.ts'

/** Waiting for these is part of every start. */
const ordinaryWaits: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', ''])
const longestMessage = 300

/**
 * Why pods are not ready, the plainest account first: `CrashLoopBackOff (app: OOMKilled, exit code 137)`,
 * `ImagePullBackOff (app: …)`, `Unschedulable (0/3 nodes are available: …)`; undefined: they merely start.
 */
export function podsReason(pods: readonly JsonObject[]): string | undefined {
  const found = pods.flatMap((pod) => reasonOf(pod) ?? [])
  return found.toSorted((a, b) => a.rank - b.rank || compare(a.text, b.text))[0]?.text
}

interface Reason {
  /** Lower says more. */
  readonly rank: number
  readonly text: string
}

function reasonOf(pod: JsonObject): Reason | undefined {
  if (textAt(pod, 'metadata', 'deletionTimestamp') !== '') return undefined
  const containers = ['initContainerStatuses', 'containerStatuses'].flatMap((list) =>
    listAt(pod, 'status', list).filter(isObject),
  )
  const [worst] = containers
    .flatMap((container) => containerReason(container) ?? [])
    .toSorted((a, b) => a.rank - b.rank)
  return worst ?? podReason(pod, containers)
}

function containerReason(container: JsonObject): Reason | undefined {
  const name = textAt(container, 'name')
  const waiting = objectAt(container, 'state', 'waiting')
  const reason = textAt(waiting, 'reason')
  const ended =
    endOf(objectAt(container, 'state', 'terminated')) ?? endOf(objectAt(container, 'lastState', 'terminated'))
  if (reason === 'CrashLoopBackOff') return { rank: 0, text: `${reason} (${name}: ${ended ?? 'crashes'})` }
  if (!ordinaryWaits.has(reason)) {
    return { rank: 1, text: `${reason} (${name}${said(textAt(waiting, 'message'))})` }
  }
  return ended === undefined ? undefined : { rank: 2, text: `${name} ended: ${ended}` }
}

/** `OOMKilled, exit code 137`; undefined: it did not end, or ended well. */
function endOf(terminated: JsonObject): string | undefined {
  const code = numberAt(terminated, 'exitCode')
  if (code === undefined || code === 0) return undefined
  const reason = textAt(terminated, 'reason')
  return reason === '' || reason === 'Error' ? `exit code ${code}` : `${reason}, exit code ${code}`
}

function podReason(pod: JsonObject, containers: readonly JsonObject[]): Reason | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (textAt(scheduled, 'status') === 'False') {
    const reason = textAt(scheduled, 'reason') || 'Unschedulable'
    return { rank: 3, text: `${reason}${inBrackets(textAt(scheduled, 'message'))}` }
  }
  if (textAt(pod, 'status', 'phase') === 'Failed') {
    const reason = textAt(pod, 'status', 'reason') || 'Failed'
    return { rank: 2, text: `${reason}${inBrackets(textAt(pod, 'status', 'message'))}` }
  }
  const unready = containers
    .filter((each) => each['ready'] === false && textAt(each, 'state', 'running', 'startedAt') !== '')
    .map((each) => textAt(each, 'name'))
  if (unready.length === 0) return undefined
  return { rank: 4, text: `running but not ready (${unready.join(', ')})` }
}

function conditionOf(pod: JsonObject, type: string): Json | undefined {
  return listAt(pod, 'status', 'conditions').find((condition) => textAt(condition, 'type') === type)
}

function said(message: string): string {
  return message === '' ? '' : `: ${message.slice(0, longestMessage)}`
}

function inBrackets(message: string): string {
  return message === '' ? '' : ` (${message.slice(0, longestMessage)})`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
