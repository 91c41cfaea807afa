import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createCommitCache } from '../../src/simulate/commit-facts.ts'
import { createInvariants, type Violation } from '../../src/simulate/invariants.ts'
import { createMemoryWorld, type Happening, settle } from '../../src/simulate/memory-world.ts'
import { exampleFiles } from './example-files.ts'

const start = 1_795_000_000

/** Folders of the story, and how long after the first settling each is merged. */
const merges: readonly (readonly [number, string])[] = [
  [1, '01-payments-1.4.3'],
  [61, '02-checkout-2.0.0'],
  [661, '03-prod-euw4-02'],
  [781, '04-catalog-web-0.19.0'],
]

test("the rules hold at every step of the example company's story", async () => {
  const world = await createMemoryWorld({
    start,
    catalog: await exampleFiles('catalog'),
    templates: await readDefaultTemplates(),
  })
  const running = world.startController()
  const invariants = createInvariants(world, createCommitCache())
  const violations: Violation[] = []
  const onStep = async (): Promise<void> => void violations.push(...(await invariants.check(running)))
  await settle(world, running, { onStep })
  const begin = world.clock.now()
  const happenings = await Promise.all(
    merges.map(async ([after, folder]): Promise<Happening> => {
      const files = await exampleFiles(`story/${folder}`)
      return { at: begin + after, act: () => world.mergeIntoCatalog(files, folder) }
    }),
  )
  await settle(world, running, { happenings, onStep })
  expect(violations).toEqual([])
  const rejected = world.events.filter(({ kind }) => kind === 'rejected')
  expect(rejected.map(({ service }) => service)).toEqual(['checkout'])
  expect((await world.fleetTree('clusters/prod-euw4-02/apps')).size).toBeGreaterThan(6)
})
