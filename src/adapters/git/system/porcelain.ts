import { simpleGit, GitError as SimpleGitError } from 'simple-git'
import type { SimpleGit } from 'simple-git'

import { GitTimeoutError, refused } from '../git-error.ts'
import { permissionsFor } from './porcelain-permissions.ts'
import { gitEnvironment, gitFailure, networkLimit, withoutCredentials } from './run-git.ts'

interface Ending {
  readonly exitCode: number
  readonly stderr: string
}

/**
 * Runs a command that people type as well (init, config, fetch, version) through simple-git, in the environment that
 * `runGit` gives. `repository`: the folder to run in; undefined for commands that need none. Throws `GitError`.
 */
export async function runPorcelain<Answer>(
  repository: string | undefined,
  command: (git: SimpleGit) => PromiseLike<Answer>,
  limitMilliseconds = networkLimit,
): Promise<Answer> {
  // Named outright, as `--git-dir` does: an inherited GIT_DIR must not lead a command to another repository.
  const where = repository === undefined ? {} : { GIT_DIR: repository }
  const env = { ...process.env, ...gitEnvironment, ...where }
  const endings: Ending[] = []
  const ending = new AbortController()
  const stop = (): void => ending.abort()
  const git = simpleGit({
    ...permissionsFor(env),
    abort: ending.signal,
    completion: { onClose: true, onExit: false },
    // simple-git takes a killed git, and one that fails without a word, for a success.
    errors(error, { exitCode, stdErr }) {
      if (exitCode === 0) return error
      endings.push({ exitCode, stderr: Buffer.concat(stdErr).toString() })
      return new Error('git failed')
    },
  })
    .env(env)
    .outputHandler(endSilence)
  process.once('exit', stop)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    stop()
  }, limitMilliseconds)
  try {
    return await command(git)
  } catch (error) {
    if (isLate) throw new GitTimeoutError(commandOf(error), limitMilliseconds)
    throw porcelainFailure(error, endings.at(-1))
  } finally {
    clearTimeout(timer)
    process.off('exit', stop)
  }
}

/** simple-git waits 50 ms more for a command that printed nothing, though its streams are closed by then. */
function endSilence(_binary: string, stdout: NodeJS.ReadableStream): void {
  queueMicrotask(() => stdout.emit('data', Buffer.alloc(0)))
}

function commandOf(error: unknown): string {
  const args = error instanceof SimpleGitError ? (error.task?.commands ?? []) : []
  return withoutCredentials(`git ${args.join(' ')}`)
}

/** The error of simple-git is not kept as the cause: it holds the arguments, and a URL among them its credentials. */
function porcelainFailure(error: unknown, ending: Ending | undefined): unknown {
  if (!(error instanceof SimpleGitError)) return error
  const args = error.task?.commands ?? []
  if (ending === undefined)
    return refused(withoutCredentials(`git ${args.join(' ')}`), withoutCredentials(error.message))
  const { exitCode, stderr } = ending
  // Below zero, git could not start; null, it was killed.
  return gitFailure(args, exitCode > 0 ? exitCode : undefined, exitCode < 0 ? '' : stderr)
}
