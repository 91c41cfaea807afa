import { describe, expect, test } from 'vitest'
import { barriersAt } from '../../../src/core/plan/requirements.ts'
import { createCrossWorld } from './cross-world.ts'

const prod = ['c0', 'c1', 'c2', 'c3']
const waves = [
  { kind: 'count', count: 1 },
  { kind: 'percent', percent: 100 },
] as const

/** ledger 1.0.0 and payments 1.0.0 everywhere. */
function company(strategy: Parameters<typeof createCrossWorld>[1] = { waves }) {
  const world = createCrossWorld(prod, strategy)
  world.versions('ledger 1.0.0', 'payments 1.0.0')
  world.settle('ledger', 'payments')
  return world
}

const upgraded = ['ledger 1.0.0', 'ledger 1.5.0', 'payments 1.0.0', 'payments 2.0.0: ledger >=1.5'] as const

describe('a wave picks only clusters whose dependency is observed healthy in range', () => {
  test('and where none is, it waits at a gate instead of passing empty', () => {
    const world = company()
    world.versions('ledger 1.0.0', 'payments 1.0.0', 'payments 2.0.0: ledger >=1.5')
    const { state, waitsFor } = world.group('payments')
    expect(world.plan('payments').proposals).toEqual([])
    expect(state).toBe('proven')
    expect(waitsFor).toMatchObject([
      {
        gate: 'requires',
        reason: '2.0.0 requires ledger >=1.5: ledger 1.0.0 on 4 clusters (c0, c1, c2, …)',
        opensWhen: 'ledger >=1.5 is healthy there, the move of team-ledger',
      },
    ])
  })

  test('desired in range is not enough, and healthy is', () => {
    const world = company()
    world.versions(...upgraded)
    world.merge('ledger')
    expect(world.on('ledger').filter((version) => version === '1.5.0')).toHaveLength(1)
    expect(world.plan('payments').proposals).toEqual([])
    expect(world.group('payments').waitsFor[0]?.reason).toContain(
      'ledger 1.5.0 that is not healthy on 1 cluster',
    )
    world.report('ledger', 'healthy')
    const [wave] = world.merge('payments')
    const moved = wave?.kind === 'wave' ? world.names(wave.clusters) : []
    expect(moved).toEqual(prod.filter((_, at) => world.on('ledger')[at] === '1.5.0'))
  })

  test('what is left waits for it: no release is proven where most of its clusters could not take it', () => {
    const world = company()
    world.versions(...upgraded)
    world.merge('ledger')
    world.report('ledger', 'healthy')
    world.merge('payments')
    world.report('payments', 'healthy')
    world.pass(100)
    expect(world.plan('payments').proposals).toEqual([])
    expect(world.group('payments')).toMatchObject({ state: 'rolling', waitsFor: [{ gate: 'requires' }] })
    // The first wave is not told as the last one.
    expect(world.group('payments')).toMatchObject({ wave: 1, waves: 2 })
    world.settle('ledger', 'payments')
    expect(world.group('payments')).toMatchObject({ state: 'proven', waitsFor: [] })
    expect(new Set(world.on('payments'))).toEqual(new Set(['2.0.0']))
  })

  test('maxSilent lets a rollout end without a few of them, that follow later', () => {
    const world = company({ waves: [...waves], maxSilent: { kind: 'count', count: 1 } })
    world.versions(...upgraded)
    world.settle('ledger')
    world.report('ledger', 'progressing', ['c3'])
    world.settle('payments')
    expect(world.group('payments').state).toBe('proven')
    expect(world.on('payments')).toEqual(['2.0.0', '2.0.0', '2.0.0', '1.0.0'])
    world.report('ledger', 'healthy', ['c3'])
    world.settle('payments')
    expect(new Set(world.on('payments'))).toEqual(new Set(['2.0.0']))
  })

  test('a prerelease is in range only where the range names one, as npm reads ranges', () => {
    const world = company()
    world.versions('ledger 1.0.0', 'ledger 2.0.0-rc.1', 'payments 1.0.0', 'payments 2.0.0: ledger >=1.5')
    world.settle('ledger')
    expect(world.plan('payments').proposals).toEqual([])
    world.versions('ledger 1.0.0', 'ledger 2.0.0-rc.1', 'payments 1.0.0', 'payments 2.0.1: ledger >=2.0.0-rc')
    expect(world.plan('payments').proposals).toMatchObject([{ kind: 'wave' }])
  })

  test('a version that waits does not keep the one under way from going on', () => {
    const world = company({ waves: [...waves], supersede: 'immediate' })
    world.versions('ledger 1.0.0', 'payments 1.0.0', 'payments 1.1.0')
    world.merge('payments')
    world.versions('ledger 1.0.0', 'payments 1.0.0', 'payments 1.1.0', 'payments 2.0.0: ledger >=1.5')
    world.settle('payments')
    expect(new Set(world.on('payments'))).toEqual(new Set(['1.1.0']))
  })

  test('and a version without the requirement takes the place of one that waits', () => {
    const world = company()
    world.versions(...upgraded)
    world.merge('ledger')
    world.report('ledger', 'healthy')
    world.merge('payments')
    world.report('payments', 'healthy')
    world.pass(100)
    expect(world.plan('payments').proposals).toEqual([])
    world.versions(...upgraded, 'payments 2.1.0')
    world.settle('payments')
    expect(new Set(world.on('payments'))).toEqual(new Set(['2.1.0']))
  })

  test('neither Promote nor Pin lets a version past what it requires', () => {
    const world = company()
    world.versions(...upgraded)
    const order = {
      service: 'payments',
      group: 'prod',
      version: '2.0.0',
      reason: 'now',
      name: 'a',
      file: 'a',
    }
    world.directives.push({ kind: 'Promote', proof: 'word of honour', ...order })
    expect(world.plan('payments').proposals).toEqual([])
    world.directives.splice(0, 1, { kind: 'Pin', clusters: undefined, ...order })
    expect(world.plan('payments').proposals).toEqual([])
    expect(world.group('payments').waitsFor).toMatchObject([{ gate: 'requires' }])
  })
})

