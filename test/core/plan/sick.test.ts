import { describe, expect, test } from 'vitest'
import { PlacementState } from '../../../src/core/domain/placement.ts'
import { countSickness } from '../../../src/core/plan/sick.ts'
import { createCrossWorld } from './cross-world.ts'

const prod = ['c0', 'c1', 'c2', 'c3']
const waves = [
  { kind: 'count', count: 1 },
  { kind: 'percent', percent: 100 },
] as const
const strategy = { waves: [...waves], maxSilent: { kind: 'count', count: 1 } } as const
const base = ['ledger 1.0.0', 'mail 1.0.0', 'payments 1.0.0'] as const
const next = [...base, 'payments 2.0.0']

/** payments 2.0.0 is on all clusters, its first wave has soaked; `failing` of the others fail. */
function lastWave(options: Parameters<typeof createCrossWorld>[1] = strategy) {
  const world = createCrossWorld(prod, options)
  world.versions(...base)
  world.settle('ledger', 'mail', 'payments')
  world.versions(...next)
  world.merge('payments')
  world.report('payments', 'healthy')
  world.pass(100)
  world.merge('payments')
  world.report('payments', 'healthy')
  return world
}

describe('a cluster is set apart as sick', () => {
  test('for failures of services that the rollout did not change: it counts as silent and is listed', () => {
    const world = lastWave()
    world.report('ledger', 'failed', ['c2'])
    world.report('payments', 'failed', ['c2'])
    expect(world.group('payments').tally).toMatchObject({ failed: 0, silent: 1, sick: 1 })
    expect(world.plan('payments').proposals).toEqual([])
    expect(world.group('payments').waitsFor[0]?.reason).toContain('set apart as sick: c2')
    world.pass(100)
    const [proof] = world.plan('payments').proposals
    expect(proof).toMatchObject({ kind: 'verdict', verdict: 'proven' })
    expect(proof?.kind === 'verdict' && proof.text).toContain('set apart as sick: c2')
  })

  test('only within the cap of maxSilent: a release that takes its neighbours down is rejected', () => {
    const world = lastWave()
    for (const name of ['ledger', 'mail', 'payments']) world.report(name, 'failed', ['c1', 'c2', 'c3'])
    expect(world.group('payments').tally).toMatchObject({ failed: 2, sick: 1 })
    expect(world.plan('payments').proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('never in the first wave', () => {
    const world = createCrossWorld(prod, strategy)
    world.versions(...base)
    world.settle('ledger', 'mail', 'payments')
    world.versions(...next)
    world.merge('payments')
    for (const name of ['ledger', 'mail', 'payments']) world.report(name, 'failed')
    expect(world.plan('payments').proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('never by its own failure, nor by that of other versions on trial', () => {
    const world = lastWave()
    world.report('payments', 'failed', ['c2'])
    expect(world.group('payments').tally).toMatchObject({ failed: 1, sick: 0 })
    world.versions(...next, 'ledger 2.0.0', 'mail 2.0.0')
    for (const name of ['ledger', 'mail']) world.merge(name)
    const trials = prod.filter((_, at) => world.on('ledger')[at] === '2.0.0')
    expect(trials).toHaveLength(1)
    for (const name of ['ledger', 'mail', 'payments']) world.report(name, 'failed', trials)
    expect(world.group('payments').tally.sick).toBe(0)
  })

  test('a failure that went back stays a failure when its cluster turns out to be sick later', () => {
    const world = lastWave({ ...strategy, maxUnhealthy: { kind: 'count', count: 1 } })
    world.report('payments', 'failed', ['c2'])
    world.merge('payments')
    expect(world.on('payments')[2]).toBe('1.0.0')
    for (const name of ['ledger', 'mail']) world.report(name, 'failed', ['c2'])
    expect(world.group('payments').tally).toMatchObject({ failed: 1, sick: 0 })
    for (const name of ['ledger', 'mail']) world.report(name, 'healthy', ['c2'])
    expect(world.group('payments').tally).toMatchObject({ failed: 1, sick: 0 })
  })

  test('and fails after all once the others are well and it is not', () => {
    const world = lastWave()
    world.report('ledger', 'failed', ['c2'])
    world.report('payments', 'failed', ['c2'])
    expect(world.plan('payments').proposals).toEqual([])
    world.report('ledger', 'healthy', ['c2'])
    expect(world.plan('payments').proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })
})

test('a cluster is sick from half of at least two services on', () => {
  const columns = (states: readonly number[], release = 'a') => ({
    targets: Uint32Array.from(states, (_, at) => at),
    desired: {
      files: [
        { blob: '', release: '' },
        { blob: 'b', release },
      ],
      file: Uint16Array.from(states, (state) => (state === 0 ? 0 : 1)),
      commit: new Uint32Array(states.length),
      mergedAt: new Uint32Array(states.length),
    },
    observed: {
      state: Uint8Array.from(states),
      since: new Uint32Array(states.length),
      observedAt: new Uint32Array(states.length),
      running: new Uint16Array(states.length),
      evidence: new Map(),
    },
    onTrial: undefined,
  })
  const { absent, failed, healthy, progressing } = PlacementState
  const rule = {
    sick: { kind: 'percent', percent: 50 },
    sickLeast: 2,
    blackout: { kind: 'count', count: 3 },
  } as const
  const three = [
    columns([failed, failed, healthy, failed]),
    columns([absent, healthy, healthy, progressing]),
    columns([absent, absent, failed, healthy]),
  ]
  expect([...countSickness(three, 4, rule).sick]).toEqual([0, 1, 0, 1])
  const onTrial = three.map((each) => ({ ...each, onTrial: 'a' }))
  expect([...countSickness(onTrial, 4, rule).sick]).toEqual([0, 0, 0, 0])
})
