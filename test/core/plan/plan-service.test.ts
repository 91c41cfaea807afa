import { describe, expect, test } from 'vitest'
import { clusterNames, createPlannedWorld, rollbackOrder, upgradedWorld } from './planned-world.ts'

const devel = clusterNames('devel', 4)
const prod = clusterNames('prod', 10)

function oneGroup() {
  const world = createPlannedWorld([{ name: 'prod', clusters: prod }])
  world.versions(['1.0.0'])
  return world
}

describe('waves', () => {
  test('open one after another, each on proof that the last one soaked', () => {
    const world = upgradedWorld()
    const [first] = world.merge()
    expect(first).toMatchObject({ kind: 'wave', wave: 1, waves: 3, quota: 1 })
    expect(world.merge()).toEqual([])
    world.report('healthy', ['prod-0'])
    world.pass(99)
    expect(world.merge()).toEqual([])
    world.pass(1)
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 2, quota: 5, clusters: [1, 2, 3, 4] }])
  })

  test('never put more placements on the release than the quota of the opened wave', () => {
    const world = upgradedWorld()
    for (let round = 0; round < 30; round++) {
      world.merge()
      const moved = world.releasesOn(prod).filter((version) => version === '2.0.0').length
      expect(moved).toBeLessThanOrEqual(world.rollout('prod').current?.waves.at(-1)?.quota ?? 0)
      world.report('healthy', prod)
      world.pass(100)
    }
    expect(world.rollout('prod').current?.state).toBe('proven')
  })

  test('an unproven placement holds the wave, and the gate says which, since when, and what opens it', () => {
    const world = upgradedWorld()
    world.merge()
    expect(world.group('prod').waitsFor).toMatchObject([
      { gate: 'health', state: 'waiting', reason: '1 cluster not healthy yet: prod-0', since: world.now },
    ])
    world.report('healthy', ['prod-0'])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'soak', opensAt: world.now + 100 }])
  })

  test('every cluster soaks on its own clock', () => {
    const world = upgradedWorld({
      waves: [
        { kind: 'count', count: 2 },
        { kind: 'percent', percent: 100 },
      ],
    })
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(80)
    world.report('healthy', ['prod-1'])
    world.pass(20)
    expect(world.group('prod').tally).toMatchObject({ healthy: 2, soaked: 1 })
    expect(world.merge()).toEqual([])
    world.pass(80)
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 2 }])
  })

  test('a soak is over only when the cluster reported at its end', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('healthy', ['prod-0'])
    world.lose(['prod-0'], true)
    world.pass(150)
    expect(world.merge()).toEqual([])
    expect(world.plan().validUntil).toBe(world.now + 1)
    world.lose(['prod-0'], false)
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 2 }])
  })

  test('flapping starts the soak again, and fails after deadline and two soaks', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('healthy', ['prod-0'])
    const proposed = Array.from({ length: 15 }, () => {
      world.pass(50)
      world.report('healthy', ['prod-0'])
      return world.plan().proposals.length
    })
    expect(proposed).toEqual(Array.from({ length: 15 }, () => 0))
    world.pass(50)
    world.report('healthy', ['prod-0'])
    expect(world.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('a plan says until when it is right', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('progressing', ['prod-0'])
    expect(world.plan().validUntil).toBe(world.now + 600)
    world.report('healthy', ['prod-0'])
    expect(world.plan().validUntil).toBe(world.now + 100)
  })
})

