import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createCommitCache } from '../../src/simulate/commit-facts.ts'
import { createInvariants } from '../../src/simulate/invariants.ts'
import { createMemoryWorld, settle } from '../../src/simulate/memory-world.ts'
import { companyFiles, versionFile } from './company.ts'

const templates = await readDefaultTemplates()
const shop = { name: 'shop', version: '1.0.0' }
const ingress = { name: 'ingress', version: '1.0.0', tier: 'foundation' as const }

test('a namespace is written anew with the next wave when the foundation before it came or went', async () => {
  const world = await createMemoryWorld({
    start: 1_795_000_000,
    templates,
    catalog: companyFiles([{ name: 'prod', clusters: 2 }], [shop]),
  })
  const running = world.startController()
  const invariants = createInvariants(world, createCommitCache())
  const merge = async (files: Iterable<readonly [string, string | undefined]>): Promise<void> => {
    await world.mergeIntoCatalog(new Map(files), 'Change the catalog')
    await settle(world, running, {
      onStep: async () => expect(await invariants.check(running)).toEqual([]),
    })
  }
  const namespaces = async (): Promise<readonly string[]> => {
    const oids = [...(await world.fleetTree('clusters'))].flatMap(([path, oid]) =>
      path.endsWith('/namespaces/shop.yaml') ? [oid] : [],
    )
    return world.fleet.readBlobs(oids)
  }
  const waits = expect.stringContaining('name: apps-ingress') as string

  await merge([])
  expect(await namespaces()).toEqual([expect.not.stringContaining('apps-ingress'), expect.anything()])
  const foundation = [...companyFiles([], [ingress])].filter(([path]) => path.startsWith('services/'))
  await merge(foundation)
  // A service that does not move keeps what it has: nothing is changed for its namespace alone.
  expect(await namespaces()).not.toContainEqual(waits)
  await merge([versionFile('shop', '1.1.0')])
  expect(await namespaces()).toEqual([waits, waits])
  const before = await world.fleetTree('clusters')
  await merge([versionFile('shop', '1.2.0')])
  const changed = [...(await world.fleetTree('clusters'))].filter(([path, oid]) => before.get(path) !== oid)
  expect(changed.map(([path]) => path.split('/').at(-1))).toEqual(['shop.yaml', 'shop.yaml'])
  expect(changed.every(([path]) => path.includes('/apps/'))).toBe(true)
})

test('clusters that sync in another way than settings say today are told, and left as they are', async () => {
  const catalog = companyFiles([{ name: 'prod', clusters: 2 }], [shop])
  const world = await createMemoryWorld({ start: 1_795_000_000, templates, catalog })
  const running = world.startController()
  await settle(world, running)
  expect(running.controller.view()?.notices).toEqual([])
  const before = await world.fleetTree('clusters')
  const settings = catalog.get('halyard.yaml')?.replace('git.example.com', 'git.example.org') ?? ''
  await world.mergeIntoCatalog(new Map([['halyard.yaml', settings]]), 'Move the fleet')
  await settle(world, running)
  expect(await world.fleetTree('clusters')).toEqual(before)
  expect(running.controller.view()?.notices).toMatchObject([
    { kind: 'sync', clusters: 2, text: expect.stringContaining('outdated sync of 2 clusters') as string },
  ])
  expect(world.events.filter(({ kind }) => kind === 'fleetOutdated')).toHaveLength(1)
})
