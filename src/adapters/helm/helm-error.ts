/** What helm did when it did not do what was asked. Stderr is helm's own. */
export interface HelmFailure {
  /** `helm template`, without arguments, as those hold paths of this machine. */
  readonly command: string
  /** Undefined: helm did not end by itself, or did not start. */
  readonly exitCode: number | undefined
  readonly stderr: string
  readonly kind: HelmErrorKind
  /** Default: what helps against errors of this kind. */
  readonly remedy?: string
  readonly cause?: unknown
}

/**
 * `notFound`: there is no helm, or no such chart. `timeout`: it took too long. `invalid`: helm refuses chart or
 * values. `network`: a registry could not be reached. `tooLarge`: more output than was allowed.
 */
export type HelmErrorKind = 'notFound' | 'timeout' | 'invalid' | 'network' | 'tooLarge'

const remedies: Readonly<Record<HelmErrorKind, string>> = {
  notFound: 'check that the path is the one of helm',
  timeout: 'try again',
  invalid: 'check the chart, and that the program is helm',
  network: 'try again',
  tooLarge: 'check the chart',
}

export class HelmError extends Error {
  readonly command: string
  readonly exitCode: number | undefined
  readonly stderr: string
  readonly kind: HelmErrorKind
  /** True: the same call may succeed later. */
  readonly retryable: boolean
  readonly remedy: string

  constructor(message: string, failure: HelmFailure) {
    super(message, { cause: failure.cause })
    this.name = 'HelmError'
    this.command = failure.command
    this.exitCode = failure.exitCode
    this.stderr = failure.stderr
    this.kind = failure.kind
    this.retryable = failure.kind === 'timeout' || failure.kind === 'network'
    this.remedy = failure.remedy ?? remedies[failure.kind]
  }
}