describe('error budget', () => {
  test('the first wave has none: one failure rejects the release and sends its placements back byte for byte', () => {
    const world = upgradedWorld({ maxUnhealthy: { kind: 'percent', percent: 50 } })
    world.merge()
    world.report('failed', ['prod-0'], 'UpgradeFailed: timeout')
    const before = world.rollout('prod').fence
    const [proposal] = world.merge()
    expect(proposal).toMatchObject({
      kind: 'return',
      reason: 'rejected',
      placements: [{ cluster: 0, blob: 'blob-1.0.0@aaaaaaaa', release: '1.0.0@aaaaaaaa' }],
      evidence: [{ cluster: 'prod-0', evidence: 'UpgradeFailed: timeout' }],
    })
    expect(world.rollout('prod')).toMatchObject({
      fence: before + 1,
      current: { state: 'rejected' },
      wayBack: [],
    })
    expect(world.releasesOn(['prod-0'])).toEqual(['1.0.0'])
  })

  test('a rejected release is never proposed again in its group, a newer one is', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('failed', ['prod-0'])
    world.merge()
    world.pass(10_000)
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod')).toMatchObject({
      state: 'rejected',
      waitsFor: [{ gate: 'rejected', state: 'shut' }],
    })
    world.versions(['1.0.0', '2.0.0', '2.0.1'])
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave', release: { version: '2.0.1' }, wave: 1 }])
  })

  test('failures within the budget go back alone, are listed, and stay out', () => {
    const world = upgradedWorld({ maxUnhealthy: { kind: 'percent', percent: 20 } })
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(100)
    world.merge()
    world.report('healthy', prod.slice(0, 4))
    world.report('failed', ['prod-4'], 'CrashLoopBackOff')
    expect(world.merge()).toMatchObject([{ kind: 'return', reason: 'failed', placements: [{ cluster: 4 }] }])
    expect(world.rollout('prod').current).toMatchObject({ state: 'rolling', failed: [{ cluster: 'prod-4' }] })
    world.pass(100)
    world.merge()
    world.report('healthy', prod)
    world.pass(100)
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'proven' }])
    expect(world.releasesOn(['prod-4', 'prod-9'])).toEqual(['1.0.0', '2.0.0'])
    expect(world.plan().proposals).toEqual([])
  })

  test('one more than the budget rejects the whole release in two commits, failing clusters first', () => {
    const world = upgradedWorld({ maxUnhealthy: { kind: 'percent', percent: 20 } })
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(100)
    world.merge()
    world.report('failed', ['prod-2', 'prod-3'])
    const moved = (): readonly (readonly number[])[] =>
      world
        .merge()
        .flatMap((proposal) =>
          proposal.kind === 'return' ? [proposal.placements.map(({ cluster }) => cluster)] : [],
        )
    expect(moved()).toEqual([[2, 3]])
    expect(world.rollout('prod').current?.state).toBe('rejected')
    expect(moved()).toEqual([[0, 1, 4]])
    expect(moved()).toEqual([])
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['1.0.0']))
  })

  test('not healthy by the deadline after its generation was observed is failed; not observed is not', () => {
    const world = upgradedWorld()
    world.merge()
    world.pass(10_000)
    expect(world.plan().proposals).toEqual([])
    world.report('progressing', ['prod-0'])
    world.pass(599)
    expect(world.plan().proposals).toEqual([])
    world.pass(1)
    expect(world.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('a first install that fails halts and pages instead of going nowhere', () => {
    const world = oneGroup()
    world.merge()
    world.report('failed', ['prod-0'])
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'halted' }])
    expect(world.group('prod')).toMatchObject({ state: 'halted' })
    expect(world.plan().proposals).toEqual([])
    world.versions(['1.0.0', '1.0.1'])
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 1, release: { version: '1.0.1' } }])
  })

  test('the file of a rejected release is no way back', () => {
    const world = oneGroup()
    world.merge()
    world.report('failed', ['prod-0'])
    world.merge()
    world.versions(['1.0.0', '1.0.1'])
    world.merge()
    world.report('failed', ['prod-0'])
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'halted' }])
  })

  test('a version marked irreversible halts and pages, also by order: nothing goes back from it', () => {
    const world = createPlannedWorld([{ name: 'prod', clusters: prod }], { irreversible: ['2.0.0'] })
    world.versions(['1.0.0'])
    world.settle()
    world.versions(['1.0.0', '2.0.0'])
    world.merge()
    world.report('failed', ['prod-0'])
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'halted' }])
    expect(world.releasesOn(['prod-0', 'prod-1'])).toEqual(['2.0.0', '1.0.0'])
  })

  test('onFailure halt stops and moves nothing', () => {
    const world = upgradedWorld({ onFailure: 'halt' })
    world.merge()
    world.report('failed', ['prod-0'])
    expect(world.merge()).toMatchObject([{ kind: 'verdict', verdict: 'halted' }])
    expect(world.releasesOn(['prod-0'])).toEqual(['2.0.0'])
  })
})

describe('silence', () => {
  test('is never healthy and never turned into failed by time', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('progressing', ['prod-0'])
    world.setSilent(['prod-0'], true)
    world.pass(100_000)
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'silent', state: 'waiting' }])
  })

  test('before the merge a cluster is passed over, and caught up by a refresh when it returns', () => {
    const world = upgradedWorld()
    world.setSilent(['prod-3'], true)
    world.settle()
    expect(world.rollout('prod').current?.state).toBe('proven')
    expect(world.releasesOn(['prod-2', 'prod-3'])).toEqual(['2.0.0', '1.0.0'])
    world.setSilent(['prod-3'], false)
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 1, quota: 1, clusters: [3] }])
    world.settle()
    expect(world.releasesOn(['prod-3'])).toEqual(['2.0.0'])
    expect(world.rollout('prod').proven.map(({ release }) => release.version)).toEqual(['1.0.0', '2.0.0'])
  })

  test('a later wave passes with as many silent clusters as the strategy allows', () => {
    const world = upgradedWorld({ maxSilent: { kind: 'count', count: 1 } })
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(100)
    world.merge()
    world.report('healthy', prod.slice(0, 4))
    world.setSilent(['prod-4'], true)
    world.pass(100)
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 3 }])
  })

  test('a wave in which nothing is healthy proves nothing', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('healthy', ['prod-0'])
    world.setSilent(['prod-0'], true)
    world.pass(1000)
    expect(world.plan().proposals).toEqual([])
  })
})

