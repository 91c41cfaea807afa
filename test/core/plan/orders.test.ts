import { describe, expect, test } from 'vitest'
import type { Freeze } from '../../../src/core/domain/directive.ts'
import { formatInstant } from '../../../src/core/domain/time.ts'
import { clusterNames, createPlannedWorld } from './planned-world.ts'

const prod = clusterNames('prod', 10)

/** A world in which 1.0.0 is proven and 2.0.0 has just arrived. */
function upgraded(strategy: Parameters<typeof createPlannedWorld>[0][number]['strategy'] = {}) {
  const world = createPlannedWorld([{ name: 'prod', clusters: prod, strategy }])
  world.versions(['1.0.0'])
  world.settle()
  world.versions(['1.0.0', '2.0.0'])
  return world
}

describe('Freeze', () => {
  const freeze = (parts: Partial<Freeze> = {}): Freeze => ({
    kind: 'Freeze',
    name: 'sale',
    scope: { service: undefined, group: 'prod' },
    from: undefined,
    until: undefined,
    reason: 'the sale',
    file: 'directives/sale.yaml',
    ...parts,
  })

  test('shuts forward waves from its first moment up to and without its last', () => {
    const world = upgraded()
    const [from, until] = [world.now + 50, world.now + 200]
    world.directives.push(freeze({ from, until }))
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave' }])
    world.pass(50)
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toEqual([
      {
        gate: 'freeze',
        state: 'shut',
        reason: 'the sale (directives/sale.yaml)',
        since: from,
        opensWhen: `at ${formatInstant(until)}, or when directives/sale.yaml is removed`,
        opensAt: until,
      },
    ])
    world.pass(149)
    expect(world.plan().proposals).toEqual([])
    world.pass(1)
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave' }])
  })

  test('without times is an emergency freeze until its file is removed', () => {
    const world = upgraded()
    world.directives.push(freeze())
    world.pass(1_000_000)
    expect(world.plan()).toMatchObject({ proposals: [], validUntil: Infinity })
    expect(world.group('prod').waitsFor).toMatchObject([
      { gate: 'freeze', opensAt: undefined, opensWhen: 'directives/sale.yaml is removed' },
    ])
    world.directives.pop()
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave' }])
  })

  test('shuts the next wave of a rollout that is under way, and not the verdict that it is proven', () => {
    const world = upgraded({ waves: [{ kind: 'percent', percent: 100 }] })
    world.merge()
    world.report('healthy', prod)
    world.directives.push(freeze())
    world.pass(100)
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'proven' }])

    const waves = upgraded()
    waves.merge()
    waves.report('healthy', ['prod-0'])
    waves.directives.push(freeze())
    waves.pass(100)
    expect(waves.merge()).toEqual([])
  })

  test('stops no rollback', () => {
    const world = upgraded()
    world.merge()
    world.directives.push(freeze())
    world.report('failed', ['prod-0'])
    expect(world.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('lets new clusters join with what is proven', () => {
    const world = upgraded()
    world.directives.push(freeze())
    world.bootstrapped[9] = 0
    world.desired.file[9] = 0
    expect(world.plan().joins).toMatchObject([{ cluster: 9, release: { version: '1.0.0' } }])
  })

  test('that is coming ends the time for which a plan is right', () => {
    const world = upgraded()
    world.directives.push(freeze({ from: world.now + 70, until: world.now + 90 }))
    expect(world.plan().validUntil).toBe(world.now + 70)
    world.pass(70)
    expect(world.plan().validUntil).toBe(world.now + 20)
  })

  test('of another service or group shuts nothing', () => {
    const world = upgraded()
    world.directives.push(
      freeze({ scope: { service: 'ledger', group: undefined } }),
      freeze({ scope: { service: undefined, group: 'devel' } }),
    )
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave' }])
  })
})
