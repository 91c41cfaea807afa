import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Share } from '../../../src/core/domain/share.ts'
import { type Blackout, clockAfter, followBlackouts } from '../../../src/core/plan/blackout.ts'
import { clusterNames, rollbackOrder, upgradedWorld } from './planned-world.ts'

const fifth: Share = { kind: 'percent', percent: 20 }
const silentAfter = 600

/** The blackouts after a look at `now`, with the last sign of life of each cluster. */
function look(
  known: readonly Blackout[],
  contacts: readonly number[],
  now: number,
  cordoned: readonly number[] = [],
) {
  const contactAt = Uint32Array.from(contacts)
  const silent = Uint8Array.from(contacts, (at) => (at + silentAfter < now ? 1 : 0))
  const counts = (cluster: number): boolean => !cordoned.includes(cluster)
  return followBlackouts(known, { contactAt, silent, counts }, { share: fifth, silentAfter }, now)
}

const fleet = (gone: number, at: number, of = 15, last = 10_000): readonly number[] =>
  Array.from({ length: of }, (_, cluster) => (cluster < gone ? at : last))

describe('a blackout', () => {
  test('is when a share of the clusters that were in contact falls silent at once, and at least 3', () => {
    expect(look([], fleet(2, 9000), 10_000)).toEqual([])
    expect(look([], fleet(3, 9000), 10_000)).toEqual([{ from: 9000, clusters: 3 }])
    expect(look([], fleet(3, 9000, 16), 10_000)).toEqual([{ from: 9000, clusters: 3 }])
    expect(look([], fleet(3, 9000, 21), 10_000)).toEqual([])
    expect(look([], fleet(2, 9000, 3), 10_000)).toEqual([])
  })

  test('is none where clusters fell silent one by one, long apart', () => {
    expect(look([], [1000, 3000, 5000, 7000, ...fleet(0, 0)], 10_000)).toEqual([])
  })

  test('does not count clusters that never reported, nor those that are cordoned', () => {
    expect(look([], fleet(6, 0), 10_000)).toEqual([])
    expect(look([], fleet(3, 9000), 10_000, [0])).toEqual([])
  })

  test('goes on while they are out of contact, takes in who follows, and ends when enough are back', () => {
    const begun = look([], fleet(3, 9000), 10_000)
    const grown = look(begun, [9000, 9000, 9000, 9900, ...fleet(0, 0, 11, 11_000)], 11_000)
    expect(grown).toEqual([{ from: 9000, clusters: 4 }])
    const ended = look(grown, [9000, 9000, 11_500, 11_500, ...fleet(0, 0, 11, 11_500)], 11_500)
    expect(ended).toEqual([{ from: 9000, clusters: 4, until: 11_500 }])
    expect(look(ended, fleet(2, 9000, 15, 11_600), 11_600)).toBe(ended)
  })

  test('has the same beginning for a process that starts within it', () => {
    const contacts = [9000, 9100, 9200, 9300, ...fleet(0, 0)]
    const [begun] = look([], contacts, 10_000)
    expect(look([], contacts, 50_000)).toMatchObject([{ from: begun?.from }])
  })

  test('never ends and begins again at the same contacts', () => {
    const contacts = fc.array(fc.integer({ min: 1, max: 10_000 }), { maxLength: 12 })
    fc.assert(
      fc.property(contacts, contacts, (before, after) => {
        const first = look([], before, 10_000)
        const later = before.map((at, cluster) => Math.max(at, (after[cluster] ?? 0) + 5000))
        const second = look(first, later, 15_000)
        const third = look(second, later, 15_000)
        expect(third.length).toBe(second.length)
      }),
    )
  })
})

describe('the clock of deadlines', () => {
  test('stands still in blackouts: one that ran through them is later by their length', () => {
    expect(clockAfter(100, 50, [])).toBe(150)
    expect(clockAfter(100, 50, [{ from: 120, until: 130, clusters: 3 }])).toBe(160)
    expect(clockAfter(100, 50, [{ from: 80, until: 130, clusters: 3 }])).toBe(180)
    expect(
      clockAfter(100, 50, [
        { from: 120, until: 140, clusters: 3 },
        { from: 165, until: 170, clusters: 3 },
      ]),
    ).toBe(175)
    expect(clockAfter(100, 50, [{ from: 151, until: 170, clusters: 3 }])).toBe(150)
    expect(clockAfter(100, 50, [{ from: 120, clusters: 3 }])).toBe(Infinity)
  })
})

describe('while a blackout goes on', () => {
  const prod = clusterNames('prod', 10)
  function rolling() {
    const world = upgradedWorld()
    world.merge()
    return world
  }
  const begin = (world: ReturnType<typeof rolling>): void => {
    world.setSilent(prod.slice(5), true)
    world.blackouts.push({ from: world.now, clusters: 5 })
  }
  const end = (world: ReturnType<typeof rolling>): void => {
    world.setSilent(prod.slice(5), false)
    const last = world.blackouts.pop()
    if (last) world.blackouts.push({ ...last, until: world.now })
  }

  test('all forward gates are shut, and say how many fell silent and since when', () => {
    const world = rolling()
    world.report('healthy', ['prod-0'])
    begin(world)
    world.pass(500)
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([
      { gate: 'blackout', state: 'shut', since: world.now - 500 },
    ])
    expect(world.group('prod').waitsFor[0]?.reason).toContain('5 clusters fell silent at once')
    end(world)
    expect(world.merge()).toMatchObject([{ kind: 'wave', wave: 2 }])
  })

  test('nothing is rejected by time alone, and its deadline is later by the length of the blackout', () => {
    const world = rolling()
    world.report('progressing', ['prod-0'])
    world.pass(300)
    begin(world)
    world.pass(5000)
    expect(world.plan().proposals).toEqual([])
    end(world)
    expect(world.plan().proposals).toEqual([])
    world.pass(299)
    expect(world.plan().proposals).toEqual([])
    world.pass(1)
    expect(world.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('nothing is rejected by a report from before it until it ends, but by one from within', () => {
    const world = rolling()
    world.report('failed', ['prod-0'], 'UpgradeFailed: timeout')
    world.pass(10)
    begin(world)
    expect(world.plan().proposals).toEqual([])
    end(world)
    expect(world.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])

    const within = rolling()
    begin(within)
    within.pass(10)
    within.report('failed', ['prod-0'], 'UpgradeFailed: timeout')
    expect(within.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('ordered rollbacks still go', () => {
    const world = rolling()
    begin(world)
    world.directives.push(rollbackOrder())
    expect(world.plan().proposals).toMatchObject([{ kind: 'return', reason: 'rejected' }])
  })

  test('a first wave does not pass over the many that are silent', () => {
    const world = upgradedWorld()
    world.setSilent(prod.slice(1), true)
    world.blackouts.push({ from: world.now, clusters: 9 })
    expect(world.plan().proposals).toEqual([])
    expect(world.group('prod').waitsFor).toMatchObject([{ gate: 'blackout' }])
  })
})
