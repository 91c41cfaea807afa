import type { Seconds } from '../../../core/domain/time.ts'

/** An API server answered with something else than what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** When the server wants to be asked again; undefined: it does not say. */
  readonly retryAfter: Seconds | undefined

  constructor(status: number, message: string, retryAfter?: Seconds) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
  }

  /** The credential is not accepted, or may not read what is asked for: waiting does not mend it. */
  get isRefusal(): boolean {
    return this.status === 401 || this.status === 403
  }
}

/** An answer that is no list, no event, or larger than is borne. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError'
}
