import { createHash } from 'node:crypto'
import type { PlacementReport } from '../../../core/domain/report.ts'
import type { Instant } from '../../../core/domain/time.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { hasPlacement, placementFacts } from './placement-facts.ts'
import type { ObjectKey } from './records.ts'

/** What was reported of a cluster's placements, so that each change is reported once and each disappearance, too. */
export interface Reported {
  /** Numbers the placements that differ from what was reported; returns the last number given. */
  notice(objects: ClusterObjects, last: number, now: Instant): number
  /** Whole reports of the placements that were numbered after `after`. */
  since(after: number, objects: ClusterObjects): readonly PlacementReport[]
}

interface Entry {
  /** Of all that the report says but the time. */
  readonly digest: number
  readonly sequence: number
  readonly at: Instant
  readonly isGone: boolean
}

export function createReported(cluster: string): Reported {
  const entries = new Map<ObjectKey, Entry>()
  return {
    notice(objects, last, now) {
      let sequence = last
      const keys = new Set(objects.takeChanged())
      // A new connection knows nothing of what the one before has seen.
      for (const [key, { isGone }] of entries) if (!isGone && !hasPlacement(objects, key)) keys.add(key)
      for (const key of keys) {
        const before = entries.get(key)
        const isGone = !hasPlacement(objects, key)
        if (isGone && (before?.isGone ?? true)) continue
        const digest = digestOf(JSON.stringify(placementFacts(objects, key)))
        if (before?.digest === digest) continue
        sequence += 1
        entries.set(key, { digest, sequence, at: now, isGone })
      }
      return sequence
    },
    since(after, objects) {
      const found: PlacementReport[] = []
      for (const [key, { sequence, at }] of entries)
        if (sequence > after) found.push({ cluster, at, ...placementFacts(objects, key) })
      return found
    },
  }
}

/** 48 bits of a digest: a change is missed once in as many changes as no fleet sees. */
function digestOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6)
}
