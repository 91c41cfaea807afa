import { type DesiredColumns, type ObservedColumns, PlacementState } from '../domain/placement.ts'
import type { Instant, Seconds } from '../domain/time.ts'
import { type Blackout, clockAfter, presentBlackout } from './blackout.ts'
import { Staleness } from './staleness.ts'
import type { Tally } from './service-plan.ts'

/** The placements of one group at one moment, counted in one pass. No rule looks at a column itself. */
export interface GroupTally extends Tally {
  /** Ordinals that failed and still are on the release, in wave order. */
  readonly failing: readonly number[]
  /** Ordinals that are not on the release, can be moved and are not set apart, in wave order. */
  readonly movable: readonly number[]
  /** Not on the release and passed over: silent, cordoned, not bootstrapped yet, or set apart as failed. */
  readonly passedOver: number
  /** Placements that use up quota: the moved ones, and those on the release that do not count. */
  readonly taken: number
  /** Moved but of no account: skipped, or cordoned and not healthy. */
  readonly excused: number
  /** Excused because they are no targets of the group any more. */
  readonly departed: number
  /** Passed over only because an order or an error of the catalog keeps waves from them. */
  readonly keptOut: number
  /** Ordinals that only a requirement keeps from the release: no part of the rollout's total until it is met. */
  readonly barred: readonly number[]
  /** On the release with an old file, whose new one was rejected. */
  readonly refused: number
  /** Ordinals of the placements that count as sick. */
  readonly sickening: readonly number[]
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
  /** Clusters that the running attempt moved and that are no targets of the group any more. */
  readonly departed?: number
  /** By ordinal: `Staleness` of the files of the release. */
  readonly stale?: Uint8Array
  /** By ordinal: 1 when it failed in this attempt and went back, 2 in an earlier one, whose budget it spent. */
  readonly setApart: Uint8Array
  readonly silent: Uint8Array
  /** Times in which clocks stand still, oldest first; absent: none. */
  readonly blackouts?: readonly Blackout[]
  /** By ordinal: the last sign of life. What is healthy is known to be so until then. */
  readonly contactAt: Uint32Array
  readonly bootstrapped: Uint8Array
  /** By ordinal: 1 when a Cordon keeps waves from it, and what it reports from being a failure. */
  readonly cordoned: Uint8Array
  /** By ordinal: 1 when it is pinned to another version. */
  readonly pinnedElsewhere: Uint8Array
  /** By ordinal: why errors of the catalog keep waves of this service from it. */
  readonly frozenOn?: ReadonlyMap<number, string> | undefined
  /** By ordinal: 1 when it is left out of this release's waves and counts. */
  readonly skipped: Uint8Array
  /** By ordinal: 1 when moving it would break a requirement. */
  readonly barred: Uint8Array
  /** By ordinal: before this moment failures are void, and its deadline runs from it; 0: none. */
  readonly retriedAt: Uint32Array
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
  const counting = emptyCounting()
  for (const cluster of input.targets) {
    const file = input.desired.file[cluster] ?? 0
    if (input.skipped[cluster]) {
      counting.skipped++
      if (isMoved(input, cluster) || isSetApart(input, cluster)) counting.excused++
      continue
    }
    if (isMoved(input, cluster)) countMoved(input, cluster, counting)
    else if (isSetApart(input, cluster)) counting.returned++
    else if (input.onRelease[file] && !isStale(input, cluster)) counting.refused += isRefused(input, cluster)
    else if (input.setApart[cluster]) counting.passedOver++
    else if (!input.ahead[file]) countLeft(input, cluster, counting)
  }
  // What left the group still uses up quota, so that another one takes its place.
  counting.excused += input.departed ?? 0
  const { soaked, soaking, failed, silent, pending, returned, excused, passedOver, keptOut } = counting
  const moved = soaked + soaking + failed + silent + pending + returned
  return {
    targets: input.targets.length - counting.skipped,
    moved,
    healthy: soaked + soaking,
    soaked,
    failed: failed + returned,
    silent,
    sick: 0,
    pending,
    failing: counting.failing,
    movable: counting.movable,
    barred: counting.barred,
    refused: counting.refused,
    sickening: [],
    passedOver: passedOver + keptOut + returned,
    taken: moved + excused,
    excused,
    departed: input.departed ?? 0,
    keptOut,
    soakEnds: soaking > 0 ? counting.soakEnds : undefined,
    changesAt: counting.changesAt,
    waiting: counting.waiting,
  }
}

/** On the release, brought there by the running attempt. */
function isMoved({ desired, onRelease, movedByAttempt }: TallyInput, cluster: number): boolean {
  return onRelease[desired.file[cluster] ?? 0] === 1 && movedByAttempt[cluster] === 1
}

function isStale({ stale }: TallyInput, cluster: number): boolean {
  return stale?.[cluster] === Staleness.stale
}

function isRefused({ stale }: TallyInput, cluster: number): number {
  return stale?.[cluster] === Staleness.refused ? 1 : 0
}

