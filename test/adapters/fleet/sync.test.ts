import { describe, expect, test } from 'vitest'
import { blobId } from '../../../src/core/render/blob-id.ts'
import type { FleetState } from '../../../src/adapters/fleet/port.ts'
import { clusterFiles, memoryBench, rolloutFile, serviceFile, systemBench } from './bench.ts'

describe.for([
  ['in memory', memoryBench],
  ['on disk', systemBench],
] as const)('the state of main, %s', ([, createBench]) => {
  test('of an empty repository is empty', async () => {
    const bench = await createBench()
    const fleet = await bench.fleet()
    const state = await fleet.sync()
    expect(state).toMatchObject({ head: undefined, services: [], problems: [] })
    expect(state.desired('payments').files).toHaveLength(1)
    expect(state.rollout('prod', 'payments')).toBeUndefined()
  })

  test('is read whole at first: what the last day brought is known by its commit', async () => {
    const bench = await createBench()
    const first = await bench.commit([...clusterFiles('c1'), serviceFile('c1', 'payments', '1.0.0')], 1_000)
    const head = await bench.commit(
      [serviceFile('c2', 'payments', '1.1.0'), rolloutFile('prod', 'payments', { fence: 7 })],
      2_000,
    )
    const state = await (await bench.fleet()).sync()

    expect(state).toMatchObject({ head, services: ['payments'], problems: [] })
    expect(placement(state, 'payments', 'c1')).toEqual({
      release: '1.0.0@0a1b2c3d',
      commit: 1,
      mergedAt: 1_000,
    })
    expect(placement(state, 'payments', 'c2')).toEqual({
      release: '1.1.0@0a1b2c3d',
      commit: 2,
      mergedAt: 2_000,
    })
    expect([
      state.commitOrdinal(first),
      state.commitOrdinal(head),
      state.commitOrdinal('f'.repeat(40)),
    ]).toEqual([1, 2, undefined])
    expect(state.rollout('prod', 'payments')?.fence).toBe(7)
    expect(state.changed).toMatchObject({
      restarted: true,
      services: new Set(['payments']),
      clusters: new Set(['c1']),
      rollouts: new Set(['prod/payments']),
    })
    const [c1, c2] = [ordinalOf(state, 'c1'), ordinalOf(state, 'c2')]
    expect([state.bootstrapped[c1], state.bootstrapped[c2]]).toEqual([1, 0])
    expect([
      state.hasNamespace(c1, 'shop'),
      state.hasNamespace(c1, 'halyard'),
      state.hasNamespace(c2, 'shop'),
    ]).toEqual([true, false, false])
  })

  test('follows later commits one by one: each placement knows the commit that brought it', async () => {
    const bench = await createBench()
    await bench.commit([
      serviceFile('c1', 'payments', '1.0.0'),
      serviceFile('c2', 'payments', '1.0.0'),
      serviceFile('c1', 'ledger', '3.0.0'),
    ])
    const fleet = await bench.fleet()
    await fleet.sync()
    await bench.commit([serviceFile('c1', 'payments', '1.1.0')], 2_000)
    const head = await bench.commit(
      [serviceFile('c2', 'payments', '1.1.0'), rolloutFile('prod', 'payments')],
      3_000,
    )
    const state = await fleet.sync()

    expect(placement(state, 'payments', 'c1')).toEqual({
      release: '1.1.0@0a1b2c3d',
      commit: 2,
      mergedAt: 2_000,
    })
    expect(placement(state, 'payments', 'c2')).toEqual({
      release: '1.1.0@0a1b2c3d',
      commit: 3,
      mergedAt: 3_000,
    })
    expect(placement(state, 'ledger', 'c1')).toMatchObject({ commit: 1 })
    expect(state.commitOrdinal(head)).toBe(3)
    expect(state.changed).toEqual({
      restarted: false,
      services: new Set(['payments']),
      renumbered: new Set(),
      clusters: new Set(),
      rollouts: new Set(['prod/payments']),
    })
  })

  test('tells the files of namespaces, their markers and the sync from others, through changes and removal', async () => {
    const bench = await createBench()
    const paths = ['flux-system/sync.yaml', 'namespaces/shop.yaml', 'apps/shop/halyard.yaml']
    const write = async (text: string): Promise<unknown> =>
      bench.commit(paths.map((path) => ({ path: `clusters/c1/${path}`, text })))
    await write('one\n')
    const fleet = await bench.fleet()
    const told = async (): Promise<unknown> => {
      const state = await fleet.sync()
      const c1 = ordinalOf(state, 'c1')
      return paths.map((path) =>
        [undefined, blobId('one\n'), blobId('two\n')].map((blob) => state.hasFile(c1, path, blob)),
      )
    }
    expect(await told()).toEqual(paths.map(() => [true, true, false]))
    await write('two\n')
    expect(await told()).toEqual(paths.map(() => [true, false, true]))
    await bench.commit(paths.map((path) => ({ path: `clusters/c1/${path}`, remove: true as const })))
    expect(await told()).toEqual(paths.map(() => [false, false, false]))
  })

  test('says that nothing changed when nothing did', async () => {
    const bench = await createBench()
    await bench.commit([serviceFile('c1', 'payments', '1.0.0')])
    const fleet = await bench.fleet()
    const before = (await fleet.sync()).desired('payments')
    const state = await fleet.sync()
    expect(state.changed).toMatchObject({
      restarted: false,
      services: new Set(),
      clusters: new Set(),
      rollouts: new Set(),
    })
    expect(state.desired('payments')).toBe(before)
  })

  test('notices removals', async () => {
    const bench = await createBench()
    const files = [
      ...clusterFiles('c1'),
      serviceFile('c1', 'payments', '1.0.0'),
      rolloutFile('prod', 'payments'),
    ]
    await bench.commit(files)
    const fleet = await bench.fleet()
    await fleet.sync()
    await bench.commit([
      { path: 'keep', text: '' },
      ...files.map(({ path }) => ({ path, remove: true }) as const),
    ])
    const state = await fleet.sync()
    expect(placement(state, 'payments', 'c1').release).toBe('')
    expect(state.rollout('prod', 'payments')).toBeUndefined()
    expect(state.bootstrapped[ordinalOf(state, 'c1')]).toBe(0)
    expect(state.hasNamespace(ordinalOf(state, 'c1'), 'shop')).toBe(false)
    expect(state.services).toEqual(['payments'])
    expect(state.changed).toMatchObject({
      services: new Set(['payments']),
      clusters: new Set(['c1']),
      rollouts: new Set(['prod/payments']),
    })
  })

  test('starts over when history was rewritten, and says so of services that are gone', async () => {
    const bench = await createBench()
    await bench.commit([serviceFile('c1', 'payments', '1.0.0'), serviceFile('c1', 'ledger', '1.0.0')])
    const fleet = await bench.fleet()
    await fleet.sync()
    const old = await bench.head('main')
    await bench.remote.updateRefs([{ ref: 'refs/heads/main', expected: old, to: undefined }])
    await bench.commit([serviceFile('c1', 'payments', '2.0.0')], 5_000)
    const state = await fleet.sync()
    expect(state.changed).toMatchObject({ restarted: true, services: new Set(['ledger', 'payments']) })
    expect(placement(state, 'payments', 'c1')).toEqual({
      release: '2.0.0@0a1b2c3d',
      commit: 1,
      mergedAt: 5_000,
    })
    expect(placement(state, 'ledger', 'c1').release).toBe('')
    expect(state.commitOrdinal(old ?? '')).toBeUndefined()
  })
})

