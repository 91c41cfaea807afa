import { execFile } from 'node:child_process'

/**
 * Names directly below a folder at a ref; none where there is no such folder. One short git process and no other
 * module: shells ask for this at the press of a key.
 */
export async function listFolder(
  repository: string,
  ref: string,
  folder: string,
): Promise<readonly string[]> {
  const args = ['--git-dir', repository, 'ls-tree', '--name-only', '-z', `${ref}:${folder}`, '--']
  return new Promise((resolve) => {
    execFile('git', args, { maxBuffer: 64_000_000 }, (error, stdout) => {
      resolve(error === null ? stdout.split('\0').filter(Boolean) : [])
    })
  })
}
