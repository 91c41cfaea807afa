import { expect, test } from 'vitest'
import type { Strategy } from '../../../src/core/domain/deployment-group.ts'
import { clusterNames, createPlannedWorld, rollbackOrder } from './planned-world.ts'

const prod = clusterNames('prod', 4)

/** A group of four clusters in which 1.0.0 is proven. */
function provenWorld(strategy: Partial<Strategy> = {}) {
  const world = createPlannedWorld([{ name: 'prod', clusters: prod, strategy }])
  world.versions(['1.0.0'])
  world.settle()
  return world
}

function waveOf(world: ReturnType<typeof provenWorld>) {
  const [proposal] = world.plan().proposals
  return proposal?.kind === 'wave' ? proposal : undefined
}

test('a changed cluster field starts a refresh of the current service release: the same waves', () => {
  const world = provenWorld()
  expect(world.plan().proposals).toEqual([])
  world.relabel(prod.slice(0, 3), 'large')
  const wave = waveOf(world)
  expect(wave?.release.version).toBe('1.0.0')
  expect(wave?.refresh).toBe('label size changed on 1 cluster')
  expect(wave?.clusters).toHaveLength(1)
  expect(wave?.waves).toBe(2)
  world.settle()
  expect(world.filesOn(prod)).toEqual([
    ...Array.from({ length: 3 }, () => 'blob-1.0.0@aaaaaaaa-large'),
    'blob-1.0.0@aaaaaaaa',
  ])
  expect(world.rollout('prod').current?.state).toBe('proven')
})

test('its proof counts the placements that it brought', () => {
  const world = provenWorld()
  world.relabel(prod.slice(0, 1), 'large')
  world.merge()
  world.report('healthy', prod)
  world.pass(200)
  expect(world.plan().proposals).toMatchObject([
    { kind: 'verdict', verdict: 'proven', text: expect.stringMatching(/^healthy on 1 of 1, soaked/) },
  ])
})

test('a refresh asks for no proof in the ancestors and keeps the time of the proof', () => {
  const world = createPlannedWorld([
    { name: 'devel', clusters: ['devel-0'] },
    { name: 'prod', clusters: prod, after: ['devel'], promotion: { soak: 500 } },
  ])
  world.versions(['1.0.0'])
  world.settle()
  world.pass(500)
  world.settle()
  const proof = world.rollout('prod').proven
  world.relabel(prod, 'large')
  expect(world.plan().proposals).toMatchObject([{ kind: 'wave', group: 'prod' }])
  world.settle()
  expect(world.rollout('prod').proven.map(({ at }) => at)).toEqual(proof.map(({ at }) => at))
})

test('it queues behind an open rollout, whose placements use the new fields', () => {
  const world = provenWorld()
  world.versions(['1.0.0', '2.0.0'])
  world.merge()
  world.relabel(prod, 'large')
  const moved = prod.filter((name) => world.releasesOn([name])[0] === '2.0.0')
  world.report('healthy', moved)
  world.pass(200)
  // The cluster that was moved before the label changed is refreshed after the rollout.
  expect(waveOf(world)).toMatchObject({ release: { version: '2.0.0' }, wave: 2 })
  expect(waveOf(world)?.refresh).toBeUndefined()
  world.settle()
  expect(new Set(world.filesOn(prod))).toEqual(new Set(['blob-2.0.0@aaaaaaaa-large']))
})

test('its rejection names files: what it moved goes back, the release stays proven and current', () => {
  const world = provenWorld()
  world.relabel(prod, 'large')
  const [wave] = world.merge()
  const moved = world.names(wave?.kind === 'wave' ? wave.clusters : [])
  world.report('failed', moved, 'OOMKilled')
  const [back] = world.merge()
  expect(back).toMatchObject({ kind: 'return', reason: 'rejected', refresh: true })
  const rollout = world.rollout('prod')
  expect(rollout.current).toMatchObject({ state: 'proven', release: { version: '1.0.0' } })
  expect(rollout.proven.map(({ release }) => release.version)).toEqual(['1.0.0'])
  expect(rollout.rejected.at(-1)?.files).toEqual(['blob-1.0.0@aaaaaaaa-large'])
  expect(new Set(world.filesOn(prod))).toEqual(new Set(['blob-1.0.0@aaaaaaaa']))
  world.report('healthy', moved)
  world.pass(1000)
  expect(world.plan().proposals).toEqual([])
  expect(world.group('prod').waitsFor).toMatchObject([
    { gate: 'rejected', reason: expect.stringContaining('refresh of 1.0.0 on 4 clusters') as string },
  ])
})

