import { describe, expect, test } from 'vitest'
import type {
  Cordon,
  Expedite,
  Freeze,
  Pin,
  Promote,
  Retry,
  Skip,
  Withdraw,
} from '../../../src/core/domain/directive.ts'
import { formatInstant } from '../../../src/core/domain/time.ts'
import {
  clusterNames,
  clustersNamed,
  createPlannedWorld,
  rollbackOrder,
  upgradedWorld,
} from './planned-world.ts'

const devel = clusterNames('devel', 4)
const prod = clusterNames('prod', 10)

/** devel → prod, with 1.0.0 proven in both. */
function chain(soak = 0) {
  const world = createPlannedWorld([
    { name: 'devel', clusters: devel },
    { name: 'prod', clusters: prod, after: ['devel'], promotion: { soak } },
  ])
  world.versions(['1.0.0'])
  world.settle()
  world.pass(soak)
  world.settle()
  return world
}

describe('Freeze', () => {
  const freeze = (parts: Partial<Freeze> = {}): Freeze => ({
    kind: 'Freeze',
    name: 'sale',
    mode: 'deny',
    schedule: undefined,
    scope: { service: undefined, group: 'prod' },
    from: undefined,
    until: undefined,
    reason: 'the sale',
    file: 'directives/sale.yaml',
    ...parts,
  })

  test('shuts forward waves from its first moment up to and without its last', () => {
    const world = upgradedWorld()
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
    const world = upgradedWorld()
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
    const world = upgradedWorld({ waves: [{ kind: 'percent', percent: 100 }] })
    world.merge()
    world.report('healthy', prod)
    world.directives.push(freeze())
    world.pass(100)
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'proven' }])

    const waves = upgradedWorld()
    waves.merge()
    waves.report('healthy', ['prod-0'])
    waves.directives.push(freeze())
    waves.pass(100)
    expect(waves.merge()).toEqual([])
  })

  test('stops no rollback', () => {
    const world = upgradedWorld()
    world.merge()
    world.directives.push(freeze())
    world.report('failed', ['prod-0'])
    expect(world.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('lets new clusters join with what is proven', () => {
    const world = upgradedWorld()
    world.directives.push(freeze())
    world.unjoin('prod-9')
    expect(world.plan().joins).toMatchObject([{ cluster: 9, release: { version: '1.0.0' } }])
  })

  test('that is coming ends the time for which a plan is right', () => {
    const world = upgradedWorld()
    world.directives.push(freeze({ from: world.now + 70, until: world.now + 90 }))
    expect(world.plan().validUntil).toBe(world.now + 70)
    world.pass(70)
    expect(world.plan().validUntil).toBe(world.now + 20)
  })

  test('of another service or group shuts nothing', () => {
    const world = upgradedWorld()
    world.directives.push(
      freeze({ scope: { service: 'ledger', group: undefined } }),
      freeze({ scope: { service: undefined, group: 'devel' } }),
    )
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave' }])
  })
})

describe('Cordon', () => {
  const cordon = (...names: readonly string[]): Cordon => ({
    kind: 'Cordon',
    name: 'disk',
    clusters: clustersNamed(...names),
    reason: 'disks are replaced',
    file: 'directives/disk.yaml',
  })

  test('keeps every wave from its clusters, which are caught up once its file is removed', () => {
    const world = upgradedWorld()
    world.directives.push(cordon('prod-0', 'prod-5'))
    world.settle()
    expect(world.rollout('prod').current).toMatchObject({ state: 'proven', failed: [] })
    expect(world.releasesOn(['prod-0', 'prod-1', 'prod-5'])).toEqual(['1.0.0', '2.0.0', '1.0.0'])
    world.directives.pop()
    world.settle()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['2.0.0']))
  })

  test('of all clusters shuts the gate that names its file', () => {
    const world = upgradedWorld()
    world.directives.push(cordon('prod-*'))
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([
      {
        gate: 'cordon',
        state: 'shut',
        reason: '10 clusters cordoned: disks are replaced (directives/disk.yaml)',
        opensWhen: 'directives/disk.yaml is removed',
      },
    ])
  })

  test('keeps a cluster that a wave moved from counting as failed, and another one takes its place', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('failed', ['prod-0'])
    world.directives.push(cordon('prod-0'))
    expect(world.group('prod').tally).toMatchObject({ failed: 0, moved: 0 })
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 2, quota: 2, clusters: [1] }])
    expect(world.merge()).toEqual([])
    world.report('failed', ['prod-1'])
    expect(world.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('lets a healthy cluster go on counting', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('healthy', ['prod-0'])
    world.directives.push(cordon('prod-0'))
    world.pass(100)
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 2, quota: 5 }])
  })

  test('of a whole wave, with no other cluster left, proves nothing', () => {
    const world = createPlannedWorld([{ name: 'prod', clusters: ['prod-0'] }])
    world.versions(['1.0.0'])
    world.merge()
    world.directives.push(cordon('prod-0'))
    world.pass(10_000)
    expect(world.plan().proposals).toEqual([])
  })

  test('gives a new cluster nothing', () => {
    const world = upgradedWorld()
    world.unjoin('prod-9')
    world.directives.push(cordon('prod-9'))
    expect(world.plan().joins).toEqual([])
  })

  test('does not keep a rollback from its clusters', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(100)
    world.merge()
    world.directives.push(cordon('prod-0'))
    world.report('failed', ['prod-1'])
    world.merge()
    world.merge()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['1.0.0']))
  })
})

