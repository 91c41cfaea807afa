import { execa } from 'execa'

import { GitError, GitTimeoutError } from '../git-error.ts'

export interface GitRun {
  /** Repository to run in; undefined for commands that need none. */
  readonly repository: string | undefined
  readonly args: readonly string[]
  readonly input?: string | Uint8Array
  /** Exit codes that are an answer; others throw. */
  readonly answers?: readonly number[]
  /** It talks to a remote, and is stopped when that takes longer than `networkLimit`. */
  readonly network?: boolean
}

/** Milliseconds that one exchange with a remote may take: a first fetch of a large fleet repository takes minutes. */
export const networkLimit = 15 * 60_000

/** A transfer of less than 1,000 bytes a second for a minute is given up (git-config(1), http.lowSpeedLimit). */
const stalledTransfers = { GIT_HTTP_LOW_SPEED_LIMIT: '1000', GIT_HTTP_LOW_SPEED_TIME: '60' }

export interface GitResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** The caller's environment, but English, without prompts, and with paths taken as they are written. */
export const gitEnvironment = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  ...stalledTransfers,
}

/** Runs git once, without a shell. Throws `GitError` for exit codes that are no answer. */
export async function runGit({
  repository,
  args,
  input,
  answers = [0],
  network = false,
}: GitRun): Promise<GitResult> {
  const where = repository === undefined ? [] : ['--git-dir', repository]
  const result = await execa('git', [...where, ...args], {
    env: gitEnvironment,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: maxOutput,
    ...(network ? { timeout: networkLimit } : {}),
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  })
  const { exitCode, stdout, stderr } = result
  if (result.timedOut) throw new GitTimeoutError(withoutCredentials(`git ${args.join(' ')}`), networkLimit)
  if (exitCode !== undefined && answers.includes(exitCode)) return { exitCode, stdout, stderr }
  throw gitFailure(args, exitCode, stderr, result.cause)
}

/** Runs git once and hands on its NUL-terminated records as they come, so that a long output is never held whole. */
export async function readRecords(
  { repository, args }: { readonly repository: string; readonly args: readonly string[] },
  onRecord: (record: string) => void,
): Promise<void> {
  const subprocess = execa('git', ['--git-dir', repository, ...args], {
    env: gitEnvironment,
    reject: false,
    buffer: { stdout: false },
    stdin: 'ignore',
  })
  let rest = ''
  for await (const chunk of subprocess.stdout.setEncoding('utf8')) {
    const records = `${rest}${chunk}`.split('\0')
    rest = records.pop() ?? ''
    for (const record of records) onRecord(record)
  }
  const { exitCode, stderr, cause } = await subprocess
  if (exitCode !== 0) throw gitFailure(args, exitCode, stderr, cause)
}

/** The differences of two commits of 5 million files take about 1 GB. */
const maxOutput = 1_000_000_000

/** What remained of a command that failed, as an error that says whether it is worth another try. */
export function gitFailure(
  args: readonly string[],
  exitCode: number | undefined,
  output: string,
  cause?: unknown,
): GitError {
  const stderr = withoutCredentials(output)
  const command = withoutCredentials(`git ${args.join(' ')}`)
  const story =
    stderr.trim() ||
    (exitCode === undefined ? 'it was killed or could not start' : `it ended with ${exitCode}`)
  const retryable = exitCode === undefined || passing.some((pattern) => pattern.test(stderr))
  return new GitError(`git ${args.find((arg) => !arg.startsWith('-')) ?? ''} failed: ${story}`, {
    command,
    exitCode,
    stderr,
    retryable,
    cause,
  })
}

/** A URL in git's arguments and messages may carry credentials. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/:\/\/[^@/\s]+@/g, '://')
}

/** Git's own words for what passes by itself: the network, a busy server, a lock that another command holds. */
const passing: readonly RegExp[] = [
  /could not resolve host|connection (timed out|refused|reset)|operation timed out|network is unreachable/i,
  /the remote end hung up|early eof|rpc failed|unexpected disconnect|couldn't connect|failed to connect/i,
  /requested URL returned error: (429|5\d\d)/i,
  /unable to create '.*\.lock': file exists|cannot lock ref|unable to lock|could not lock config/i,
]
