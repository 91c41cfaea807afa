import { type Share, shareOf } from '../domain/share.ts'
import type { Instant, Seconds } from '../domain/time.ts'
import { clustersOf } from './gates.ts'
import type { Gate } from './service-plan.ts'

/** A time in which so many clusters were out of contact that nothing could be concluded from reports, or from their lack. */
export interface Blackout {
  /** The last sign of life of the first cluster that fell silent. */
  readonly from: Instant
  /** When enough of them were back; absent: it goes on. */
  readonly until?: Instant
  /** How many are, or were at its end, out of contact. */
  readonly clusters: number
}

/** Who reports, by cluster ordinal. */
export interface Reporters {
  /** Last sign of life; 0: none ever. */
  readonly contactAt: Uint32Array
  readonly silent: Uint8Array
  /** Whether a cluster's silence says anything: it is in the catalog and the fleet, and no Cordon is on it. */
  counts(cluster: number): boolean
}

/** Fewer clusters than these are never a blackout, however small the fleet is. */
const fewest = 3

/** Blackouts that ended matter while a deadline may have run through them. */
const kept = 10

/**
 * The blackouts until now, oldest first, `known` being those of a moment ago. Everything follows from contact times: a
 * blackout begins where at least three clusters, and `share` of those in contact then, gave their last sign of life
 * within `silentAfter` of each other, and goes on while as many that fell silent since are still out of contact. Another
 * process that has the same contact times finds the same beginning.
 */
export function followBlackouts(
  known: readonly Blackout[],
  reporters: Reporters,
  { share, silentAfter }: { readonly share: Share; readonly silentAfter: Seconds },
  now: Instant,
): readonly Blackout[] {
  const { heard, missing } = timesOf(reporters)
  const last = known.at(-1)
  const since = (times: readonly Instant[], from: Instant): number => times.filter((at) => at >= from).length
  if (last && last.until === undefined) {
    const gone = since(missing, last.from)
    const next = isBlackout(gone, since(heard, last.from), share)
      ? { from: last.from, clusters: gone }
      : { ...last, until: now }
    const isSame = next.clusters === last.clusters && !('until' in next)
    return isSame ? known : [...known.slice(0, -1), next]
  }
  const from = missing.find((first) => {
    const together = missing.filter((at) => at >= first && at <= first + silentAfter).length
    return isBlackout(together, since(heard, first), share)
  })
  if (from === undefined) return known
  return [...known.slice(1 - kept), { from, clusters: since(missing, from) }]
}

/** Last signs of life, ascending: of all clusters ever heard of, and of those that are silent now. */
function timesOf({ contactAt, silent, counts }: Reporters): {
  readonly heard: readonly Instant[]
  readonly missing: readonly Instant[]
} {
  const heard: Instant[] = []
  const missing: Instant[] = []
  for (const [cluster, at] of contactAt.entries()) {
    if (at === 0 || !counts(cluster)) continue
    heard.push(at)
    if (silent[cluster]) missing.push(at)
  }
  return { heard, missing: missing.toSorted((a, b) => a - b) }
}

function isBlackout(missing: number, inContact: number, share: Share): boolean {
  const limit = share.kind === 'count' ? share.count : Math.max(1, shareOf(share, inContact))
  return missing >= Math.max(fewest, limit)
}

/** The blackout that goes on; undefined: none. */
export function presentBlackout(blackouts: readonly Blackout[] = []): Blackout | undefined {
  const last = blackouts.at(-1)
  return last?.until === undefined ? last : undefined
}

/** When `length` has passed since `start` on a clock that stands still in blackouts; Infinity: not before the present one ends. */
export function clockAfter(start: Instant, length: Seconds, blackouts: readonly Blackout[] = []): Instant {
  let due = start + length
  for (const { from, until } of blackouts) {
    if (until === undefined) return Infinity
    if (until > start && from < due) due += until - Math.max(from, start)
  }
  return due
}

/** Shuts every forward step while a blackout goes on. */
export function blackoutGates(blackouts: readonly Blackout[] | undefined): readonly Gate[] {
  const blackout = presentBlackout(blackouts)
  if (!blackout) return []
  return [
    {
      gate: 'blackout',
      state: 'shut',
      reason: `${clustersOf(blackout.clusters)} fell silent at once: nothing is concluded from reports, or from their lack`,
      since: blackout.from,
      opensWhen: 'enough of them report again, or are cordoned, or leave the catalog',
      opensAt: undefined,
    },
  ]
}
