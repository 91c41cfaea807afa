import { describe, expect, test } from 'vitest'
import { createGitLease } from '../../../src/adapters/fleet/lease.ts'
import type { Lease } from '../../../src/adapters/fleet/port.ts'
import { memoryBench, systemBench } from './bench.ts'
import type { FleetBench } from './bench.ts'

describe.for([
  ['in memory', memoryBench],
  ['on disk', systemBench],
] as const)('the lease, %s', ([, createBench]) => {
  test('is held by one at a time, until it ends', async () => {
    const { leaseOf, clock } = await createLeases(createBench)
    const [a, b] = [await leaseOf('a'), await leaseOf('b')]
    expect(await a.acquire()).toEqual({ kind: 'held', term: 1, until: 1_060 })
    expect(await b.acquire()).toEqual({ kind: 'taken', by: 'a', until: 1_060 })
    clock.now = 1_060
    expect(await b.acquire()).toEqual({ kind: 'held', term: 2, until: 1_120 })
    expect(await a.acquire()).toEqual({ kind: 'taken', by: 'b', until: 1_120 })
  })

  test('is taken again at once by the same holder after a crash, in the same term', async () => {
    const { leaseOf } = await createLeases(createBench)
    await (await leaseOf('a')).acquire()
    expect(await (await leaseOf('a')).acquire()).toEqual({ kind: 'held', term: 1, until: 1_060 })
  })

  test('is renewed once half of it is over', async () => {
    const { leaseOf, clock } = await createLeases(createBench)
    const a = await leaseOf('a')
    await a.acquire()
    clock.now = 1_029
    expect(await a.acquire()).toMatchObject({ until: 1_060 })
    clock.now = 1_030
    expect(await a.acquire()).toEqual({ kind: 'held', term: 1, until: 1_090 })
  })

  test('given up is free for another at once, in a new term', async () => {
    const { leaseOf } = await createLeases(createBench)
    const [a, b] = [await leaseOf('a'), await leaseOf('b')]
    await a.acquire()
    await b.release()
    expect(await b.acquire()).toMatchObject({ kind: 'taken' })
    await a.release()
    expect(await b.acquire()).toMatchObject({ kind: 'held', term: 2 })
  })

  test('goes to exactly one of those who reach for it together', async () => {
    const { leaseOf } = await createLeases(createBench)
    const leases = await Promise.all(['a', 'b', 'c'].map(leaseOf))
    const outcomes = await Promise.all(leases.map(async (lease) => lease.acquire()))
    expect(outcomes.filter(({ kind }) => kind === 'held')).toHaveLength(1)
  })
})

async function createLeases(createBench: () => Promise<FleetBench>): Promise<{
  readonly clock: { now: number }
  readonly leaseOf: (holder: string) => Promise<Lease>
}> {
  const bench = await createBench()
  const clock = { now: 1_000 }
  const leaseOf = async (holder: string): Promise<Lease> =>
    createGitLease({ clone: await bench.clone(), holder, ttlSeconds: 60, now: () => clock.now })
  return { clock, leaseOf }
}
