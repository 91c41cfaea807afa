import { type DesiredColumns, type ObservedColumns, PlacementState } from '../domain/placement.ts'
import type { Instant, Seconds } from '../domain/time.ts'
import type { Tally } from './types.ts'

/** The placements of one group at one moment, counted in one pass. No rule looks at a column itself. */
export interface GroupTally extends Tally {
  /** Ordinals that failed and still are on the release, in wave order. */
  readonly failing: readonly number[]
  /** Ordinals that are not on the release, can be moved and are not set apart, in wave order. */
  readonly movable: readonly number[]
  /** Not on the release and passed over: silent, not bootstrapped yet, or set apart as failed. */
  readonly passedOver: number
  /** When the last of the healthy ones has soaked; undefined when none is soaking. */
  readonly soakEnds: Instant | undefined
  /** The next moment at which a count changes by time alone. */
  readonly changesAt: Instant
  /** First placements that are neither healthy nor failed, for messages. */
  readonly waiting: readonly number[]
}

export interface TallyInput {
  /** In wave order. */
  readonly targets: Uint32Array
  readonly desired: DesiredColumns
  readonly observed: ObservedColumns
  /** By index of `desired.files`: 1 when that file is of the release that moves. */
  readonly onRelease: Uint8Array
  /** By index of `desired.files`: 1 when that file is of a newer release, so that the placement never moves down. */
  readonly ahead: Uint8Array
  /** By ordinal: 1 when the running attempt moved the placement. */
  readonly movedByAttempt: Uint8Array
  /** By ordinal: 1 when it failed in this rollout and went back. */
  readonly setApart: Uint8Array
  readonly silent: Uint8Array
  readonly bootstrapped: Uint8Array
  readonly soak: Seconds
  readonly deadline: Seconds
  readonly now: Instant
}

/** How a placement on the moving release counts, and until when by time alone. */
interface Judgement {
  readonly counts: 'soaked' | 'soaking' | 'failed' | 'silent' | 'pending'
  readonly until: Instant
}

const waitingShown = 5

export function tallyPlacements(input: TallyInput): GroupTally {
  const { targets, desired, onRelease, ahead, movedByAttempt, setApart, silent, bootstrapped, now } = input
  const counts = { soaked: 0, soaking: 0, failed: 0, silent: 0, pending: 0 }
  const failing: number[] = []
  const movable: number[] = []
  const waiting: number[] = []
  let [moved, passedOver, returned, soakEnds, changesAt] = [0, 0, 0, 0, Infinity]

  for (const cluster of targets) {
    const file = desired.file[cluster] ?? 0
    if (onRelease[file]) {
      if (!movedByAttempt[cluster]) continue
      moved++
      const { counts: kind, until } = judge(input, cluster)
      counts[kind]++
      if (kind === 'failed') failing.push(cluster)
      if (kind === 'soaking') soakEnds = Math.max(soakEnds, until)
      if ((kind === 'pending' || kind === 'silent') && waiting.length < waitingShown) waiting.push(cluster)
      if (until > now) changesAt = Math.min(changesAt, until)
    } else if (setApart[cluster]) {
      moved++
      returned++
    } else if (!ahead[file]) {
      if (silent[cluster] || !bootstrapped[cluster]) passedOver++
      else movable.push(cluster)
    }
  }
  return {
    targets: targets.length,
    moved,
    healthy: counts.soaked + counts.soaking,
    soaked: counts.soaked,
    failed: counts.failed + returned,
    silent: counts.silent,
    pending: counts.pending,
    failing,
    movable,
    passedOver: passedOver + returned,
    soakEnds: counts.soaking > 0 ? soakEnds : undefined,
    changesAt,
    waiting,
  }
}

/**
 * Silence never makes a placement healthy or failed. Failed is what reported so, what was not healthy by the
 * deadline after its generation was observed, and what flapped so long that it had not soaked by deadline + 2 × soak.
 */
function judge({ observed, silent, soak, deadline, now }: TallyInput, cluster: number): Judgement {
  const state = observed.state[cluster] ?? PlacementState.unknown
  const since = observed.since[cluster] ?? 0
  const observedAt = observed.observedAt[cluster] ?? 0
  if (state === PlacementState.failed) return { counts: 'failed', until: Infinity }
  if (silent[cluster]) return { counts: 'silent', until: Infinity }
  if (state === PlacementState.healthy) {
    const soaked = since + soak
    if (soaked <= now) return { counts: 'soaked', until: Infinity }
    const flapped = observedAt + deadline + 2 * soak
    return flapped <= now
      ? { counts: 'failed', until: soaked }
      : { counts: 'soaking', until: Math.min(soaked, flapped) }
  }
  if (state === PlacementState.observed || state === PlacementState.progressing) {
    const due = observedAt + deadline
    return due <= now ? { counts: 'failed', until: Infinity } : { counts: 'pending', until: due }
  }
  return { counts: 'pending', until: Infinity }
}
