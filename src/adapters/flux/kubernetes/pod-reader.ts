import type { JsonObject } from '../../../core/domain/cluster.ts'
import type { Instant } from '../../../core/domain/time.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { isObject, listAt } from './json.ts'
import { releasesOf, workloadsOf } from './placement-facts.ts'
import { podsReason } from './pod-reason.ts'
import type { HelmReleaseRecord, KeptWorkload, KustomizationRecord, WorkloadKey } from './records.ts'

export interface PodReaderDeps {
  readonly objects: ClusterObjects
  readonly read: (path: string) => Promise<JsonObject>
  readonly now: () => Instant
}

/** Reads why pods are not ready, once it is worth a request. */
export interface PodReader {
  readDue(): Promise<void>
}

/** A workload that scales or restarts one pod is back before that, in seconds. */
const settle = 5
/** Of one workload's pods; what stops one stops the others. */
const mostPods = 20
/** Pods that have no reason yet are read that often, each time after twice as long. */
const mostReads = 3

/**
 * Pods are read for evidence alone, so seldom: of a workload that is still not current when half of the time is over that
 * Flux gives the release, or where the release failed or was ready before; then not again, unless they told nothing.
 */
export function createPodReader({ objects, read, now }: PodReaderDeps): PodReader {
  const reads = new Map<WorkloadKey, { readonly of: string; readonly count: number; readonly at: Instant }>()

  const isDue = (
    key: WorkloadKey,
    { uid, generation, reason, current, since }: KeptWorkload,
    wait: number,
  ): boolean => {
    if (current || reason !== undefined) return false
    const before = reads.get(key)
    if (before?.of !== `${uid}/${generation}`) return now() >= since + wait
    return before.count < mostReads && now() >= before.at + wait * 2 ** before.count
  }
  const readOne = async (key: WorkloadKey, { uid, generation, pods }: KeptWorkload): Promise<void> => {
    const of = `${uid}/${generation}`
    const before = reads.get(key)
    reads.set(key, { of, count: before?.of === of ? before.count + 1 : 1, at: now() })
    const namespace = key.split('/')[1] ?? ''
    const query = `limit=${mostPods}&labelSelector=${encodeURIComponent(pods ?? '')}`
    const list = await read(`/api/v1/namespaces/${namespace}/pods?${query}`)
    const reason = podsReason(listAt(list, 'items').filter(isObject))
    const live = objects.workloads.get(key)
    if (reason !== undefined && live?.uid === uid && !live.current) objects.setReason(key, reason)
  }
  return {
    async readDue() {
      if (![...objects.workloads.values()].some(({ current }) => !current)) {
        reads.clear()
        return
      }
      for (const { key, record } of releasesOf(objects)) {
        for (const workload of workloadsOf(objects, key)) {
          const kept = objects.workloads.get(workload)
          // No selector, no pods that could be told from others.
          if (!kept?.pods || !isDue(workload, kept, patienceWith(record))) continue
          await readOne(workload, kept)
        }
      }
    },
  }
}

/** Seconds that a workload may take before its pods are looked at. */
function patienceWith({ conditions, generation, timeout }: HelmReleaseRecord | KustomizationRecord): number {
  const ready = conditions.find(({ type }) => type === 'Ready')
  const isOver = ready?.observedGeneration === generation && ready.status !== 'Unknown'
  return isOver ? settle : Math.max(settle, timeout / 2)
}
