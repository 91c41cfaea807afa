import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initRepository } from '../../src/adapters/git/system.ts'
import { copyRepository, createExampleWorld } from '../operations/example-world.ts'
import { missingLine, type Ran, readConsole, runConsole, type Shown } from './run-console.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const commands = readConsole(await readFile(join(root, 'docs/owners.md'), 'utf8'))
let folder: string
let ran: readonly Ran[]

/** The page's `company` is the example company, as the demo leaves it. */
async function makeCompany(): Promise<void> {
  const { world } = await createExampleWorld()
  for (const name of ['catalog', 'fleet'] as const) {
    const repository = await initRepository(join(folder, 'company/.halyard', `${name}.git`), {
      branch: 'main',
    })
    await copyRepository(world[name], repository)
    await repository.close()
  }
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'owners-')))
  await mkdir(join(folder, 'bin'))
  await writeFile(
    join(folder, 'bin/halctl'),
    `#!/bin/sh\nexec "${process.execPath}" "${root}bin/halctl.js" "$@"\n`,
  )
  await chmod(join(folder, 'bin/halctl'), 0o755)
  await makeCompany()
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
  ran = await runConsole(commands, { cwd: folder, env })
}, 120_000)

afterAll(async () => rm(folder, { recursive: true, force: true }))

describe('docs/owners.md', () => {
  it('has an owner do everything once', () => {
    const text = commands.map(({ command }) => command).join('\n')
    for (const word of [
      'init catalog',
      'init fleet',
      'new-version',
      'validate',
      'diff',
      'merge',
      'status',
      'hold',
      'rollback',
    ])
      expect(text).toContain(word)
  })

  it.each(
    commands.map(
      (shown, index) => [`line ${shown.line}: ${shown.command.split('\n')[0]}`, index, shown] as const,
    ),
  )('%s', (_name, index, { exitCode, output }: Shown) => {
    const { exitCode: code = -1, output: printed = '' } = ran[index] ?? {}
    expect({ exitCode: code, missing: missingLine(output, printed), printed }).toEqual({
      exitCode,
      missing: undefined,
      printed,
    })
  })
})
