import { sleepMilliseconds } from '../controller/clock.ts'
import type { Clock } from '../controller/clock.ts'
import type { Instant } from '../core/domain/time.ts'

/**
 * A clock that runs `speed` times as fast as the real one, from `start`. A process that stops pauses it: the
 * next one starts it again where it was saved.
 */
export function createAcceleratedClock(settings: { readonly start: Instant; readonly speed: number }): Clock {
  const { start, speed } = settings
  const startedAt = performance.now()
  return {
    now: () => start + Math.floor(((performance.now() - startedAt) * speed) / 1000),
    sleep: (seconds, signal) => sleepMilliseconds((seconds * 1000) / speed, signal),
  }
}