describe('promotion', () => {
  function chain(soak = 300) {
    const world = createPlannedWorld([
      { name: 'devel', clusters: devel },
      { name: 'prod', clusters: prod, after: ['devel'], promotion: { soak } },
    ])
    world.versions(['1.0.0'])
    return world
  }

  /** Lets devel prove what it has, merging only there. */
  function prove(world: ReturnType<typeof chain>) {
    for (let round = 0; round < 20; round++) {
      for (const proposal of world.plan().proposals) if (proposal.group === 'devel') world.apply(proposal)
      if (world.rollout('devel').current?.state === 'proven') return
      world.report('healthy', devel)
      world.pass(100)
    }
    throw new Error('devel proved nothing')
  }

  test('a group takes only what its ancestors have proven for the promotion soak', () => {
    const world = chain()
    expect(world.plan().proposals.map(({ group }) => group)).toEqual(['devel'])
    prove(world)
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'promotion', opensAt: world.now + 300 }])
    world.pass(300)
    expect(world.plan().proposals).toMatchObject([{ group: 'prod', wave: 1 }])
  })

  test('newer releases queue in the proving group while one soaks for promotion', () => {
    const world = chain()
    prove(world)
    world.versions(['1.0.0', '1.1.0'])
    expect(world.plan().proposals).toEqual([])
    expect(world.group('devel').waitsFor).toMatchObject([
      { gate: 'promotion', reason: '1.0.0 soaks here for promotion to prod' },
    ])
    world.pass(300)
    expect(
      world
        .plan()
        .proposals.map(
          (proposal) => `${proposal.group} ${'release' in proposal ? proposal.release.version : ''}`,
        ),
    ).toEqual(['devel 1.1.0', 'prod 1.0.0'])
  })

  test('a version rejected in the ancestor never reaches the group', () => {
    const world = chain()
    world.settle()
    world.versions(['1.0.0', '2.0.0'])
    world.merge()
    world.report('failed', ['devel-0'])
    world.settle()
    world.pass(10_000)
    expect(new Set(world.releasesOn([...devel, ...prod]))).toEqual(new Set(['1.0.0']))
  })

  test('a reverted template is proven again before it is promoted', () => {
    const world = chain(0)
    world.settle()
    world.versions(['1.0.0'], 'bbbbbbbb')
    world.settle()
    world.versions(['1.0.0'], 'aaaaaaaa')
    const proposals = world.plan().proposals
    expect(proposals).toMatchObject([{ group: 'devel', release: { revision: 'aaaaaaaa' } }])
    world.settle()
    expect(world.rollout('prod').current?.release.revision).toBe('aaaaaaaa')
  })
})

describe('superseding', () => {
  test('finish-wave lets the wave finish, then starts the newer release at wave 1 on the superseded clusters', () => {
    const world = upgradedWorld({
      waves: [
        { kind: 'count', count: 2 },
        { kind: 'percent', percent: 100 },
      ],
    })
    world.merge()
    world.versions(['1.0.0', '2.0.0', '3.0.0'])
    expect(world.merge()).toEqual([])
    world.report('healthy', ['prod-0', 'prod-1'])
    world.pass(100)
    expect(world.merge()).toMatchObject([
      { kind: 'wave', wave: 1, release: { version: '3.0.0' }, clusters: [0, 1] },
    ])
    expect(world.rollout('prod').current?.superseded).toEqual(['2.0.0@aaaaaaaa'])
  })

  test('the way back is the last proven release, never the superseded one', () => {
    const world = upgradedWorld({ supersede: 'immediate' })
    world.merge()
    world.versions(['1.0.0', '2.0.0', '3.0.0'])
    world.merge()
    expect(world.releasesOn(['prod-0'])).toEqual(['3.0.0'])
    world.report('failed', ['prod-0'])
    world.merge()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['1.0.0']))
  })

  test('clusters left on a superseded release go back with the rejected one', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(100)
    world.merge()
    world.report('healthy', prod.slice(0, 5))
    world.versions(['1.0.0', '2.0.0', '3.0.0'])
    world.pass(100)
    expect(world.merge()).toMatchObject([{ wave: 1, release: { version: '3.0.0' }, clusters: [0] }])
    world.report('failed', ['prod-0'])
    world.merge()
    world.merge()
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['1.0.0']))
  })

  test('a rollout that superseded another is superseded only by immediate', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(100)
    world.versions(['1.0.0', '2.0.0', '3.0.0'])
    world.merge()
    world.versions(['1.0.0', '2.0.0', '3.0.0', '4.0.0'])
    world.report('healthy', ['prod-0'])
    world.pass(100)
    expect(world.merge()).toMatchObject([{ wave: 2, release: { version: '3.0.0' } }])
  })
})

