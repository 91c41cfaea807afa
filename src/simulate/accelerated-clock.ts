import { sleepMilliseconds } from '../controller/clock.ts'
import type { Clock } from '../controller/clock.ts'
import type { Instant } from '../core/domain/time.ts'

export interface AcceleratedClock extends Clock {
  /** From now on runs as fast as it was made to: until then it stands still but for sleeps, which take no real time. */
  slowDown(): void
}

/**
 * A clock that runs `speed` times as fast as the real one, from `start`. A process that stops pauses it: the next one
 * starts it again where it was saved. With `skips` it first goes from sleep to sleep without waiting for any.
 */
export function createAcceleratedClock(settings: {
  readonly start: Instant
  readonly speed: number
  readonly skips?: boolean
}): AcceleratedClock {
  const { speed } = settings
  let { start, skips = false } = settings
  let startedAt = performance.now()
  return {
    now: () => (skips ? start : start + Math.floor(((performance.now() - startedAt) * speed) / 1000)),
    async sleep(seconds, signal) {
      if (!skips) return sleepMilliseconds((seconds * 1000) / speed, signal)
      start += Math.ceil(seconds)
      // Whoever waits for input or output has a turn.
      return new Promise((resolve) => setImmediate(resolve))
    },
    slowDown() {
      if (!skips) return
      skips = false
      startedAt = performance.now()
    },
  }
}