test('a rejected file is not tried again until the inputs change', () => {
  const world = provenWorld()
  world.relabel(prod, 'large')
  const [wave] = world.merge()
  world.report('failed', world.names(wave?.kind === 'wave' ? wave.clusters : []))
  world.merge()
  world.relabel(prod, 'medium')
  expect(waveOf(world)?.refresh).toBeDefined()
  world.settle()
  expect(new Set(world.filesOn(prod))).toEqual(new Set(['blob-1.0.0@aaaaaaaa-medium']))
})

test('a rejected file is tried again after a Retry', () => {
  const world = provenWorld()
  world.relabel(prod, 'large')
  const [wave] = world.merge()
  world.report('failed', world.names(wave?.kind === 'wave' ? wave.clusters : []))
  world.merge()
  world.pass(10)
  world.directives.push({
    kind: 'Retry',
    name: 'again',
    reason: 'more memory',
    file: 'directives/again.yaml',
    service: 'payments',
    group: 'prod',
    at: world.now,
    clusters: undefined,
  })
  expect(waveOf(world)?.refresh).toBeDefined()
})

test('a refresh of files that differ on every cluster is rejected as a whole', () => {
  const world = provenWorld()
  for (const name of prod) world.relabel([name], name)
  const [wave] = world.merge()
  world.report('failed', world.names(wave?.kind === 'wave' ? wave.clusters : []))
  world.merge()
  world.pass(1000)
  expect(world.plan().proposals).toEqual([])
})

test('a failure within the error budget goes back to its old file and stays out', () => {
  const world = provenWorld({ maxUnhealthy: { kind: 'count', count: 1 } })
  world.relabel(prod, 'large')
  world.merge()
  world.report('healthy', prod)
  world.pass(200)
  const [second] = world.merge()
  const [failing = ''] = world.names(second?.kind === 'wave' ? second.clusters : [])
  world.report('failed', [failing])
  const [back] = world.merge()
  expect(back).toMatchObject({ kind: 'return', reason: 'failed' })
  expect(world.filesOn([failing])).toEqual(['blob-1.0.0@aaaaaaaa'])
  world.settle()
  expect(world.rollout('prod').current).toMatchObject({ state: 'proven', failed: [{ cluster: failing }] })
  expect(world.filesOn([failing])).toEqual(['blob-1.0.0@aaaaaaaa'])
})

test('after a refresh an ordered rollback still finds the files of the version before', () => {
  const world = provenWorld()
  world.versions(['1.0.0', '2.0.0'])
  world.settle()
  world.relabel(prod.slice(0, 2), 'large')
  world.settle()
  world.directives.push(rollbackOrder())
  world.merge()
  expect(new Set(world.releasesOn(prod))).toEqual(new Set(['1.0.0']))
})

test('a version that supersedes a refresh goes back to the files of before the refresh', () => {
  const world = provenWorld({ supersede: 'immediate' })
  world.relabel(prod, 'large')
  world.merge()
  world.versions(['1.0.0', '2.0.0'])
  const [wave] = world.merge()
  expect(wave).toMatchObject({ kind: 'wave', release: { version: '2.0.0' } })
  world.report('failed', world.names(wave?.kind === 'wave' ? wave.clusters : []))
  world.merge()
  expect(new Set(world.filesOn(prod).map((blob) => blob.replace('-large', '')))).toEqual(
    new Set(['blob-1.0.0@aaaaaaaa']),
  )
})

test('a rollout goes on when every cluster that it moved has left the group', () => {
  const clusters = [...prod]
  const world = createPlannedWorld([
    { name: 'prod', clusters },
    { name: 'other', clusters: [] },
  ])
  world.versions(['1.0.0'])
  const [wave] = world.merge()
  const moved = world.names(wave?.kind === 'wave' ? wave.clusters : [])
  clusters.splice(clusters.indexOf(moved[0] ?? ''), 1)
  const [next] = world.plan().proposals
  // What left proves nothing: the next wave is no larger than the first one.
  expect(next).toMatchObject({ kind: 'wave', group: 'prod', clusters: [expect.any(Number) as number] })
})