describe('orders', () => {
  test('a hold shuts forward waves in its scope and names its file', () => {
    const world = upgradedWorld()
    world.directives.push({
      kind: 'Hold',
      name: 'incident',
      scope: { service: 'payments', group: undefined },
      rollbacks: false,
      reason: 'incident 7',
      file: 'directives/incident.yaml',
    })
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([
      { gate: 'hold', state: 'shut', opensWhen: 'directives/incident.yaml is removed' },
    ])
  })

  test('a hold does not stop a rollback, unless it says so', () => {
    const world = upgradedWorld()
    world.merge()
    world.report('failed', ['prod-0'])
    const hold = {
      kind: 'Hold',
      name: 'h',
      scope: { service: undefined, group: undefined },
      reason: 'r',
      file: 'f',
    } as const
    world.directives.push({ ...hold, rollbacks: false })
    expect(world.plan().proposals).toMatchObject([{ kind: 'return' }])
    world.directives.splice(0, 1, { ...hold, rollbacks: true })
    expect(world.plan().proposals).toEqual([])
  })

  test('an ordered rollback rejects a proven release and returns every placement it moved', () => {
    const world = upgradedWorld()
    world.settle()
    world.directives.push(rollbackOrder())
    expect(world.merge()).toMatchObject([
      { kind: 'return', reason: 'rejected', text: 'ordered: wrong totals (directives/rb.yaml)' },
    ])
    expect(new Set(world.releasesOn(prod))).toEqual(new Set(['1.0.0']))
    world.pass(10_000)
    expect(world.plan().proposals).toEqual([])
  })

  test('an error of the catalog freezes forward waves and not rollbacks', () => {
    const world = upgradedWorld()
    world.freeze('services/payments/service.yaml:3 is broken')
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'catalog', state: 'shut' }])
    world.freeze(undefined)
    world.merge()
    world.freeze('broken')
    world.report('failed', ['prod-0'])
    expect(world.plan().proposals).toMatchObject([{ kind: 'return' }])
  })

  test('a manual group asks for approval of each wave', () => {
    const world = createPlannedWorld([{ name: 'prod', clusters: prod, promotion: { mode: 'manual' } }])
    world.versions(['1.0.0'])
    expect(world.plan().proposals).toMatchObject([{ kind: 'wave', needsApproval: true }])
  })
})

describe('joining clusters', () => {
  test('a new cluster gets what is proven in its group at once and the rolling release in a later wave', () => {
    const world = upgradedWorld()
    world.unjoin('prod-9')
    world.merge()
    expect(world.plan().joins).toMatchObject([{ cluster: 9, release: { version: '1.0.0' } }])
    expect(world.plan().proposals).toEqual([])
  })

  test('where nothing is proven a new cluster joins nothing', () => {
    const world = createPlannedWorld([{ name: 'prod', clusters: prod }], { rejoin: true })
    world.versions(['1.0.0'])
    expect(world.plan()).toMatchObject({ joins: [], proposals: [] })
  })

  test('a cluster that joins or leaves never changes the quota of an opened wave', () => {
    const world = upgradedWorld()
    world.bootstrapped[9] = 0
    world.merge()
    world.report('healthy', ['prod-0'])
    world.pass(100)
    world.merge()
    const quotas = world.rollout('prod').current?.waves.map(({ quota }) => quota)
    world.bootstrapped[9] = 1
    world.report('healthy', prod)
    world.pass(100)
    world.merge()
    expect(
      world
        .rollout('prod')
        .current?.waves.map(({ quota }) => quota)
        .slice(0, 2),
    ).toEqual(quotas)
  })
})

test('planning the same input twice gives the same plan', () => {
  const world = upgradedWorld()
  world.merge()
  expect(world.plan()).toEqual(world.plan())
})
