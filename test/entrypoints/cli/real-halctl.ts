import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const program = fileURLToPath(new URL('../../../bin/halctl.js', import.meta.url))

export interface Run {
  readonly exitCode: number | string | null | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Nothing of whoever runs the tests: no configuration of git, no CI, an author of our own. */
export const cleanEnv: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: tmpdir(),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Kim Olsen',
  GIT_AUTHOR_EMAIL: 'kim@example.com',
  GIT_COMMITTER_NAME: 'Kim Olsen',
  GIT_COMMITTER_EMAIL: 'kim@example.com',
}

/** Runs the real program. What `env` has as undefined is not set. */
export async function halctl(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input = '',
): Promise<Run> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...cleanEnv, ...env } }
    const child = execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ exitCode: error ? error.code : 0, stdout, stderr })
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** A folder of one test file. */
export async function scratchFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'halctl-')))
  return { path, remove: async () => rm(path, { recursive: true, force: true }) }
}
