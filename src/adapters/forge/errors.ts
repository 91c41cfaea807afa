import type { ForgeLimit } from './port.ts'

/**
 * What went wrong. After `unreachable` and `malformed` nobody knows whether the forge did what it was asked for: look
 * for the effect. Both pass by themselves; all others need a person.
 */
export type ForgeFault =
  | 'credentials'
  | 'permission'
  | 'notFound'
  | 'archived'
  | 'protected'
  | 'refused'
  | 'unreachable'
  | 'malformed'

export class ForgeError extends Error {
  override readonly name = 'ForgeError'
  readonly fault: ForgeFault
  /** What a person can do about it. */
  readonly remedy: string
  /** What the forge answered; absent where it did not. */
  readonly reply: { readonly status: number; readonly said: string } | undefined

  constructor(
    fault: ForgeFault,
    message: string,
    remedy: string,
    reply?: { readonly status: number; readonly said: string },
  ) {
    super(message)
    this.fault = fault
    this.remedy = remedy
    this.reply = reply
  }

  get retryable(): boolean {
    return this.fault === 'unreachable' || this.fault === 'malformed'
  }
}

/** The forge takes no more until then. Nothing was done. */
export class ForgeLimitedError extends Error {
  override readonly name = 'ForgeLimitedError'
  readonly retryable = true
  readonly limit: ForgeLimit

  constructor(limit: ForgeLimit) {
    super(`the forge takes no more until ${new Date(limit.until * 1000).toISOString()}: ${limit.reason}`)
    this.limit = limit
  }
}

/** Does something, and looks for its effect when the reply was lost. Throws what happened when it is not found. */
export async function adoptLost<Effect>(
  act: () => Promise<Effect>,
  look: () => Promise<Effect | undefined>,
): Promise<Effect> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof ForgeError && error.retryable)) throw error
    const found = await look()
    if (found === undefined) throw error
    return found
  }
}

/** A server's own words on one line without control characters, short enough for a message. */
export function quoteReply(text: string): string {
  const line = text.replaceAll(/[\s\u0000-\u001f\u007f]+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
