import { describe, expect, test } from 'vitest'
import type { StatusDocument } from '../../../src/adapters/fleet/port.ts'
import { memoryBench, systemBench } from './bench.ts'

const status: StatusDocument = {
  publishedAt: 1_700_000_000,
  holder: 'controller-1',
  catalogCommit: 'c'.repeat(40),
  fleetCommit: undefined,
  acknowledged: ['hold-payments'],
  clusters: ['c1', 'c2', 'c3'],
  contactAt: Uint32Array.of(1_699_999_990, 0, 4_294_967_295),
  services: new Map([
    [
      'payments',
      {
        blobs: ['a'.repeat(40), 'b'.repeat(40), ''],
        running: ['', 'a'.repeat(40), ''],
        state: Uint8Array.of(6, 7, 0),
        since: Uint32Array.of(100, 200, 0),
        observedAt: Uint32Array.of(90, 0, 0),
        evidence: new Map([[1, 'CrashLoopBackOff']]),
      },
    ],
    ['__proto__', emptyColumns()],
  ]),
}

describe.for([
  ['in memory', memoryBench],
  ['on disk', systemBench],
] as const)('the published status, %s', ([, createBench]) => {
  test('comes back as it was published, for anybody with a clone', async () => {
    const bench = await createBench()
    const [writer, reader] = [await bench.fleet(), await bench.fleet()]
    expect(await reader.readStatus()).toBeUndefined()
    await writer.publishStatus(status)
    expect(await reader.readStatus()).toEqual(status)
  })

  test('is replaced, whoever wrote it before, and leaves no history', async () => {
    const bench = await createBench()
    const [mine, theirs] = [await bench.fleet(), await bench.fleet()]
    await mine.publishStatus(status)
    await theirs.publishStatus({ ...status, holder: 'controller-2' })
    await mine.publishStatus({ ...status, publishedAt: 1_700_000_060 })
    expect(await theirs.readStatus()).toMatchObject({ holder: 'controller-1', publishedAt: 1_700_000_060 })
    const head = (await bench.remote.resolve('refs/halyard/status')) ?? ''
    expect(await bench.remote.log(head)).toHaveLength(1)
  })
})

test.for(['{"format":99}', 'not json', '{"format":1,"contactAt":"%%%","services":{}}'])(
  'a status that cannot be read is none: %s',
  async (text) => {
    const bench = await memoryBench()
    const author = { name: 'Ana', email: 'ana@example.com' }
    const draft = {
      parent: undefined,
      changes: [{ path: 'status.json', text }],
      message: 'm',
      author,
      time: 1,
    }
    const [to] = await bench.remote.writeCommits([draft])
    await bench.remote.updateRefs([{ ref: 'refs/halyard/status', expected: undefined, to }])
    const fleet = await bench.fleet()
    expect(await fleet.readStatus()).toBeUndefined()
    await fleet.publishStatus(status)
    expect(await fleet.readStatus()).toEqual(status)
  },
)

function emptyColumns() {
  const none = { blobs: [], running: [], evidence: new Map<number, string>() }
  return { ...none, state: new Uint8Array(), since: new Uint32Array(), observedAt: new Uint32Array() }
}
