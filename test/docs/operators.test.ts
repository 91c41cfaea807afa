import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPageWorld, type PageWorld, root } from './page-world.ts'
import { missingLine, type Ran, readConsole, type Shown } from './run-console.ts'

const commands = readConsole(await readFile(join(root, 'docs/operators.md'), 'utf8'))
let world: PageWorld
let ran: readonly Ran[]

beforeAll(async () => {
  world = await createPageWorld('operators')
  ran = await world.run(commands)
}, 120_000)

afterAll(async () => world.remove())

describe('docs/operators.md', () => {
  it('has an operator do everything once', () => {
    const text = commands.map(({ command }) => command).join('\n')
    const words = [
      'init fleet',
      'cluster add',
      'status',
      'explain',
      'freeze',
      'unfreeze',
      'cordon',
      'decommission',
    ]
    for (const word of words) expect(text).toContain(word)
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
