import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createMemoryWorld, settle } from '../../src/simulate/memory-world.ts'
import { exampleFiles } from './example-files.ts'

const start = 1_795_000_000

test('the example company is brought to all of its clusters, wave by wave', async () => {
  const world = await createMemoryWorld({
    start,
    catalog: await exampleFiles('catalog'),
    templates: await readDefaultTemplates(),
  })
  const running = world.startController()
  await settle(world, running)
  const proven = world.events.filter(({ kind }) => kind === 'proven')
  expect(proven.map(({ service, group }) => `${group} ${service}`)).toHaveLength(18)
  expect(world.events.some(({ kind }) => kind === 'rejected' || kind === 'halted')).toBe(false)
  const services = [...(await world.fleetTree('clusters')).keys()].filter((path) =>
    /apps\/[^/]+\/(?!halyard)/.test(path),
  )
  expect(services).toHaveLength(6 * 12)
})
