import { describe, expect, test } from 'vitest'
import { createFleet } from '../../../src/adapters/fleet/fleet.ts'
import { PushRejectedError } from '../../../src/adapters/fleet/write.ts'
import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import { memoryBench, rolloutFile, serviceFile, systemBench } from './bench.ts'

const wave = {
  branch: 'halyard/payments/prod/1',
  changes: [serviceFile('c1', 'payments', '1.0.0')],
  message: 'wave',
  time: 10,
}

describe.for([
  ['in memory', memoryBench],
  ['on disk', systemBench],
] as const)('writing to the fleet repository, %s', ([, createBench]) => {
  test('a branch is one commit on its base, and is listed until it is deleted', async () => {
    const bench = await createBench()
    const base = await bench.commit([{ path: 'README.md', text: 'hello' }])
    const fleet = await bench.fleet()
    await fleet.sync()
    const pushed = await fleet.pushBranch({ ...wave, base })
    const head = await bench.head(wave.branch)
    expect(pushed).toEqual({ kind: 'pushed', head })
    expect(await bench.remote.log(head ?? '')).toMatchObject([
      { parents: [base], author: { name: 'Halyard' }, time: 10 },
      { oid: base },
    ])
    expect(await fleet.branches()).toEqual(new Map([[wave.branch, head]]))
    expect(await fleet.deleteBranch(wave.branch, head ?? '')).toBe('deleted')
    expect(await bench.head(wave.branch)).toBeUndefined()
    expect(await fleet.branches()).toEqual(new Map())
  })

  test('a branch pushed before by another controller is adopted, though it was written at another time', async () => {
    const bench = await createBench()
    const base = await bench.commit([{ path: 'README.md', text: 'hello' }])
    const [mine, theirs] = [await bench.fleet(), await bench.fleet()]
    await Promise.all([mine.sync(), theirs.sync()])
    const first = await theirs.pushBranch({ ...wave, base })
    expect(await mine.pushBranch({ ...wave, base, time: 99 })).toEqual(first)
  })

  test('a branch with other content is replaced', async () => {
    const bench = await createBench()
    const base = await bench.commit([{ path: 'README.md', text: 'hello' }])
    const fleet = await bench.fleet()
    await fleet.sync()
    const first = await fleet.pushBranch({ ...wave, base })
    const second = await fleet.pushBranch({
      ...wave,
      base,
      changes: [serviceFile('c1', 'payments', '1.1.0')],
    })
    expect(second).not.toEqual(first)
    expect(second).toEqual({ kind: 'pushed', head: await bench.head(wave.branch) })
  })

  test('a stale writer is refused and leaves main as it was', async () => {
    const bench = await createBench()
    await bench.commit([rolloutFile('prod', 'payments', { fence: 1 })])
    const [mine, theirs] = [await bench.fleet(), await bench.fleet()]
    const base = (await mine.sync()).head ?? ''
    await theirs.sync()
    const won = await mine.commitLedger({
      base,
      changes: [rolloutFile('prod', 'payments', { fence: 2 })],
      message: 'mine',
      time: 1,
    })
    const lost = await theirs.commitLedger({
      base,
      changes: [rolloutFile('prod', 'payments', { fence: 9 })],
      message: 'theirs',
      time: 1,
    })
    expect(won).toEqual({ kind: 'pushed', head: await bench.head('main') })
    expect(lost).toEqual({ kind: 'stale' })
    expect((await theirs.sync()).rollout('prod', 'payments')?.fence).toBe(2)
  })

  test('a branch that moved is not deleted, one that is gone counts as deleted', async () => {
    const bench = await createBench()
    const base = await bench.commit([{ path: 'README.md', text: 'hello' }])
    const [mine, theirs] = [await bench.fleet(), await bench.fleet()]
    await Promise.all([mine.sync(), theirs.sync()])
    const first = headOf(await mine.pushBranch({ ...wave, base }))
    const second = headOf(
      await theirs.pushBranch({ ...wave, base, changes: [serviceFile('c9', 'payments', '1.0.0')] }),
    )
    expect(await mine.deleteBranch(wave.branch, first)).toBe('stale')
    expect(await theirs.deleteBranch(wave.branch, second)).toBe('deleted')
    expect(await mine.deleteBranch(wave.branch, second)).toBe('deleted')
  })

  test('the first commit begins the repository, once', async () => {
    const bench = await createBench()
    const [mine, theirs] = [await bench.fleet(), await bench.fleet()]
    const first = {
      base: undefined,
      changes: [serviceFile('c1', 'payments', '1.0.0')],
      message: 'begin',
      time: 1,
    }
    expect(await mine.commitMain(first)).toEqual({ kind: 'pushed', head: await bench.head('main') })
    expect(await theirs.commitMain({ ...first, time: 2 })).toEqual({ kind: 'stale' })
    expect((await mine.sync()).services).toEqual(['payments'])
  })
})

