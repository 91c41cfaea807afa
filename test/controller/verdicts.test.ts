import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import type { Notification } from '../../src/adapters/notify/port.ts'
import { createMemoryWorld, settle } from '../../src/simulate/memory-world.ts'
import { companyFiles, holdFile, retryFile, rollbackFile, versionFile } from '../simulate/company.ts'

const templates = await readDefaultTemplates()

/** One service that soaks 100 s and must be healthy within 600 s; `failPages` of the first pages are lost. */
async function smallWorld(clusters: number, failPages = 0, onFailure: 'rollback' | 'halt' = 'rollback') {
  const pages: Notification[] = []
  let failing = failPages
  const world = await createMemoryWorld({
    start: 1_795_000_000,
    templates,
    catalog: companyFiles(
      [{ name: 'devel', clusters, waves: [1, '100%'], soak: 100, deadline: 600, onFailure }],
      [{ name: 'shop', version: '1.0.0' }],
    ),
    disturb: (ground) => ({
      ...ground,
      notifier: {
        notify: async (notification) => {
          if (failing-- > 0) throw new Error('the pager is out of reach')
          pages.push(notification)
        },
      },
    }),
  })
  const merge = async (...files: readonly (readonly [string, string | undefined])[]): Promise<void> =>
    world.mergeIntoCatalog(new Map(files), 'Change the catalog')
  return { world, merge, pages }
}

test('the owner of a rejected release is paged once, with the evidence', async () => {
  const { world, merge, pages } = await smallWorld(1)
  const running = world.startController()
  await settle(world, running)
  await merge(versionFile('shop', '2.0.0', 'devel'))
  await settle(world, running)
  expect(pages).toEqual([
    expect.objectContaining({ service: 'shop', severity: 'page', title: 'shop 2.0.0 rejected in devel' }),
  ])
  expect(pages[0]?.text).toContain('Insufficient memory')
})

test('a page that did not get through is sent by a later step, and by another process', async () => {
  const { world, merge, pages } = await smallWorld(1, 2)
  const store = openStore(':memory:')
  const running = world.startController(store)
  await settle(world, running)
  await merge(versionFile('shop', '2.0.0', 'devel'))
  for (let step = 0; step < 40 && !world.events.some(({ kind }) => kind === 'pageFailed'); step++) {
    await world.clock.advance(30)
    await running.controller.step()
  }
  expect(pages).toEqual([])
  await settle(world, world.startController(store))
  expect(pages).toHaveLength(1)
  expect(world.events.filter(({ kind }) => kind === 'paged')).toHaveLength(1)
})

test('the owner is paged of each verdict: a halt, another one after a Retry, and the way back by order', async () => {
  const { world, merge, pages } = await smallWorld(1, 0, 'halt')
  const running = world.startController()
  await settle(world, running)
  await merge(versionFile('shop', '2.0.0', 'devel'))
  await settle(world, running)
  await merge(retryFile('again', 'shop', 'devel', world.clock.now()))
  await settle(world, running)
  await merge(rollbackFile('back', 'shop', 'devel', '2.0.0'))
  await settle(world, running)
  expect(pages.map(({ title }) => title)).toEqual([
    'shop 2.0.0 halted in devel',
    'shop 2.0.0 halted in devel',
    'shop 2.0.0 rejected in devel',
  ])
  const verdicts = world.events.filter(({ kind }) => kind === 'halted' || kind === 'rejected')
  expect(verdicts.map(({ kind }) => kind)).toEqual(['halted', 'halted', 'rejected'])
})

test('a short dip long after the soak is given a deadline of its own', async () => {
  const { world, merge } = await smallWorld(2)
  const running = world.startController()
  await settle(world, running)
  await merge(versionFile('shop', '2.0.0'), holdFile('later', { service: 'shop' }))
  await running.controller.step()
  await merge(['directives/later.yaml', undefined])
  await running.controller.step()
  await world.clock.advance(300)
  await merge(holdFile('later', { service: 'shop' }))
  await running.controller.step()
  // Long past the deadline of 600 s and two soaks, with the first wave open and held.
  await world.clock.advance(2000)
  await running.controller.step()
  const first = ['devel-0', 'devel-1'].find((name) =>
    running.clusters.crashWorkload(name, 'shop', 'OOMKilled'),
  )
  expect(first).toBeDefined()
  await running.controller.step()
  await world.clock.advance(30)
  await running.controller.step()
  running.clusters.heal('devel-0', 'shop')
  running.clusters.heal('devel-1', 'shop')
  await merge(['directives/later.yaml', undefined])
  await settle(world, running)
  expect(world.events.filter(({ kind }) => kind === 'rejected' || kind === 'halted')).toEqual([])
  expect(world.events.filter(({ kind }) => kind === 'proven')).toHaveLength(2)
})

test('a cluster that was rebuilt while no controller ran proves nothing by what the old one had', async () => {
  const { world } = await smallWorld(1)
  const store = openStore(':memory:')
  const before = world.startController(store)
  await settle(world, before)
  before.clusters.rebuild('devel-0')
  const after = world.startController(store)
  await after.controller.step()
  const { observations } = after.controller.view() ?? {}
  expect(observations?.observed('shop').observedAt[0]).toBe(0)
})
