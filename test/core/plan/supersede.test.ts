import { expect, test } from 'vitest'
import { clusterNames, createPlannedWorld } from './planned-world.ts'

/** 2.0.0 has opened its first wave and 3.0.0 has arrived; a wave stalls after a deadline of 600 s and two soaks of 100 s. */
function overtaken(maxClusters = 250) {
  const waves = [{ kind: 'percent' as const, percent: 100 }]
  const prod = { name: 'prod', clusters: clusterNames('prod', 4), strategy: { waves } }
  const world = createPlannedWorld([prod], { maxClusters })
  world.versions(['1.0.0'])
  world.settle()
  world.versions(['1.0.0', '2.0.0'])
  world.merge()
  world.versions(['1.0.0', '2.0.0', '3.0.0'])
  return world
}

const third = { kind: 'wave', release: { version: '3.0.0' } }

test('a newer version takes over from a wave that stalled, and the plan is made again at that moment', () => {
  const world = overtaken()
  expect(world.plan()).toMatchObject({ proposals: [], validUntil: world.now + 801 })
  world.pass(800)
  expect(world.plan().proposals).toEqual([])
  world.pass(1)
  expect(world.plan().proposals).toMatchObject([third])
})

test('a wave does not stall while a blackout goes on', () => {
  const world = overtaken()
  world.pass(100)
  world.blackouts.push({ from: world.now, until: world.now + 5000, clusters: 3 })
  world.pass(5000)
  expect(world.plan()).toMatchObject({ proposals: [], validUntil: world.now + 701 })
  world.pass(701)
  expect(world.plan().proposals).toMatchObject([third])
})

test('between two parts that a Hold keeps apart it takes over at the same moment', () => {
  const world = overtaken(2)
  world.directives.push({
    kind: 'Hold',
    name: 'stop',
    scope: { service: undefined, group: undefined },
    rollbacks: false,
    reason: 'an incident',
    file: 'directives/stop.yaml',
  })
  expect(world.group('prod').candidate?.version).toBe('2.0.0')
  expect(world.plan().validUntil).toBe(world.now + 801)
  world.pass(801)
  expect(world.group('prod').candidate?.version).toBe('3.0.0')
})
