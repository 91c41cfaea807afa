import { expect, test } from 'vitest'
import type { Strategy } from '../../../src/core/domain/deployment-group.ts'
import { clusterNames, createPlannedWorld } from './planned-world.ts'

const prod = clusterNames('prod', 6)

/** 1.0.0 is proven on all, 2.0.0 on three; the others are back in contact after it was proven. */
function laggingWorld(catchUp: Strategy['catchUp'], maxClusters = 250) {
  const strategy = { catchUp, maxSilent: { kind: 'percent', percent: 50 } } as const
  const world = createPlannedWorld([{ name: 'prod', clusters: prod, strategy }], { maxClusters })
  world.versions(['1.0.0'])
  world.settle()
  world.setSilent(prod.slice(3), true)
  world.versions(['1.0.0', '2.0.0'])
  world.settle()
  world.setSilent(prod.slice(3), false)
  return world
}

function waveOf(world: ReturnType<typeof laggingWorld>) {
  const [proposal] = world.plan().proposals
  return proposal?.kind === 'wave' ? proposal : undefined
}

test('laggards are caught up in waves as a rollout is, unless the group says otherwise', () => {
  const world = laggingWorld('waves')
  expect(waveOf(world)).toMatchObject({ release: { version: '2.0.0' }, wave: 1, waves: 2 })
  expect(waveOf(world)?.clusters).toHaveLength(1)
})

test('immediate takes all laggards at once', () => {
  const world = laggingWorld('immediate')
  expect(waveOf(world)).toMatchObject({ release: { version: '2.0.0' }, wave: 1, waves: 1, quota: 3 })
  expect(waveOf(world)?.clusters).toHaveLength(3)
  world.settle()
  expect(new Set(world.releasesOn(prod))).toEqual(new Set(['2.0.0']))
  expect(world.rollout('prod').current?.state).toBe('proven')
})

test('more laggards than a pull request may hold come in parts, with no soak between', () => {
  const world = laggingWorld('immediate', 2)
  expect(waveOf(world)).toMatchObject({ part: 1, parts: 2, quota: 3 })
  world.merge()
  expect(waveOf(world)).toMatchObject({ wave: 1, part: 2, parts: 2, quota: 3 })
})

test('a laggard that fails is set apart: the release stays proven and the others keep it', () => {
  const world = laggingWorld('immediate')
  const [wave] = world.merge()
  const [failing = '', ...others] = world.names(wave?.kind === 'wave' ? wave.clusters : [])
  world.report('failed', [failing], 'OOMKilled')
  world.report('healthy', others)
  expect(world.merge()).toMatchObject([{ kind: 'return', reason: 'failed' }])
  world.settle()
  expect(world.releasesOn([failing])).toEqual(['1.0.0'])
  expect(new Set(world.releasesOn(others))).toEqual(new Set(['2.0.0']))
  const { current, rejected } = world.rollout('prod')
  expect(current).toMatchObject({ state: 'proven', failed: [{ cluster: failing }] })
  expect(rejected).toEqual([])
  expect(world.plan().proposals).toEqual([])
})

test('where every laggard fails, the catch-up is over and nothing waits for it', () => {
  const world = laggingWorld('immediate')
  const [wave] = world.merge()
  world.report('failed', world.names(wave?.kind === 'wave' ? wave.clusters : []))
  world.settle()
  expect(world.rollout('prod').current?.state).toBe('proven')
  expect(world.releasesOn(prod.slice(3))).toEqual(['1.0.0', '1.0.0', '1.0.0'])
  expect(world.plan().proposals).toEqual([])
})

test('a changed label is no lag: its refresh goes in waves', () => {
  const world = laggingWorld('immediate')
  world.settle()
  world.relabel(prod, 'large')
  expect(waveOf(world)).toMatchObject({ wave: 1, waves: 3 })
  expect(waveOf(world)?.clusters).toHaveLength(1)
})
