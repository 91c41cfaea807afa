import { Cron } from 'croner'
import type { Freeze, FreezeSchedule } from '../domain/directive.ts'
import { formatInstant, type Instant } from '../domain/time.ts'

/** Where a moment lies in the windows of a Freeze. */
export interface WindowState {
  readonly isOpen: boolean
  /** When the present window, or the present time between two windows, began; undefined: it always was so. */
  readonly since: Instant | undefined
  /** When that changes by time alone; undefined: never. */
  readonly until: Instant | undefined
}

/** An order that shuts at some moment, since when, and when it opens by itself. */
export interface Shutting {
  readonly freeze: Freeze
  readonly since: Instant | undefined
  readonly opensAt: Instant | undefined
}

/**
 * Which of the orders in one scope shut at a moment: each `deny` within its window, and of those that `allow` the one
 * that opens first, while none of them is open.
 */
export function shuttingAt(freezes: readonly Freeze[], now: Instant): readonly Shutting[] {
  const states = freezes.map((freeze) => ({ freeze, state: windowAt(freeze, now) }))
  const denying = states.filter(({ freeze, state }) => freeze.mode === 'deny' && state.isOpen)
  const allowing = states.filter(({ freeze }) => freeze.mode === 'allow')
  const [next] = allowing.some(({ state }) => state.isOpen)
    ? []
    : allowing.toSorted((a, b) => (a.state.until ?? Infinity) - (b.state.until ?? Infinity))
  return [...denying, ...(next ? [next] : [])].map(({ freeze, state }) => ({
    freeze,
    since: state.since,
    opensAt: state.until,
  }))
}

/** When the windows of an order next begin or end; Infinity: never by time alone. */
export function windowChangesAt(freeze: Freeze, now: Instant): Instant {
  return windowAt(freeze, now).until ?? Infinity
}

/** Where `now` lies in an order's windows. One whose schedule can not be read freezes, whatever its mode. */
export function windowAt(freeze: Freeze, now: Instant): WindowState {
  const known = lastStates.get(freeze)
  if (known && (known.since ?? now) <= now && now < (known.until ?? Infinity)) return known
  const state = freeze.schedule ? scheduledAt(freeze, freeze.schedule, now) : plainAt(freeze, now)
  lastStates.set(freeze, state)
  return state
}

/** The answer stays right for a while, and every plan asks: evaluating a schedule takes about 0.2 ms. */
const lastStates = new WeakMap<Freeze, WindowState>()

/** Why a schedule can not be used; undefined: it can. */
export function scheduleProblem(
  schedule: FreezeSchedule,
): { readonly field: 'cron' | 'timeZone'; readonly message: string } | undefined {
  if (cronOf({ ...schedule, cron: '0 0 * * *' }) === undefined)
    return { field: 'timeZone', message: `there is no time zone ${schedule.timeZone}` }
  const cron = cronOf(schedule)
  if (cron === undefined) return { field: 'cron', message: `"${schedule.cron}" is no cron expression` }
  return cron.nextRun(formatInstant(anyMoment)) === null
    ? { field: 'cron', message: `"${schedule.cron}" never comes` }
    : undefined
}

const anyMoment = 1_700_000_000

function plainAt({ from = -Infinity, until = Infinity }: Freeze, now: Instant): WindowState {
  if (now < from) return { isOpen: false, since: undefined, until: from }
  if (now >= until) return { isOpen: false, since: until, until: undefined }
  return { isOpen: true, since: finite(from), until: finite(until) }
}

function scheduledAt(freeze: Freeze, schedule: FreezeSchedule, now: Instant): WindowState {
  const cron = cronOf(schedule)
  const bounds = plainAt(freeze, now)
  if (cron === undefined) return { isOpen: freeze.mode === 'deny', since: undefined, until: undefined }
  if (!bounds.isOpen) {
    const begins = bounds.until === undefined ? undefined : firstFrom(cron, schedule, bounds.until)
    return { ...bounds, until: withinBounds(begins, freeze.until) }
  }
  const start = startBefore(cron, now)
  const isOpen = start !== undefined && now < start + schedule.duration
  const ended = start === undefined ? undefined : start + schedule.duration
  const since = isOpen ? start : ended
  return {
    isOpen,
    since: since === undefined ? bounds.since : Math.max(since, bounds.since ?? since),
    until: isOpen
      ? Math.min(endOf(cron, schedule, start), bounds.until ?? Infinity)
      : withinBounds(startAfter(cron, now), bounds.until),
  }
}

/** The first moment at or after `from` that lies in a window: one may have begun before. */
function firstFrom(cron: Cron, { duration }: FreezeSchedule, from: Instant): Instant | undefined {
  const running = startBefore(cron, from)
  return running !== undefined && from < running + duration ? from : startAfter(cron, from)
}

/** A window that would begin after the order is over never begins. */
function withinBounds(begins: Instant | undefined, over: Instant | undefined): Instant | undefined {
  return begins !== undefined && begins < (over ?? Infinity) ? begins : undefined
}

/** Windows that touch or overlap are one; of endless ones some is enough, as the question is asked again then. */
const windowsJoined = 60

function endOf(cron: Cron, { duration }: FreezeSchedule, start: Instant): Instant {
  let end = start + duration
  for (let joined = 0; joined < windowsJoined; joined++) {
    const next = startAfter(cron, end - duration)
    if (next === undefined || next > end) return end
    end = next + duration
  }
  return end
}

/** The last start at or before a moment. */
function startBefore(cron: Cron, at: Instant): Instant | undefined {
  return secondsOf(cron.previousRuns(1, formatInstant(at + 1))[0])
}

/** The first start after a moment. */
function startAfter(cron: Cron, at: Instant): Instant | undefined {
  return secondsOf(cron.nextRun(formatInstant(at)))
}

function secondsOf(run: { getTime(): number } | null | undefined): Instant | undefined {
  return run ? Math.floor(run.getTime() / 1000) : undefined
}

function finite(instant: Instant): Instant | undefined {
  return Number.isFinite(instant) ? instant : undefined
}

/** Undefined: the expression or the time zone can not be read. Never given a function, so that it sets no timer. */
function cronOf({ cron, timeZone }: FreezeSchedule): Cron | undefined {
  try {
    const compiled = new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true })
    // Only a question makes it look at the time zone.
    compiled.nextRun(formatInstant(anyMoment))
    return compiled
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined
    throw error
  }
}
