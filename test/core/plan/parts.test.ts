import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Directive } from '../../../src/core/domain/directive.ts'
import type { Proposal } from '../../../src/core/plan/proposals.ts'
import { rolloutFromDocument } from '../../../src/core/render/read-rollout.ts'
import { rolloutDocument } from '../../../src/core/render/rollout-document.ts'
import { clusterNames, type TestGroup, upgradedWorld } from './planned-world.ts'

const prod = clusterNames('prod', 10)

/** 1.0.0 is proven on ten clusters, 2.0.0 has just arrived, and a pull request holds three. */
function upgraded(strategy: TestGroup['strategy'] = {}, maxClusters = 3) {
  return upgradedWorld(strategy, { maxClusters })
}

function passFirst(world: ReturnType<typeof upgraded>): void {
  world.merge()
  world.report('healthy', ['prod-0'])
  world.pass(100)
}

/** `2/3 part 1/2: 3`. */
function told(proposals: readonly Proposal[]): readonly string[] {
  return proposals.map((proposal) =>
    proposal.kind === 'wave'
      ? `${proposal.wave}/${proposal.waves} part ${proposal.part}/${proposal.parts}: ${proposal.clusters.length}`
      : proposal.kind,
  )
}

const hold: Directive = {
  kind: 'Hold',
  name: 'stop',
  scope: { service: undefined, group: undefined },
  rollbacks: false,
  reason: 'an incident',
  file: 'directives/stop.yaml',
}

describe('a larger wave is ordered parts', () => {
  test('one open at a time, with no soak between, and it counts as merged when all are', () => {
    const world = upgraded()
    passFirst(world)
    expect(told(world.merge())).toEqual(['2/3 part 1/2: 3'])
    expect(told(world.merge())).toEqual(['2/3 part 2/2: 1'])
    expect(world.merge()).toEqual([])
    world.report('healthy', prod.slice(1, 5))
    world.pass(100)
    expect(told(world.merge())).toEqual(['3/3 part 1/2: 3'])
    expect(told(world.merge())).toEqual(['3/3 part 2/2: 2'])
    expect(world.rollout('prod').current?.waves).toMatchObject([
      { quota: 1 },
      { quota: 5, part: 2, parts: 2 },
      { quota: 10, part: 2, parts: 2 },
    ])
    world.report('healthy', prod)
    world.pass(100)
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'proven' }])
  })

  test('gates are evaluated again before each part', () => {
    const world = upgraded()
    passFirst(world)
    world.merge()
    world.directives.push(hold)
    expect(world.merge()).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'hold' }])
    world.directives.pop()
    expect(told(world.merge())).toEqual(['2/3 part 2/2: 1'])
  })

  test('a failure in a part spends the budget of the wave: parts not opened are never opened', () => {
    const world = upgraded()
    passFirst(world)
    world.merge()
    world.report('failed', ['prod-1'], 'UpgradeFailed: timeout')
    expect(world.merge()).toMatchObject([{ kind: 'return', reason: 'rejected' }])
    expect(world.merge().every(({ kind }) => kind === 'return')).toBe(true)
    expect(world.merge()).toEqual([])
    expect(world.releasesOn(prod)).toEqual(prod.map(() => '1.0.0'))
  })

  test('a failure within the budget goes back first, and keeps its place in the quota', () => {
    const world = upgraded({ maxUnhealthy: { kind: 'count', count: 1 } })
    passFirst(world)
    world.merge()
    world.report('failed', ['prod-1'], 'UpgradeFailed: timeout')
    expect(world.merge()).toMatchObject([{ kind: 'return', reason: 'failed' }])
    expect(told(world.merge())).toEqual(['2/3 part 2/2: 1'])
  })

  test('a rollback is exempt from the cap', () => {
    const world = upgraded({ waves: [{ kind: 'percent', percent: 100 }] })
    for (let part = 0; part < 4; part++) world.merge()
    expect(world.releasesOn(prod)).toEqual(prod.map(() => '2.0.0'))
    world.report('failed', ['prod-9'], 'UpgradeFailed: timeout')
    const sizes = [world.merge(), world.merge()].map(([back]) =>
      back?.kind === 'return' ? back.placements.length : 0,
    )
    expect(sizes).toEqual([1, 9])
    expect(world.releasesOn(prod)).toEqual(prod.map(() => '1.0.0'))
  })

  test('what falls silent between parts is passed over, and the wave is whole without it', () => {
    const world = upgraded()
    passFirst(world)
    world.merge()
    world.setSilent(prod.slice(4), true)
    expect(world.merge()).toEqual([])
    world.report('healthy', prod.slice(1, 4))
    world.pass(100)
    expect(world.group('prod').waitsFor).toEqual([])
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'proven' }])
  })

  test('a newer version does not take over between two parts, but in place of the next wave', () => {
    const world = upgraded()
    passFirst(world)
    world.merge()
    world.versions(['1.0.0', '2.0.0', '3.0.0'])
    expect(told(world.plan().proposals)).toEqual(['2/3 part 2/2: 1'])
    world.merge()
    world.report('healthy', prod.slice(1, 5))
    world.pass(100)
    expect(world.merge()).toMatchObject([{ kind: 'wave', release: { version: '3.0.0' }, wave: 1 }])
  })

  test('never hold more than a pull request may, and never exceed the quota', () => {
    const cases = fc.record({
      cap: fc.integer({ min: 1, max: 12 }),
      percent: fc.integer({ min: 0, max: 100 }),
    })
    fc.assert(
      fc.property(cases, ({ cap, percent }) => {
        const waves = [
          { kind: 'percent' as const, percent },
          { kind: 'percent' as const, percent: 100 },
        ]
        const world = upgraded({ waves }, cap)
        for (let round = 0; round < 60; round++) {
          const proposals = world.merge()
          const sizes = proposals.map((proposal) => (proposal.kind === 'wave' ? proposal.clusters.length : 0))
          expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(cap)
          const moved = world.releasesOn(prod).filter((version) => version === '2.0.0').length
          expect(moved).toBeLessThanOrEqual(world.rollout('prod').current?.waves.at(-1)?.quota ?? 0)
          if (proposals.length > 0) continue
          world.report('healthy', prod)
          world.pass(100)
        }
        expect(world.rollout('prod').current?.state).toBe('proven')
      }),
      { numRuns: 40 },
    )
  })

  test('a ledger without parts stays readable', () => {
    const world = upgraded()
    passFirst(world)
    world.merge()
    const ledger = world.rollout('prod')
    expect(rolloutFromDocument(rolloutDocument(ledger))).toEqual(ledger)
    const [first, second] = ledger.current?.waves ?? []
    expect(rolloutDocument(ledger)).toMatchObject({
      spec: { current: { waves: [{ quota: 1 }, { part: 1, parts: 2 }] } },
    })
    expect(first).not.toHaveProperty('part')
    expect(second).toMatchObject({ part: 1, parts: 2 })
  })
})
