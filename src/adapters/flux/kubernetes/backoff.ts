/** Pauses that double from attempt to attempt, with jitter so that clusters do not come back in step. */
export interface Backoff {
  /** Milliseconds until the next attempt. */
  next(): number
  /** How many attempts failed since the last success. */
  readonly failures: number
  succeeded(): void
}

const first = 500
const longest = 60_000

/** `random`: from 0 to 1. */
export function createBackoff(random: () => number): Backoff {
  let failures = 0
  return {
    get failures() {
      return failures
    },
    next() {
      const pause = Math.min(longest, first * 2 ** Math.min(failures, 10))
      failures += 1
      return pause * (0.5 + random() / 2)
    },
    succeeded() {
      failures = 0
    },
  }
}
