import type { Clock } from '../controller/clock.ts'
import type { Instant, Seconds } from '../core/domain/time.ts'

/** A clock that moves only when told. */
export interface VirtualClock extends Clock {
  /** Moves to `instant`, waking each sleeper at its own time, in order. Throws when that is in the past. */
  advanceTo(instant: Instant): Promise<void>
  advance(seconds: Seconds): Promise<void>
  /** When the next sleeper wakes; undefined: nobody sleeps. */
  nextWake(): Instant | undefined
}

interface Sleeper {
  readonly at: Instant
  readonly wake: () => void
}

export function createVirtualClock(start: Instant): VirtualClock {
  let now = start
  /** Ascending by time; equal times in order of falling asleep. */
  let sleepers: readonly Sleeper[] = []

  const sleep = async (seconds: Seconds, signal?: AbortSignal): Promise<void> => {
    if (seconds <= 0 || signal?.aborted === true) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const sleeper: Sleeper = { at: now + seconds, wake: resolve }
    const leave = () => {
      sleepers = sleepers.filter((other) => other !== sleeper)
      resolve()
    }
    sleepers = [...sleepers, sleeper].toSorted((a, b) => a.at - b.at)
    signal?.addEventListener('abort', leave, { once: true })
    await promise
    signal?.removeEventListener('abort', leave)
  }

  const advanceTo = async (instant: Instant): Promise<void> => {
    if (instant < now) throw new RangeError(`the clock is at ${now} and never goes back to ${instant}`)
    for (let next = sleepers[0]; next !== undefined && next.at <= instant; next = sleepers[0]) {
      now = next.at
      sleepers = sleepers.slice(1)
      next.wake()
      await settle()
    }
    now = instant
  }

  return {
    now: () => now,
    sleep,
    advanceTo,
    advance: (seconds) => advanceTo(now + seconds),
    nextWake: () => sleepers[0]?.at,
  }
}

/** Lets what a sleeper does next happen, so that it may fall asleep again before time moves on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
