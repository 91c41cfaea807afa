import { describe, expect, test } from 'vitest'
import type { ReturnProposal } from '../../../src/core/plan/proposals.ts'
import { createCrossWorld } from './cross-world.ts'

const prod = ['c0', 'c1', 'c2', 'c3']
const waves = [
  { kind: 'count', count: 1 },
  { kind: 'percent', percent: 100 },
] as const
const budget = { waves: [...waves], maxUnhealthy: { kind: 'count', count: 1 } } as const

const before = ['ledger 1.0.0', 'payments 1.0.0'] as const
const after = [...before, 'ledger 1.5.0', 'payments 2.0.0: ledger >=1.5'] as const

/** ledger 1.5.0 rolls and payments 2.0.0 follows it, on all clusters, before ledger has soaked its last wave. */
function midway(strategy: Parameters<typeof createCrossWorld>[1] = budget, words: readonly string[] = after) {
  const world = createCrossWorld(prod, strategy)
  world.versions(...before)
  world.settle('ledger', 'payments')
  world.versions(...words)
  world.merge('ledger')
  world.report('ledger', 'healthy')
  world.pass(100)
  world.merge('ledger')
  world.report('ledger', 'healthy')
  world.merge('payments')
  world.report('payments', 'healthy')
  world.pass(100)
  world.merge('payments')
  world.report('payments', 'healthy')
  expect(new Set(world.on('payments'))).toEqual(new Set(['2.0.0']))
  expect(new Set(world.on('ledger'))).toEqual(new Set(['1.5.0']))
  return world
}

const onlyReturn = (world: ReturnType<typeof midway>, name: string): ReturnProposal => {
  const [proposal] = world.plan(name).proposals
  if (proposal?.kind !== 'return') throw new Error(`${name} returns nothing`)
  return proposal
}

describe('dependents that this would break return in the same commit', () => {
  test('where the whole release goes back, in two commits, failing clusters first', () => {
    const world = midway()
    world.report('ledger', 'failed', ['c1', 'c2'])
    const first = onlyReturn(world, 'ledger')
    expect(world.names(first.placements.map(({ cluster }) => cluster))).toEqual(['c1', 'c2'])
    expect(first.dependents).toMatchObject([
      { service: 'payments', placements: [{ cluster: 1 }, { cluster: 2 }] },
    ])
    world.merge('ledger')
    expect(world.on('payments')).toEqual(['2.0.0', '1.0.0', '1.0.0', '2.0.0'])
    const second = onlyReturn(world, 'ledger')
    expect(world.names(second.placements.map(({ cluster }) => cluster))).toEqual(['c0', 'c3'])
    world.merge('ledger')
    expect([...world.on('payments'), ...world.on('ledger')]).toEqual(Array(8).fill('1.0.0'))
    expect(world.plan('ledger').proposals).toEqual([])
  })

  test('where failures within the budget go back', () => {
    const world = midway()
    world.report('ledger', 'failed', ['c1'])
    const proposal = onlyReturn(world, 'ledger')
    expect(proposal).toMatchObject({ reason: 'failed', dependents: [{ service: 'payments' }] })
    world.merge('ledger')
    expect(world.on('payments')).toEqual(['2.0.0', '1.0.0', '2.0.0', '2.0.0'])
  })

  test('where a person orders it', () => {
    const world = midway()
    const order = { name: 'a', reason: 'slow', file: 'directives/a.yaml', service: 'ledger' }
    world.directives.push({ kind: 'Withdraw', version: '1.5.0', moves: true, ...order })
    world.merge('ledger')
    expect([...world.on('payments'), ...world.on('ledger')]).toEqual(Array(8).fill('1.0.0'))
  })

  test('also those that rest on a dependent', () => {
    const words = [...after, 'shop 1.0.0: payments >=2']
    const world = midway(budget, words)
    world.settle('shop')
    world.versions(...words, 'shop 1.1.0: payments >=2')
    world.settle('payments', 'shop')
    // shop 1.0.0 is no better off than 1.1.0: nothing there can go back.
    const order = { name: 'a', reason: 'slow', file: 'directives/a.yaml', service: 'ledger' }
    world.directives.push({ kind: 'Rollback', group: 'prod', from: '1.5.0', ...order })
    const proposal = onlyReturn(world, 'ledger')
    expect(proposal.dependents).toMatchObject([{ service: 'payments', placements: [] }])
    expect(proposal.dependents[0]?.next.returns?.[0]).toMatchObject({ outcome: 'broken' })
  })

  test('a chain goes back as a whole', () => {
    const world = createCrossWorld(prod, budget)
    world.versions(...before, 'shop 1.0.0')
    world.settle('ledger', 'payments', 'shop')
    world.versions(...after, 'shop 1.0.0', 'shop 2.0.0: payments >=2')
    world.settle('ledger', 'payments', 'shop')
    expect(new Set(world.on('shop'))).toEqual(new Set(['2.0.0']))
    const order = { name: 'a', reason: 'slow', file: 'directives/a.yaml', service: 'ledger' }
    world.directives.push({ kind: 'Rollback', group: 'prod', from: '1.5.0', ...order })
    world.merge('ledger')
    expect([world.on('ledger'), world.on('payments'), world.on('shop')].flat()).toEqual(
      Array(12).fill('1.0.0'),
    )
    expect(world.rollout('shop')?.returns?.[0]?.reason).toBe(
      'payments goes back from 2.0.0 to 1.0.0, but shop 2.0.0 requires payments >=2',
    )
  })
})