describe('Withdraw', () => {
  const withdraw = (parts: Partial<Withdraw> = {}): Withdraw => ({
    kind: 'Withdraw',
    name: 'w',
    service: 'payments',
    version: '2.0.0',
    moves: false,
    reason: 'loses refunds',
    file: 'directives/w.yaml',
    ...parts,
  })

  test('makes a version no candidate of any group, proven or not', () => {
    const world = chain(300)
    world.versions(['1.0.0', '2.0.0'])
    world.directives.push(withdraw())
    expect(world.plan().proposals).toEqual([])
    world.directives.pop()
    while (world.rollout('devel').proven.length < 2) {
      world.merge()
      world.report('healthy', devel)
      world.pass(100)
    }
    world.directives.push(withdraw())
    world.pass(1000)
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toEqual([])
  })

  test('gives way to older versions that are proven and above what a group has', () => {
    const world = upgradedWorld()
    world.versions(['1.0.0', '1.5.0', '2.0.0'])
    world.directives.push(withdraw())
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave', release: { version: '1.5.0' } }])
  })

  test('shuts the forward waves of a rollout that is under way, by a gate that names its file', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(100)
    world.directives.push(withdraw())
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([
      {
        gate: 'withdrawn',
        state: 'shut',
        reason: '2.0.0 is withdrawn: loses refunds (directives/w.yaml)',
        opensWhen: 'a newer version arrives, or directives/w.yaml is removed',
      },
    ])
    expect(world.releasesOn(['prod-0'])).toEqual(['2.0.0'])
  })

  test('lets a newer version supersede the withdrawn one at once, whatever the policy', () => {
    const world = upgradedWorld({ supersede: 'queue' })
    world.merge()
    world.directives.push(withdraw())
    world.versions(['1.0.0', '2.0.0', '2.0.1'])
    expect(world.merge()).toMatchObject([
      { kind: 'wave', wave: 1, release: { version: '2.0.1' }, clusters: [0] },
    ])
  })

  test('brings no laggard to the withdrawn version, and gives it to no new cluster', () => {
    const world = upgradedWorld()
    world.setSilent(['prod-3'], true)
    world.settle()
    world.setSilent(['prod-3'], false)
    world.directives.push(withdraw())
    world.unjoin('prod-9')
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'withdrawn' }])
    expect(world.plan().joins).toMatchObject([{ cluster: 9, release: { version: '1.0.0' } }])
  })

  test('with moves sends every group on it back, as an ordered rollback does', () => {
    const world = chain()
    world.versions(['1.0.0', '2.0.0'])
    world.settle()
    world.directives.push(withdraw({ moves: true }))
    expect(world.merge()).toMatchObject([
      { kind: 'return', group: 'devel', text: 'ordered: loses refunds (directives/w.yaml)' },
      { kind: 'return', group: 'prod' },
    ])
    expect(new Set(world.releasesOn([...devel, ...prod]))).toEqual(new Set(['1.0.0']))
    world.pass(10_000)
    expect(world.plan().proposals).toEqual([])
  })
})

