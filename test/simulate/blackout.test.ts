import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createMemoryWorld, type Happening, settle } from '../../src/simulate/memory-world.ts'
import { companyFiles, versionFile } from './company.ts'

const start = 1_795_000_000
const templates = await readDefaultTemplates()

test('while most clusters are silent at once nothing is merged or proven on those that still report', async () => {
  const groups = [
    { name: 'devel', clusters: 3, waves: ['100%'] },
    { name: 'canary', clusters: 2, soak: 200, waves: ['100%'] },
  ]
  const catalog = companyFiles(groups, [{ name: 'ledger', version: '1.0.0' }])
  const world = await createMemoryWorld({ start, templates, catalog })
  const running = world.startController()
  await settle(world, running)
  const begin = world.clock.now() + 10
  const happenings: readonly Happening[] = [
    // A soak that ends while the others are gone, and a version that arrives then.
    {
      at: begin,
      act: async () => world.mergeIntoCatalog(new Map([versionFile('ledger', '1.1.0')]), 'Merge'),
    },
    {
      at: begin + 100,
      act: (_, { clusters }) => {
        for (const at of [0, 1, 2]) clusters.silence(`devel-${at}`, begin + 1000)
      },
    },
    {
      at: begin + 600,
      act: async () => world.mergeIntoCatalog(new Map([versionFile('ledger', '1.2.0')]), 'Merge'),
    },
    { at: begin + 1000, act: () => {} },
  ]
  await settle(world, running, { happenings })
  const told = (kind: string) => world.events.filter((event) => event.kind === kind && event.at >= begin)
  const [from, until] = [told('blackout')[0]?.at ?? 0, told('blackoutEnded')[0]?.at ?? 0]
  expect(from).toBeGreaterThan(begin + 100)
  expect(until).toBeGreaterThanOrEqual(begin + 1000)
  const forward = [...told('waveMerged'), ...told('proven')].map(({ at }) => at)
  expect(forward.filter((at) => at >= from && at < until)).toEqual([])
  expect(forward.some((at) => at < from) && forward.some((at) => at >= until)).toBe(true)
})
