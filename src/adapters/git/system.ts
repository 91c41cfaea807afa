import type { GitRepository } from './port.ts'
import { initBare } from './system/clone.ts'
import { checkGitVersion } from './system/git-version.ts'
import { removeStaleLocks } from './system/locks.ts'
import { createSystemRepository } from './system/repository.ts'
import { runGit } from './system/run-git.ts'

export { openClone } from './system/clone.ts'
export { initWorkTree } from './system/init-work-tree.ts'
export { readAuthor } from './system/identity.ts'
export { removeStaleLocks } from './system/locks.ts'
export { openWorkTree } from './system/work-tree.ts'

/** Opens a repository on disk, bare or not. Throws `GitError` when there is none or git is too old. */
export async function openRepository(path: string): Promise<GitRepository> {
  await checkGitVersion()
  const { stdout } = await runGit({
    repository: undefined,
    args: ['-C', path, 'rev-parse', '--absolute-git-dir'],
  })
  const directory = stdout.trimEnd()
  await removeStaleLocks(directory)
  return createSystemRepository(directory)
}

/** Makes a bare repository; one that exists is left as it is. `branch` is the short name of its default branch. */
export async function initRepository(
  path: string,
  { branch }: { readonly branch: string },
): Promise<GitRepository> {
  await checkGitVersion()
  await initBare(path, branch)
  return openRepository(path)
}