describe('Expedite', () => {
  const expedite = (soak: number): Expedite => ({
    kind: 'Expedite',
    name: 'e',
    service: 'payments',
    version: '2.0.0',
    soak,
    approvedBy: 'ana@example.com',
    reason: 'closes a hole',
    file: 'directives/e.yaml',
  })

  test('shortens the soak of waves, and the wave says who approved it', () => {
    const world = upgradedWorld()
    world.directives.push(expedite(10))
    expect(world.merge()).toMatchObject([
      {
        evidence: [
          'every soak is at most 10s, approved by ana@example.com: closes a hole (directives/e.yaml)',
        ],
      },
    ])
    world.report('healthy', ['prod-0'])
    world.pass(9)
    expect(world.plan()).toMatchObject({ proposals: [], validUntil: world.now + 1 })
    world.pass(1)
    const [wave] = world.plan().proposals
    expect(wave).toMatchObject({ kind: 'wave', wave: 2 })
    expect(wave?.kind === 'wave' && wave.evidence).toContain('wave 1: 1 of 1 healthy for 10s, 0 failed')
  })

  test('shortens the soak for promotion', () => {
    const world = chain(300)
    world.versions(['1.0.0', '2.0.0'])
    world.directives.push(expedite(10))
    while (world.rollout('devel').proven.length < 2) {
      world.merge()
      world.report('healthy', devel)
      world.pass(10)
    }
    world.pass(10)
    expect(world.plan().proposals).toMatchObject([
      { kind: 'wave', group: 'prod', release: { version: '2.0.0' } },
    ])
  })

  test('makes no soak longer, and leaves other versions alone', () => {
    const world = upgradedWorld()
    world.directives.push(expedite(1000), { ...expedite(0), version: '1.0.0' })
    world.merge()
    world.report('healthy', ['prod-0'])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'soak', opensAt: world.now + 100 }])
  })
})

describe('Skip', () => {
  const skip = (...names: readonly string[]): Skip => ({
    kind: 'Skip',
    name: 's',
    service: 'payments',
    group: 'prod',
    version: '2.0.0',
    clusters: clustersNamed(...names),
    reason: 'scrapped next week',
    file: 'directives/s.yaml',
  })

  test('leaves clusters out of the waves and counts of a version', () => {
    const world = upgradedWorld()
    world.directives.push(skip('prod-0', 'prod-1'))
    expect(world.merge()).toMatchObject([{ kind: 'wave', quota: 1, clusters: [2] }])
    expect(world.group('prod').tally.targets).toBe(8)
    world.settle()
    expect(world.rollout('prod').current).toMatchObject({ state: 'proven', failed: [] })
    expect(world.releasesOn(['prod-0', 'prod-1', 'prod-2'])).toEqual(['1.0.0', '1.0.0', '2.0.0'])
    expect(world.plan().proposals).toEqual([])
  })

  test('ends the wait for a first wave that fell silent, and another canary takes its place', () => {
    const world = upgradedWorld()
    world.merge()
    world.setSilent(['prod-0'], true)
    world.pass(10_000)
    expect(world.plan().proposals).toEqual([])
    world.directives.push(skip('prod-0'))
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 2, quota: 2, clusters: [1] }])
    expect(world.merge()).toEqual([])
    world.report('healthy', ['prod-1'])
    world.pass(100)
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 3, quota: 5 }])
  })

  test('gives the canary that takes the place of another no error budget either', () => {
    const world = upgradedWorld({ maxUnhealthy: { kind: 'count', count: 3 } })
    world.merge()
    world.directives.push(skip('prod-0'))
    world.merge()
    world.report('failed', ['prod-1'])
    expect(world.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('of the only cluster proves nothing', () => {
    const world = createPlannedWorld([{ name: 'prod', clusters: ['prod-0'] }])
    world.versions(['2.0.0'])
    world.merge()
    world.report('healthy', ['prod-0'])
    world.directives.push(skip('prod-0'))
    world.pass(1000)
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'health' }])
  })

  test('ends with the version: a newer one takes the clusters again', () => {
    const world = upgradedWorld()
    world.directives.push(skip('prod-*', '!prod-9'))
    world.settle()
    world.versions(['1.0.0', '2.0.0', '3.0.0'])
    world.settle()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['3.0.0']))
  })

  test('gives the version to no new cluster that it selects', () => {
    const world = upgradedWorld()
    world.settle()
    world.unjoin('prod-9')
    expect(world.plan().joins).toHaveLength(1)
    world.directives.push(skip('prod-9'))
    expect(world.plan().joins).toEqual([])
  })
})