test('a ledger commit touches nothing but rollouts', async () => {
  const bench = await memoryBench()
  const base = await bench.commit([{ path: 'README.md', text: 'hello' }])
  const fleet = await bench.fleet()
  const changes = [rolloutFile('prod', 'payments'), serviceFile('c1', 'payments', '1.0.0')]
  await expect(fleet.commitLedger({ base, changes, message: 'm', time: 1 })).rejects.toThrow(RangeError)
  expect(await bench.head('main')).toBe(base)
})

test('main may have another name', async () => {
  const bench = await memoryBench()
  const fleet = createFleet({ clone: await bench.clone(), clusters: createClusterIndex(), branch: 'live' })
  const first = { changes: [serviceFile('c1', 'payments', '1.0.0')], message: 'begin', time: 1 }
  expect(await fleet.commitMain({ base: undefined, ...first })).toEqual({
    kind: 'pushed',
    head: await bench.head('live'),
  })
  expect(await fleet.sync()).toMatchObject({ head: await bench.head('live'), services: ['payments'] })
  expect(await bench.head('main')).toBeUndefined()
})

test('only branches of Halyard are written and deleted', async () => {
  const bench = await memoryBench()
  const base = await bench.commit([{ path: 'README.md', text: 'hello' }])
  const fleet = await bench.fleet()
  await expect(fleet.pushBranch({ ...wave, branch: 'main', base })).rejects.toThrow(RangeError)
  await expect(fleet.deleteBranch('main', base)).rejects.toThrow(RangeError)
})

test('a refusal of the remote tells its reason', async () => {
  const bench = await memoryBench({ refuse: () => 'protected branch' })
  const fleet = await bench.fleet()
  const begin = fleet.commitMain({ base: undefined, changes: [], message: 'm', time: 1 })
  await expect(begin).rejects.toThrow(PushRejectedError)
  await expect(begin).rejects.toThrow('protected branch')
})

test('texts and expectations come in the order of their blobs', async () => {
  const bench = await memoryBench()
  const fleet = await bench.fleet()
  const clone = await bench.clone()
  const service = [
    '# halyard payments 1.0.0 0a1b2c3d',
    '---',
    'kind: HelmRelease',
    'spec: { releaseName: payments, values: { replicas: 3 } }',
    '---',
    'kind: OCIRepository',
    'metadata: { name: payments-abc, annotations: { halyard.dev/chart-digest: "sha256:abc" } }',
  ].join('\n')
  const texts = [service, 'kind: ConfigMap\n', 'a: [', 'a: &x [1]\nb: *x\n']
  await fleet.commitMain({
    base: undefined,
    changes: texts.map((text, index) => ({ path: String(index), text })),
    message: 'm',
    time: 1,
  })
  await clone.fetch(['refs/heads/'])
  const oids = await clone.writeBlobs(texts)
  const reversed = oids.toReversed()
  expect(await fleet.readBlobs([...oids, ...oids])).toEqual([...texts, ...texts])
  expect(await fleet.readExpectations(reversed)).toEqual([
    undefined,
    undefined,
    undefined,
    { kind: 'chart', chartDigest: 'sha256:abc', spec: { releaseName: 'payments', values: { replicas: 3 } } },
  ])
  expect(await fleet.readExpectations(oids)).toEqual((await fleet.readExpectations(reversed)).toReversed())
})

function headOf(result: { readonly kind: string; readonly head?: string }): string {
  return result.head ?? ''
}
