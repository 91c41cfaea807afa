import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createExampleWorld, writeExample } from '../operations/example-world.ts'
import { type Ran, runConsole, type Shown } from './run-console.ts'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A folder in which the commands of a page run, with `company/` as the demo of a small example company leaves it. */
export interface PageWorld {
  readonly folder: string
  run(commands: readonly Shown[]): Promise<readonly Ran[]>
  remove(): Promise<void>
}

export async function createPageWorld(name: string): Promise<PageWorld> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `${name}-`)))
  await mkdir(join(folder, 'bin'))
  const halctl = join(folder, 'bin/halctl')
  await writeFile(halctl, `#!/bin/sh\nexec "${process.execPath}" "${root}bin/halctl.js" "$@"\n`)
  await chmod(halctl, 0o755)
  await writeExample(await createExampleWorld(), join(folder, 'company/.halyard'))
  const author = { NAME: 'Kim Olsen', EMAIL: 'kim@example.com' }
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: author.NAME,
    GIT_AUTHOR_EMAIL: author.EMAIL,
    GIT_COMMITTER_NAME: author.NAME,
    GIT_COMMITTER_EMAIL: author.EMAIL,
  }
  return {
    folder,
    run: (commands) => runConsole(commands, { cwd: folder, env }),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