describe('columns', () => {
  test('that were handed out never change', async () => {
    const bench = await memoryBench()
    await bench.commit([serviceFile('c1', 'payments', '1.0.0')])
    const fleet = await bench.fleet()
    const before = (await fleet.sync()).desired('payments')
    const copy = structuredClone(before)
    await bench.commit([serviceFile('c1', 'payments', '1.1.0'), serviceFile('c2', 'payments', '1.1.0')])
    const after = (await fleet.sync()).desired('payments')
    expect(before).toEqual(copy)
    expect(after).not.toEqual(copy)
  })

  test('grow with clusters that others number', async () => {
    const bench = await memoryBench()
    await bench.commit([...clusterFiles('c1'), serviceFile('c1', 'payments', '1.0.0')])
    const state = await (await bench.fleet()).sync()
    state.clusters.intern('new-1')
    state.clusters.intern('new-2')
    expect(state.desired('payments').file).toEqual(Uint16Array.of(1, 0, 0))
    expect(state.desired('unknown').file).toEqual(Uint16Array.of(0, 0, 0))
    expect(state.bootstrapped).toEqual(Uint8Array.of(1, 0, 0))
  })

  test('name each distinct file once', async () => {
    const bench = await memoryBench()
    await bench.commit([
      serviceFile('c1', 'payments', '1.0.0'),
      serviceFile('c2', 'payments', '1.0.0'),
      serviceFile('c3', 'payments', '1.0.0', 'edge'),
    ])
    const { files, file } = (await (await bench.fleet()).sync()).desired('payments')
    expect(files.map(({ release }) => release)).toEqual(['', '1.0.0@0a1b2c3d', '1.0.0@0a1b2c3d'])
    expect(file).toEqual(Uint16Array.of(1, 1, 2))
  })
})

