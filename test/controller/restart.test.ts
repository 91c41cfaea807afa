import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { type Story, type StoryEvent, tellStory } from '../simulate/random-story.ts'

const templates = await readDefaultTemplates()

/** Two services that soak 200 s; ledger moves main every 120 s, and the controller restarts soon after. */
function restless(store: 'kept' | 'lost', count: number): Story {
  const times = Array.from({ length: count }, (_, number) => 60 + number * 120)
  return {
    groups: [{ name: 'devel', clusters: 2, waves: ['100%'], soak: 200, supersede: 'immediate' }],
    services: ['ledger', 'shop'],
    events: times.flatMap((at): readonly StoryEvent[] => [
      { kind: 'version', service: 'ledger', badIn: undefined, at },
      { kind: 'restart', store, seconds: 1, at: at + 90 },
    ]),
  }
}

test('restarts while others move main begin no soak anew', async () => {
  const { world, violations } = await tellStory(restless('kept', 10), templates)
  const shop = world.events.filter(({ service, kind }) => service === 'shop' && kind === 'proven')
  expect(shop.map(({ at }) => at - 1_795_000_000)).toEqual([expect.closeTo(300, -2)])
  expect(violations).toEqual([])
})

test('restarts that lose the store delay a soak but reject nothing', async () => {
  const { world, violations } = await tellStory(restless('lost', 10), templates)
  expect(world.events.filter(({ kind }) => kind === 'rejected' || kind === 'halted')).toEqual([])
  expect(world.events.some(({ service, kind }) => service === 'shop' && kind === 'proven')).toBe(true)
  expect(violations).toEqual([])
})
