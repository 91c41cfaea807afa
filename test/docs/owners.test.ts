import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPageWorld, type PageWorld, root } from './page-world.ts'
import { missingLine, type Ran, readConsole, type Shown } from './run-console.ts'

const commands = readConsole(await readFile(join(root, 'docs/owners.md'), 'utf8'))
let world: PageWorld
let ran: readonly Ran[]

beforeAll(async () => {
  world = await createPageWorld('owners')
  ran = await world.run(commands)
}, 120_000)

afterAll(async () => world.remove())

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