/** Failed in this attempt and went back; a refresh leaves it on the release, with its old file. */
function isSetApart({ desired, onRelease, setApart, stale }: TallyInput, cluster: number): boolean {
  const isBack = !onRelease[desired.file[cluster] ?? 0] || (stale?.[cluster] ?? Staleness.none) > 0
  return setApart[cluster] === 1 && isBack
}

interface Counting {
  soaked: number
  soaking: number
  failed: number
  silent: number
  pending: number
  returned: number
  excused: number
  passedOver: number
  keptOut: number
  skipped: number
  refused: number
  soakEnds: Instant
  changesAt: Instant
  readonly failing: number[]
  readonly movable: number[]
  readonly barred: number[]
  readonly waiting: number[]
}

function emptyCounting(): Counting {
  const numbers = { soaked: 0, soaking: 0, failed: 0, silent: 0, pending: 0, returned: 0, excused: 0 }
  const left = { passedOver: 0, keptOut: 0, skipped: 0, refused: 0, soakEnds: 0, changesAt: Infinity }
  return { ...numbers, ...left, failing: [], movable: [], barred: [], waiting: [] }
}

/** A placement that the running attempt moved. */
function countMoved(input: TallyInput, cluster: number, counting: Counting): void {
  const { counts: kind, until } = judge(input, cluster)
  const isExcused = input.cordoned[cluster] && kind !== 'soaked' && kind !== 'soaking'
  if (isExcused) counting.excused++
  else {
    counting[kind]++
    if (kind === 'failed') counting.failing.push(cluster)
    if (kind === 'soaking') counting.soakEnds = Math.max(counting.soakEnds, until)
    const isWaiting = kind === 'pending' || kind === 'silent'
    if (isWaiting && counting.waiting.length < waitingShown) counting.waiting.push(cluster)
  }
  // A pending placement without account changes nothing when it fails.
  const changes = until > input.now && !(isExcused && kind === 'pending')
  if (changes) counting.changesAt = Math.min(counting.changesAt, until)
}

/** A placement that is not on the release. */
function countLeft(
  { silent, bootstrapped, cordoned, frozenOn, pinnedElsewhere, barred }: TallyInput,
  cluster: number,
  counting: Counting,
): void {
  if (silent[cluster] || !bootstrapped[cluster]) counting.passedOver++
  else if (cordoned[cluster] || pinnedElsewhere[cluster] || frozenOn?.has(cluster)) counting.keptOut++
  else if (barred[cluster]) counting.barred.push(cluster)
  else counting.movable.push(cluster)
}

/**
 * Silence never makes a placement healthy or failed. Failed is what reported so, what was not healthy by the
 * deadline after its generation was observed, and what flapped so long that it had not soaked by deadline + 2 × soak.
 * An order to retry starts the deadline again.
 */
function judge(input: TallyInput, cluster: number): Judgement {
  const { observed, silent, deadline, now } = input
  const state = observed.state[cluster] ?? PlacementState.unknown
  const since = observed.since[cluster] ?? 0
  const retriedAt = input.retriedAt[cluster] ?? 0
  const observedAt = Math.max(observed.observedAt[cluster] ?? 0, retriedAt)
  const isRetried = state === PlacementState.failed && since < retriedAt
  if (state === PlacementState.failed && !isRetried) return judgeFailed(input, cluster, since)
  if (silent[cluster]) return { counts: 'silent', until: Infinity }
  if (state === PlacementState.healthy) return judgeSoak(input, cluster, since, observedAt)
  if (state === PlacementState.observed || state === PlacementState.progressing || isRetried) {
    const due = clockAfter(observedAt, deadline, input.blackouts)
    return due <= now ? { counts: 'failed', until: Infinity } : { counts: 'pending', until: due }
  }
  return { counts: 'pending', until: Infinity }
}

/** What was reported before a blackout has to wait for its end, as all that time decides. */
function judgeFailed({ blackouts, silent }: TallyInput, cluster: number, reportedAt: Instant): Judgement {
  const isFromBefore = reportedAt < (presentBlackout(blackouts)?.from ?? 0)
  const waiting = silent[cluster] ? 'silent' : 'pending'
  return { counts: isFromBefore ? waiting : 'failed', until: Infinity }
}

function judgeSoak(input: TallyInput, cluster: number, since: Instant, observedAt: Instant): Judgement {
  const { contactAt, soak, deadline, now } = input
  const soaked = since + soak
  if (soaked <= (contactAt[cluster] ?? 0)) return { counts: 'soaked', until: Infinity }
  // The soak is over, but the cluster has not been heard of since: its next report decides.
  if (soaked <= now) return { counts: 'soaking', until: now + 1 }
  const flapped = clockAfter(observedAt, deadline + 2 * soak, input.blackouts)
  return flapped <= now
    ? { counts: 'failed', until: soaked }
    : { counts: 'soaking', until: Math.min(soaked, flapped) }
}
