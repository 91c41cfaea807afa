import { runGit } from './run-git.ts'
import type { Oid } from '../port.ts'

/**
 * Makes a repository of a folder and commits all that is in it, as its user would: with their identity, signature and
 * hooks. Nothing is left out, whatever the user ignores everywhere else. Throws `GitError`.
 */
export async function initWorkTree(
  folder: string,
  { branch, message }: { readonly branch: string; readonly message: string },
): Promise<Oid> {
  const git = async (args: readonly string[], input = '') =>
    runGit({ repository: undefined, args: ['-C', folder, ...args], input })
  await git(['init', '--quiet', `--initial-branch=${branch}`])
  await git(['add', '--all', '--force'])
  await git(['commit', '--quiet', '--file=-'], message)
  return (await git(['rev-parse', '--verify', 'HEAD'])).stdout.trim()
}