describe('Retry', () => {
  const retry = (at: number, ...names: readonly string[]): Retry => ({
    kind: 'Retry',
    name: 'again',
    service: 'payments',
    group: 'prod',
    at,
    clusters: names.length > 0 ? clustersNamed(...names) : undefined,
    reason: 'the registry is back',
    file: 'directives/again.yaml',
  })

  /** 2.0.0 is proven, but for two failures within the budget. */
  function withFailures() {
    const world = upgradedWorld({
      waves: [
        { kind: 'count', count: 1 },
        { kind: 'percent', percent: 100 },
      ],
      maxUnhealthy: { kind: 'count', count: 2 },
    })
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(100)
    world.merge()
    world.report('healthy', prod.slice(0, 8))
    world.report('failed', ['prod-8', 'prod-9'])
    world.settle()
    expect(world.rollout('prod').current?.failed).toHaveLength(2)
    return world
  }

  test('takes clusters that failed within the budget again, in waves, and forgets their failures', () => {
    const world = withFailures()
    world.directives.push(retry(world.now))
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 1, quota: 1, clusters: [8] }])
    expect(world.rollout('prod').current?.failed).toEqual([])
    world.directives.pop()
    world.settle()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['2.0.0']))
  })

  test('is only for the clusters that it selects', () => {
    const world = withFailures()
    world.directives.push(retry(world.now, 'prod-9'))
    world.settle()
    expect(world.releasesOn(['prod-8', 'prod-9'])).toEqual(['1.0.0', '2.0.0'])
    expect(world.rollout('prod').current?.failed).toMatchObject([{ cluster: 'prod-8' }])
  })

  test('lets a rejected release start again at wave 1, once: a later failure is newer', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('failed', ['prod-0'])
    world.merge()
    world.pass(10)
    world.directives.push(retry(world.now, 'prod-0'))
    expect(world.plan().proposals).toEqual([])
    world.directives.splice(0, 1, retry(world.now))
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 1, release: { version: '2.0.0' } }])
    expect(world.rollout('prod').rejected).toEqual([])
    world.report('failed', ['prod-0'])
    world.pass(1)
    expect(world.merge()).toMatchObject([{ kind: 'return', reason: 'rejected' }])
    world.pass(10_000)
    expect(world.plan().proposals).toEqual([])
  })

  test('lets a halted release go on where it stopped, with a deadline for its clusters to recover', () => {
    const world = upgradedWorld({ onFailure: 'halt' })
    world.merge()
    world.report('failed', ['prod-0'])
    world.merge()
    expect(world.group('prod').state).toBe('halted')
    world.pass(10)
    world.directives.push(retry(world.now))
    expect(world.plan()).toMatchObject({ proposals: [], validUntil: world.now + 600 })
    expect(world.group('prod')).toMatchObject({ state: 'rolling', waitsFor: [{ gate: 'health' }] })
    world.report('healthy', ['prod-0'])
    world.pass(100)
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 2 }])
  })

  test('of a halted release whose clusters do not recover by the deadline halts it again', () => {
    const world = upgradedWorld({ onFailure: 'halt' })
    world.merge()
    world.report('failed', ['prod-0'])
    world.merge()
    world.pass(10)
    world.directives.push(retry(world.now))
    world.pass(600)
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'halted' }])
    expect(world.plan().proposals).toEqual([])
  })

  test('does not start before its moment, at which plans are made again', () => {
    const world = withFailures()
    world.directives.push(retry(world.now + 50))
    expect(world.plan()).toMatchObject({ proposals: [], validUntil: world.now + 50 })
    world.pass(50)
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave' }])
  })

  test('does not bring back a version that a rollback sends away', () => {
    const world = upgradedWorld()
    world.settle()
    world.directives.push(rollbackOrder())
    world.merge()
    world.pass(10)
    world.directives.push(retry(world.now))
    expect(world.plan().proposals).toEqual([])
  })
})

