import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPageWorld, type PageWorld, root } from './page-world.ts'
import { missingLine, type Ran, readConsole, type Shown } from './run-console.ts'

/** Tests `docs/<name>.md`: one test of each command, in order. `everything`: what its reader does at least once. */
export async function testPage(name: string, reader: string, everything: readonly string[]): Promise<void> {
  const commands = readConsole(await readFile(join(root, `docs/${name}.md`), 'utf8'))
  let world: PageWorld
  let ran: readonly Ran[]

  beforeAll(async () => {
    world = await createPageWorld(name)
    ran = await world.run(commands)
  }, 120_000)

  afterAll(async () => world.remove())

  describe(`docs/${name}.md`, () => {
    it(`has ${reader} do everything once`, () => {
      const text = commands.map(({ command }) => command).join('\n')
      for (const word of everything) expect(text).toContain(word)
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
}
