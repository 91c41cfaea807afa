import { GitError } from '../git-error.ts'
import { runPorcelain } from './porcelain.ts'

/** Throws `GitError` when there is no git, or one too old to be relied on. */
export async function checkGitVersion(): Promise<void> {
  const { installed, major, minor, ...found } = await runPorcelain(undefined, (git) => git.version())
  if (major > 2 || (major === 2 && minor >= oldestMinor)) return
  const version = installed ? `git version ${major}.${minor}.${found.patch}` : 'none on the PATH'
  const message = `git 2.${oldestMinor} or newer is needed, found: ${version}`
  throw new GitError(message, { command: 'git --version', exitCode: 0, stderr: '', retryable: false })
}

/** 2.36 brought `cat-file --batch-command`; 2.38 is the oldest that is tested. */
const oldestMinor = 38
