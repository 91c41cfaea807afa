import { setTimeout as sleep } from 'node:timers/promises'

export interface Patience {
  /** What is waited for, for the message when it never comes. */
  readonly what: string
  readonly seconds: number
  readonly everyMilliseconds?: number
}

/**
 * The first value that `look` tells; undefined: not yet, and so is an error, as servers come and go. Throws what was
 * waited for, and the last error, when patience ends.
 */
export async function eventually<Value>(
  { what, seconds, everyMilliseconds = 100 }: Patience,
  look: () => Promise<Value | undefined>,
): Promise<Value> {
  const until = performance.now() + seconds * 1000
  let failure: unknown
  while (performance.now() < until) {
    try {
      const value = await look()
      if (value !== undefined) return value
      failure = undefined
    } catch (error) {
      if (error instanceof Hopeless) throw error
      failure = error
    }
    await sleep(everyMilliseconds)
  }
  throw new Error(`waited ${seconds} s in vain: ${what}`, { cause: failure })
}

/** Ends waiting at once: what was waited for can not come any more. */
export class Hopeless extends Error {
  override readonly name = 'Hopeless'
}