describe('files by hand', () => {
  test('that cannot be read are told, count as absent, and are read once mended', async () => {
    const bench = await memoryBench()
    const good = serviceFile('c1', 'payments', '1.0.0')
    await bench.commit([
      { path: good.path, text: 'kind: HelmRelease\n' },
      { path: 'clusters/c2/apps/shop/payments.yaml', text: serviceFile('c2', 'ledger', '1.0.0').text },
      { path: 'rollouts/prod/payments.yaml', text: 'a: [b\n' },
      { path: 'rollouts/prod/ledger.yaml', text: rolloutFile('devel', 'ledger').text },
    ])
    const fleet = await bench.fleet()
    const broken = await fleet.sync()
    expect(broken.problems).toEqual([
      { path: good.path, reason: 'its first line is not that of a file that Halyard wrote' },
      { path: 'clusters/c2/apps/shop/payments.yaml', reason: 'it is the file of ledger' },
      { path: 'rollouts/prod/ledger.yaml', reason: 'it is the rollout of rollouts/devel/ledger.yaml' },
      { path: 'rollouts/prod/payments.yaml', reason: expect.stringContaining('line') },
    ])
    expect(placement(broken, 'payments', 'c1').release).toBe('')
    await bench.commit([
      good,
      rolloutFile('prod', 'payments'),
      rolloutFile('prod', 'ledger'),
      { path: 'clusters/c2/apps/shop/payments.yaml', remove: true },
    ])
    const mended = await fleet.sync()
    expect(mended.problems).toEqual([])
    expect(placement(mended, 'payments', 'c1').release).toBe('1.0.0@0a1b2c3d')
  })

  test('in another namespace than the rest of their service are told and left out', async () => {
    const bench = await memoryBench()
    const { text } = serviceFile('c2', 'payments', '1.0.0')
    await bench.commit([
      ...clusterFiles('c2'),
      serviceFile('c1', 'payments', '1.0.0'),
      { path: 'clusters/c2/apps/zoo/payments.yaml', text },
    ])
    const fleet = await bench.fleet()
    const state = await fleet.sync()
    expect(state.problems).toEqual([
      { path: 'clusters/c2/apps/zoo/payments.yaml', reason: 'the files of payments lie in namespace shop' },
    ])
    expect(placement(state, 'payments', 'c2').release).toBe('')
    await bench.commit([{ path: 'clusters/c2/apps/zoo/payments.yaml', remove: true }])
    expect((await fleet.sync()).problems).toEqual([])
  })

  test('are found again in history by whoever reads main anew, and only while they stand', async () => {
    const bench = await memoryBench()
    const [one, two] = [serviceFile('c1', 'payments', '1.0.0'), serviceFile('c2', 'payments', '1.0.0')]
    await bench.commit([one, two])
    const following = await bench.fleet()
    await following.sync()
    await bench.commit([{ ...one, text: `${one.text}# mine\n` }])
    const last = await bench.commit([
      { ...one, text: `${one.text}# ours\n` },
      { ...two, text: `${two.text}# ours\n` },
    ])
    await bench.commit([two])
    const edits = (await following.sync()).edits
    expect(edits.map(({ path, commit }) => [path, commit])).toEqual([[one.path, last]])
    expect((await (await bench.fleet()).sync()).edits).toEqual(edits)
  })

  test('elsewhere mean nothing', async () => {
    const bench = await memoryBench()
    await bench.commit([
      { path: 'README.md', text: '' },
      { path: 'clusters/README.md', text: '' },
      { path: 'clusters/c1/notes.yaml', text: '' },
      { path: 'clusters/c1/apps/shop.yaml', text: '' },
      { path: 'clusters/c1/apps/shop/deep/payments.yaml', text: '' },
      { path: 'clusters/c1/apps/shop/notes.txt', text: '' },
      { path: 'rollouts/prod/deep/payments.yaml', text: '' },
      { path: 'rollouts/notes.yaml', text: '' },
    ])
    expect(await (await bench.fleet()).sync()).toMatchObject({ services: [], problems: [] })
  })
})

function ordinalOf(state: FleetState, cluster: string): number {
  return state.clusters.ordinalOf(cluster) ?? -1
}

interface Placement {
  readonly release: string | undefined
  readonly commit: number | undefined
  readonly mergedAt: number | undefined
}

function placement(state: FleetState, service: string, cluster: string): Placement {
  const { files, file, commit, mergedAt } = state.desired(service)
  const at = ordinalOf(state, cluster)
  return { release: files[file[at] ?? -1]?.release, commit: commit[at], mergedAt: mergedAt[at] }
}