describe('Promote', () => {
  const promote = (version = '2.0.0'): Promote => ({
    kind: 'Promote',
    name: 'p',
    service: 'payments',
    group: 'prod',
    version,
    proof: 'https://ci.example.com/run/7',
    reason: 'devel is being rebuilt',
    file: 'directives/p.yaml',
  })

  test('starts a version in its group without proof, in waves that show the proof of the person', () => {
    const world = chain(300)
    world.setSilent(devel, true)
    world.versions(['1.0.0', '2.0.0'])
    expect(world.plan().proposals).toEqual([])
    world.directives.push(promote())
    expect(world.merge()).toMatchObject([
      {
        kind: 'wave',
        group: 'prod',
        wave: 1,
        quota: 1,
        release: { version: '2.0.0' },
        evidence: [
          'promoted by order, on https://ci.example.com/run/7: devel is being rebuilt (directives/p.yaml)',
        ],
      },
    ])
  })

  test('starts nothing that is not above what the group has, or that was rejected there', () => {
    const world = upgradedWorld()
    world.directives.push(promote('1.0.0'))
    world.merge()
    world.report('failed', ['prod-0'])
    world.merge()
    world.directives.splice(0, 1, promote('2.0.0'))
    expect(world.plan().proposals).toEqual([])
  })

  test('is spent with the version: a changed template is proven before it is promoted', () => {
    const world = chain()
    world.setSilent(devel, true)
    world.versions(['1.0.0', '2.0.0'])
    world.directives.push(promote())
    world.settle()
    expect(world.rollout('prod').current).toMatchObject({ state: 'proven', release: { version: '2.0.0' } })
    world.versions(['1.0.0', '2.0.0'], 'bbbbbbbb')
    expect(world.plan().proposals).toEqual([])
  })
})

