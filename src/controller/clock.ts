import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Instant, Seconds } from '../core/domain/time.ts'

/** The only source of time of the controller. */
export interface Clock {
  now(): Instant
  /** Resolves after `seconds`, or as soon as `signal` is aborted: an abort is an expected outcome. */
  sleep(seconds: Seconds, signal?: AbortSignal): Promise<void>
}

/** Node fires a timer above 2^31-1 milliseconds at once, so long sleeps are taken in pieces. */
const longestTimer = 2 ** 31 - 1

/** Sleeps in real time; an abort ends it early without an error. */
export async function sleepMilliseconds(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal?.aborted === true) return
  const piece = Math.min(milliseconds, longestTimer)
  await sleepFor(piece, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    if (signal?.aborted !== true) throw error
  })
  await sleepMilliseconds(milliseconds - piece, signal)
}