describe('a wave leaves out clusters whose dependents it would break', () => {
  const breaking = ['ledger 1.0.0', 'ledger 2.0.0', 'payments 1.0.0: ledger <2'] as const

  function constrained() {
    const world = createCrossWorld(prod, { waves })
    world.versions('ledger 1.0.0', 'payments 1.0.0: ledger <2')
    world.settle('ledger', 'payments')
    world.versions(...breaking)
    return world
  }

  test('and the gate names the dependent, what it requires and whose move it is', () => {
    const world = constrained()
    expect(world.plan('ledger').proposals).toEqual([])
    expect(world.group('ledger').waitsFor).toMatchObject([
      {
        gate: 'requires',
        reason:
          'payments does not run with ledger 2.0.0: payments 1.0.0, which requires ledger <2 on 4 clusters (c0, c1, c2, …)',
        opensWhen: 'payments has a version there that does, the move of team-payments',
      },
    ])
  })

  test('also where the dependent still runs, or may come back to, a version that it would break', () => {
    const world = constrained()
    world.versions(...breaking, 'payments 1.1.0')
    world.merge('payments')
    expect(world.plan('ledger').proposals).toEqual([])
    world.report('payments', 'healthy')
    // Its rollout is under way: what it replaced may come back.
    expect(world.plan('ledger').proposals).toEqual([])
    world.settle('payments')
    expect(world.plan('ledger').proposals).toMatchObject([{ kind: 'wave' }])
  })

  test('another revision of the version that is there breaks nothing', () => {
    const world = constrained()
    const { input } = world
    const [release] = input('ledger').releases
    expect(release && barriersAt(input('ledger'), 'prod', { ...release, revision: 'bbbbbbbb' }, 0)).toEqual(
      [],
    )
  })
})

test('services that no requirement crosses are planned without a look at others', () => {
  const world = company()
  expect(world.input('ledger').neighbours).toBeUndefined()
})

test('a candidate that waits for requirements does not hold back who lags behind the release below it', () => {
  const world = company({ waves, maxSilent: { kind: 'percent', percent: 50 } })
  world.silent[3] = 1
  world.versions('ledger 1.0.0', 'payments 1.0.0', 'payments 1.1.0')
  world.settle('ledger', 'payments')
  expect(world.on('payments')).toEqual(['1.1.0', '1.1.0', '1.1.0', '1.0.0'])
  world.silent[3] = 0
  world.versions('ledger 1.0.0', 'payments 1.0.0', 'payments 1.1.0', 'payments 2.0.0: ledger >=1.5')
  expect(world.plan('payments').proposals).toMatchObject([{ kind: 'wave', release: { version: '1.1.0' } }])
  world.settle('payments')
  expect(world.on('payments')).toEqual(['1.1.0', '1.1.0', '1.1.0', '1.1.0'])
  expect(world.group('payments').waitsFor).toMatchObject([{ gate: 'requires' }])
})