describe('Pin', () => {
  const pin = (version: string, parts: Partial<Pin> = {}): Pin => ({
    kind: 'Pin',
    name: 'pin',
    service: 'payments',
    group: undefined,
    version,
    clusters: undefined,
    reason: 'the audit',
    file: 'directives/pin.yaml',
    ...parts,
  })

  test('keeps a group on its version while newer ones arrive, by a gate that names its file', () => {
    const world = upgradedWorld()
    world.directives.push(pin('1.0.0', { group: 'prod' }))
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([
      {
        gate: 'pin',
        state: 'shut',
        reason: 'pinned to 1.0.0: the audit (directives/pin.yaml)',
        opensWhen: 'directives/pin.yaml is removed',
      },
    ])
    world.directives.pop()
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave', release: { version: '2.0.0' } }])
  })

  test('moves a group down to an older version, in waves with soak and budget', () => {
    const world = upgradedWorld()
    world.settle()
    world.directives.push(pin('1.0.0'))
    expect(world.merge()).toMatchObject([
      { kind: 'wave', wave: 1, quota: 1, clusters: [0], release: { version: '1.0.0' } },
    ])
    expect(world.merge()).toEqual([])
    world.report('failed', ['prod-0'])
    expect(world.merge()).toMatchObject([{ kind: 'return', reason: 'rejected' }])
    expect(world.releasesOn(['prod-0'])).toEqual(['2.0.0'])
    world.pass(10_000)
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'rejected' }])
  })

  test('that is removed lets the group catch up again', () => {
    const world = upgradedWorld()
    world.settle()
    world.directives.push(pin('1.0.0'))
    world.settle()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['1.0.0']))
    world.directives.pop()
    world.settle()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['2.0.0']))
  })

  test('turns a rollout that is under way back at once', () => {
    const world = upgradedWorld({ supersede: 'queue' })
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(50)
    world.directives.push(pin('1.0.0'))
    expect(world.merge()).toMatchObject([{ kind: 'wave', clusters: [0], release: { version: '1.0.0' } }])
  })

  test('to a newer version still needs the proof of the groups before', () => {
    const world = chain()
    world.setSilent(devel, true)
    world.versions(['1.0.0', '2.0.0'])
    world.directives.push(pin('2.0.0', { group: 'prod' }))
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([
      { gate: 'promotion', reason: 'pinned to 2.0.0, which is not proven in devel (directives/pin.yaml)' },
    ])
    world.setSilent(devel, false)
    world.settle()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['2.0.0']))
  })

  test('to a withdrawn version is beaten, and nothing moves until a person says what shall be', () => {
    const world = upgradedWorld()
    world.directives.push(pin('2.0.0'), {
      kind: 'Withdraw',
      name: 'w',
      service: 'payments',
      version: '2.0.0',
      moves: false,
      reason: 'loses refunds',
      file: 'directives/w.yaml',
    })
    world.versions(['1.0.0', '2.0.0', '3.0.0'])
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([
      { gate: 'withdrawn', opensWhen: 'directives/pin.yaml or directives/w.yaml is removed' },
    ])
  })

  test('of clusters keeps other versions from them, and lets theirs through', () => {
    const world = upgradedWorld()
    world.directives.push(pin('1.0.0', { clusters: clustersNamed('prod-0', 'prod-1') }))
    world.settle()
    expect(world.rollout('prod').current?.state).toBe('proven')
    expect(world.releasesOn(['prod-0', 'prod-1', 'prod-2'])).toEqual(['1.0.0', '1.0.0', '2.0.0'])
    expect(world.group('prod').waitsFor).toEqual([])
    world.directives.splice(0, 1, pin('2.0.0', { clusters: clustersNamed('prod-0') }))
    world.settle()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['2.0.0']))
  })

  test('of clusters is told where they are all that is left', () => {
    const world = upgradedWorld()
    world.directives.push(pin('1.0.0', { clusters: clustersNamed('prod-*') }))
    expect(world.group('prod').waitsFor).toMatchObject([
      { gate: 'pin', reason: '10 clusters pinned to 1.0.0: the audit (directives/pin.yaml)' },
    ])
  })

  test('gives a new cluster the pinned version, if it is proven there', () => {
    const world = upgradedWorld()
    world.settle()
    world.unjoin('prod-9')
    expect(world.plan().joins).toMatchObject([{ release: { version: '2.0.0' } }])
    world.directives.push(pin('1.0.0', { clusters: clustersNamed('prod-9') }))
    expect(world.plan().joins).toMatchObject([{ release: { version: '1.0.0' } }])
    world.directives.splice(0, 1, pin('1.5.0', { clusters: clustersNamed('prod-9') }))
    expect(world.plan().joins).toEqual([])
  })
})

describe('on a halted release', () => {
  const back = rollbackOrder()
  const away: Withdraw = {
    kind: 'Withdraw',
    name: 'away',
    service: 'payments',
    version: '2.0.0',
    moves: true,
    reason: 'it loses money',
    file: 'directives/away.yaml',
  }

  test.each([back, away])('an ordered $kind sends back what it moved, once', (order) => {
    const world = upgradedWorld({ onFailure: 'halt' })
    world.merge()
    world.report('failed', ['prod-0'], 'UpgradeFailed: timeout')
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'halted' }])
    expect(world.merge()).toEqual([])
    world.directives.push(order)
    expect(world.merge()).toMatchObject([{ kind: 'return', reason: 'rejected' }])
    expect(world.releasesOn(prod)).toEqual(prod.map(() => '1.0.0'))
    expect(world.rollout('prod').rejected).toHaveLength(1)
    expect(world.merge()).toEqual([])
  })

  test('an order does nothing where nothing can go back', () => {
    const world = createPlannedWorld([{ name: 'prod', clusters: prod }])
    world.versions(['2.0.0'])
    world.merge()
    world.report('failed', ['prod-0'], 'InstallFailed: timeout')
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'halted' }])
    world.directives.push(back)
    expect(world.merge()).toEqual([])
  })
})
