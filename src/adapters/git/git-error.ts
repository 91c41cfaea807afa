/** What a git command did when it did not do what was asked. Stderr is git's own, in English. */
export interface GitFailure {
  readonly command: string
  /** Undefined: the command did not end by itself, or no process ran. */
  readonly exitCode: number | undefined
  readonly stderr: string
  /** True: the same call may succeed later (network, a lock, a killed process). */
  readonly retryable: boolean
  readonly cause?: unknown
}

/** Git failed in a way that is no expected outcome: transport, a missing object, a damaged repository. */
export class GitError extends Error {
  readonly command: string
  readonly exitCode: number | undefined
  readonly stderr: string
  readonly retryable: boolean

  constructor(message: string, failure: GitFailure) {
    super(message, { cause: failure.cause })
    this.name = 'GitError'
    this.command = failure.command
    this.exitCode = failure.exitCode
    this.stderr = failure.stderr
    this.retryable = failure.retryable
  }
}

/** A remote did not answer in time: git was stopped. Worth another try. */
export class GitTimeoutError extends GitError {
  constructor(command: string, limitMilliseconds: number) {
    const story = `it was stopped after ${Math.round(limitMilliseconds / 1000)} s without an end`
    super(`${command.split(' ').slice(0, 2).join(' ')} failed: ${story}`, {
      command,
      exitCode: undefined,
      stderr: '',
      retryable: true,
    })
    this.name = 'GitTimeoutError'
  }
}

/** A failure found without running git: a bad argument or an object that is not there. */
export function refused(command: string, message: string): GitError {
  return new GitError(message, { command, exitCode: undefined, stderr: '', retryable: false })
}