describe('their ledgers', () => {
  test('record it with a raised fence and reject nothing', () => {
    const world = midway()
    const fence = world.rollout('payments')?.fence ?? 0
    world.report('ledger', 'failed', ['c1', 'c2'])
    world.merge('ledger')
    const ledger = world.rollout('payments')
    expect(ledger).toMatchObject({
      fence: fence + 1,
      rejected: [],
      current: { state: 'rolling', failed: [] },
    })
    expect(ledger?.returns).toMatchObject([
      {
        outcome: 'returned',
        release: expect.stringMatching(/^2\.0\.0@/),
        reason: 'ledger goes back from 1.5.0 to 1.0.0, but payments 2.0.0 requires ledger >=1.5',
        clusters: ['c1', 'c2'],
      },
    ])
  })

  test('the dependent does not move forward again there until its requirement is met', () => {
    const world = midway()
    world.report('ledger', 'failed', ['c1', 'c2'])
    world.merge('ledger')
    world.merge('ledger')
    world.report('ledger', 'healthy')
    world.report('payments', 'healthy')
    world.pass(1000)
    expect(world.plan('payments').proposals).toEqual([])
    expect(world.group('payments').waitsFor).toMatchObject([{ gate: 'requires' }])
    world.versions(...after, 'ledger 1.6.0')
    world.settle('ledger', 'payments')
    expect(new Set(world.on('ledger'))).toEqual(new Set(['1.6.0']))
    expect(new Set(world.on('payments'))).toEqual(new Set(['2.0.0']))
    expect(world.group('payments').state).toBe('proven')
  })

  test('a rollout that went back as a whole begins again at its first wave', () => {
    const world = midway()
    const attempt = world.rollout('payments')?.current?.attempt ?? 0
    world.report('ledger', 'failed', ['c1', 'c2'])
    world.merge('ledger')
    world.merge('ledger')
    world.versions(...after, 'ledger 1.6.0')
    world.settle('ledger')
    expect(world.merge('payments')).toMatchObject([{ kind: 'wave', wave: 1, quota: 1 }])
    expect(world.rollout('payments')?.current?.attempt).toBe(attempt + 1)
  })
})

describe('where that is impossible', () => {
  test('a first install stays and its ledger tells what is broken and why', () => {
    const world = createCrossWorld(prod, budget)
    world.versions('ledger 1.0.0')
    world.settle('ledger')
    world.versions('ledger 1.0.0', 'ledger 1.5.0', 'payments 2.0.0: ledger >=1.5')
    world.settle('ledger', 'payments')
    const order = { name: 'a', reason: 'slow', file: 'directives/a.yaml', service: 'ledger' }
    world.directives.push({ kind: 'Rollback', group: 'prod', from: '1.5.0', ...order })
    world.merge('ledger')
    expect(world.on('ledger')).toEqual(Array(4).fill('1.0.0'))
    expect(world.on('payments')).toEqual(Array(4).fill('2.0.0'))
    expect(world.rollout('payments')?.returns).toMatchObject([
      {
        outcome: 'broken',
        reason:
          'ledger goes back from 1.5.0 to 1.0.0, but payments 2.0.0 requires ledger >=1.5; it stays: no way back is recorded',
        clusters: prod,
      },
    ])
  })

  test('a way back that does not fit either is none', () => {
    const world = createCrossWorld(prod, budget)
    world.versions('ledger 1.0.0', 'ledger 1.4.0')
    world.settle('ledger')
    world.versions('ledger 1.4.0', 'payments 1.0.0: ledger >=1.2')
    world.settle('payments')
    world.versions('ledger 1.4.0', 'ledger 1.5.0', 'payments 1.0.0: ledger >=1.2')
    world.settle('ledger')
    world.versions(
      'ledger 1.4.0',
      'ledger 1.5.0',
      'payments 1.0.0: ledger >=1.5',
      'payments 2.0.0: ledger >=1.5',
    )
    world.settle('payments')
    const order = { name: 'a', reason: 'slow', file: 'directives/a.yaml', service: 'ledger' }
    world.directives.push({ kind: 'Rollback', group: 'prod', from: '1.5.0', ...order })
    world.merge('ledger')
    expect(world.on('payments')).toEqual(Array(4).fill('2.0.0'))
    expect(world.rollout('payments')?.returns?.[0]?.reason).toContain(
      'its way back 1.0.0 requires ledger >=1.5, and 1.4.0 is there',
    )
  })

  test('a way back that breaks what it requires itself goes on, and is told', () => {
    const world = createCrossWorld(prod, budget)
    world.versions('ledger 1.0.0', 'payments 1.0.0: ledger <2')
    world.settle('ledger', 'payments')
    world.versions('ledger 1.0.0', 'payments 1.0.0: ledger <2', 'payments 2.0.0')
    world.settle('payments')
    world.versions('ledger 1.0.0', 'ledger 2.0.0', 'payments 1.0.0: ledger <2', 'payments 2.0.0')
    world.settle('ledger')
    const order = { name: 'a', reason: 'slow', file: 'directives/a.yaml', service: 'payments' }
    world.directives.push({ kind: 'Rollback', group: 'prod', from: '2.0.0', ...order })
    world.merge('payments')
    expect(world.on('payments')).toEqual(Array(4).fill('1.0.0'))
    expect(world.rollout('payments')?.returns).toMatchObject([
      { outcome: 'broken', reason: 'its way back 1.0.0 requires ledger <2, and 2.0.0 is there' },
    ])
  })
})

test('a sick dependency does not block the rollback of its dependents', () => {
  const world = midway()
  world.report('ledger', 'progressing')
  world.report('payments', 'failed', ['c0', 'c1'])
  expect(onlyReturn(world, 'payments')).toMatchObject({ reason: 'rejected', dependents: [] })
  world.merge('payments')
  world.merge('payments')
  expect(world.on('payments')).toEqual(Array(4).fill('1.0.0'))
})
