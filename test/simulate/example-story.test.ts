import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createCommitCache } from '../../src/simulate/commit-facts.ts'
import { createInvariants, type Violation } from '../../src/simulate/invariants.ts'
import { createMemoryWorld, type Happening, settle } from '../../src/simulate/memory-world.ts'
import { createStory, readStory } from '../../src/simulate/story.ts'
import { exampleFiles, smallCompany } from './example-files.ts'

const start = 1_795_000_000
const templates = await readDefaultTemplates()

/** Folders of the story, and how long after the first settling each is merged. */
const merges: readonly (readonly [number, string])[] = [
  [1, '01-payments-1.4.3'],
  [61, '02-checkout-2.0.0'],
  [661, '05-prod-euw4-02'],
  [781, '03-catalog-web-0.19.0'],
]

test('the rules hold at every step of a small example company', async () => {
  const world = await createMemoryWorld({ start, catalog: await smallCompany(), templates })
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

test('the whole example company is brought up, and its story comes to its end', async () => {
  const world = await createMemoryWorld({ start, catalog: await exampleFiles('catalog'), templates })
  const running = world.startController()
  await settle(world, running)
  const proven = world.events.filter(({ kind }) => kind === 'proven')
  // 9 services stay off the edge.
  expect(proven).toHaveLength(15 * 3 + 6)
  expect(await servicesOn(world, 'prod-use1-07')).toHaveLength(15)
  expect(await servicesOn(world, 'edge-syd-01')).toHaveLength(6)

  const steps = await readStory(join(import.meta.dirname, '../../examples/story'))
  const story = createStory(steps, world.catalog, world.clock, {
    silence: running.clusters.silence,
    asked: () =>
      running.controller
        .view()
        ?.emptyings.find(({ waitsFor }) => waitsFor.some(({ gate }) => gate === 'approval'))?.digest,
  })
  const told: string[] = []
  for (let step = 0; step < 5000 && !(await story.finished()); step++) {
    const result = await running.controller.step()
    const isSettled =
      result.kind === 'stepped' &&
      result.settled &&
      (running.clusters.inspect('edge-syd-01')?.silentUntil ?? 0) <= world.clock.now()
    const done = await story.advance(isSettled)
    if (done) told.push(done.message)
    else if (result.kind !== 'stepped' || !result.acted) await world.clock.advance(30)
  }
  await settle(world, running)

  expect(told).toEqual(steps.map(({ message }) => message))
  const happened = (kind: string): readonly string[] =>
    world.events.filter((event) => event.kind === kind).map(({ service }) => service ?? '')
  expect(happened('rejected')).toEqual(['checkout'])
  expect(happened('halted')).toEqual([])
  expect(happened('blackout')).toEqual([])
  const texts = world.events.map(({ service, text }) => `${service} ${text}`).join('\n')
  expect(texts).toMatch(/^accounts 3\.0\.0 {2}prod wave 1\/2 .* refresh: label traffic changed/m)
  expect(await servicesOn(world, 'devel-eus2-01')).toEqual([])
  expect(await servicesOn(world, 'prod-euw4-02')).toHaveLength(15)
  expect(await versionOn(world, 'edge-syd-01', 'shop/catalog-web')).toContain('halyard catalog-web 0.19.0')
  expect(await versionOn(world, 'prod-use1-07', 'kafka/kafka-topics')).toContain('halyard kafka-topics 2.2.0')
}, 120_000)

type MemoryWorld = Awaited<ReturnType<typeof createMemoryWorld>>

async function servicesOn(world: MemoryWorld, cluster: string): Promise<readonly string[]> {
  const paths = [...(await world.fleetTree(`clusters/${cluster}/apps`)).keys()]
  return paths.filter((path) => !path.endsWith('/halyard.yaml'))
}

async function versionOn(world: MemoryWorld, cluster: string, app: string): Promise<string> {
  const blob = (await world.fleetTree(`clusters/${cluster}/apps`)).get(`clusters/${cluster}/apps/${app}.yaml`)
  return blob === undefined ? '' : (await world.fleet.readBlobs([blob])).join('')
}
