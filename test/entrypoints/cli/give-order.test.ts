import { expect, it } from 'vitest'
import { Type } from 'typebox'
import type { CliDeps, OpenedRepositories } from '../../../src/entrypoints/cli/deps.ts'
import { giveOrder } from '../../../src/entrypoints/cli/give-order.ts'
import type { OrderOptions } from '../../../src/entrypoints/cli/order-options.ts'
import { createStyle } from '../../../src/entrypoints/cli/style.ts'
import type { CatalogWriter } from '../../../src/operations/catalog-writer.ts'
import { defineOrder } from '../../../src/operations/orders/order.ts'
import { createExampleWorld, openExample } from '../../operations/example-world.ts'
import { noLocalWork } from './no-local-work.ts'

const example = await createExampleWorld()
const workspace = await openExample(example)

const order = defineOrder({
  name: 'hold',
  summary: 'Stops',
  input: Type.Object({}),
  prepare: async () => ({
    input: {},
    summary: ['prod: no wave opens'],
    affects: [],
    changes: [{ path: 'directives/hold-prod.yaml', text: 'kind: Hold\n' }],
    message: 'Hold prod\n\nwhy\n',
    acknowledgement: { hold: 'hold-prod', isHeld: true },
  }),
})

interface Given extends Partial<OrderOptions> {
  /** What the person at the terminal types; undefined: nobody sits there. */
  readonly types?: string
  readonly output?: 'table' | 'json'
  /** What the controller acknowledges at each look. */
  readonly acknowledges?: readonly (readonly string[] | undefined)[]
}

async function give({ types, output = 'table', acknowledges = [], ...options }: Given) {
  const run = { stdout: '', stderr: '', commits: 0, prompts: 0 }
  let now = 1000
  let look = 0
  const write = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => void (run[name] += text),
    isTTY: false,
    columns: undefined,
  })
  const deps: CliDeps = {
    openRepositories: async () => repositories,
    explainError: async () => undefined,
    local: noLocalWork,
    stdout: write('stdout'),
    stderr: write('stderr'),
    env: {},
    cwd: '/',
    signal: new AbortController().signal,
    now: () => now,
    sleep: async () => void now++,
    ask: types === undefined ? undefined : async () => (run.prompts++, types),
  }
  const writer: CatalogWriter = {
    isLocal: false,
    author: async () => ({ name: 'Kim Olsen', email: 'kim@example.com' }),
    preview: async ({ snapshot }) => snapshot,
    commit: async () => {
      run.commits++
      return { kind: 'committed', commit: 'a'.repeat(40), place: 'main of the catalog', pushed: true }
    },
    commitToBranch: async () => {
      throw new Error('no branch is made here')
    },
    save: async () => {
      throw new Error('nothing is saved here')
    },
  }
  const repositories: OpenedRepositories = {
    workspace: async () => workspace,
    writer: async () => writer,
    acknowledgedHolds: async () => acknowledges[Math.min(look++, acknowledges.length - 1)],
    close: async () => undefined,
  }
  const page = { isWide: false, width: 100, style: createStyle(false), isColoured: false, now }
  const given = { order, input: {}, options: { timeout: 5, ...options } }
  const exitCode = await giveOrder(
    { deps, repositories, page, output, finish: async (work) => work() },
    given,
  )
  return { ...run, exitCode }
}

it.each(['y', 'Y', 'yes', ' y '])(
  'is done when %j is typed, after it was told what it does',
  async (types) => {
    const { stdout, commits, exitCode } = await give({ types })
    expect({ commits, exitCode }).toEqual({ commits: 1, exitCode: 0 })
    expect(stdout).toBe(
      'prod: no wave opens\nwrites directives/hold-prod.yaml as kim@example.com\ncommitted aaaaaaaa to main of the catalog\n',
    )
  },
)

it.each(['', 'n', 'no', 'yeah', 'anything'])('is not done when %j is typed', async (types) => {
  const { stdout, commits, exitCode } = await give({ types })
  expect({ commits, exitCode }).toEqual({ commits: 0, exitCode: 1 })
  expect(stdout).toMatch(/nothing was written\n$/)
})

it('asks nobody when told yes, and when only looking', async () => {
  expect(await give({ types: 'n', yes: true })).toMatchObject({ prompts: 0, commits: 1 })
  expect(await give({ types: 'n', dryRun: true })).toMatchObject({ prompts: 0, commits: 0, exitCode: 0 })
})

it('does not take silence for consent', async () => {
  await expect(give({})).rejects.toMatchObject({ remedy: 'add --yes, or --dry-run to look' })
  await expect(give({ types: 'y', output: 'json' })).rejects.toMatchObject({ name: 'KnownError' })
})

it('waits until the controller names the hold', async () => {
  const { stdout, exitCode } = await give({
    yes: true,
    wait: true,
    acknowledges: [undefined, [], ['hold-prod']],
  })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/acknowledged by the controller after 2s\n$/)
})

it.each([
  [[[]], 'no controller has acknowledged it within 5s'],
  [[undefined], 'no controller has published anything within 5s'],
])('ends with an exit code of its own when that takes too long: %#', async (acknowledges, reason) => {
  const { stderr, exitCode, commits } = await give({ yes: true, wait: true, acknowledges })
  expect({ exitCode, commits }).toEqual({ exitCode: 4, commits: 1 })
  expect(stderr).toContain(`error: ${reason}\n`)
})

it('answers programs with all that it did', async () => {
  const { stdout } = await give({ yes: true, wait: true, output: 'json', acknowledges: [['hold-prod']] })
  expect(JSON.parse(stdout)).toEqual({
    order: 'hold',
    summary: ['prod: no wave opens'],
    affects: [],
    message: 'Hold prod\n\nwhy\n',
    changes: [{ path: 'directives/hold-prod.yaml', text: 'kind: Hold\n' }],
    author: { name: 'Kim Olsen', email: 'kim@example.com' },
    commit: 'a'.repeat(40),
    place: 'main of the catalog',
    pushed: true,
    acknowledged: true,
  })
})
