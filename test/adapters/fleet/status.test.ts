import { describe, expect, test } from 'vitest'
import { createAssembler } from '../../../src/adapters/catalog/snapshot.ts'
import { readDefaultTemplates } from '../../../src/adapters/catalog/templates.ts'
import type { PublishedService, SharedCatalog, StatusDocument } from '../../../src/adapters/fleet/port.ts'
import { emptyRollout } from '../../../src/core/domain/rollout.ts'
import type { ObjectTemplates } from '../../../src/core/domain/templates.ts'
import { recordObserved } from '../../../src/core/plan/recorded-columns.ts'
import { memoryBench, systemBench } from './bench.ts'

const skeletons = await readDefaultTemplates()

const payments: PublishedService = {
  service: {
    name: 'payments',
    owner: 'team-payments',
    namespace: 'pay',
    releaseName: 'payments',
    tier: 'standard',
    targets: 'none',
    dependsOn: [],
    notifications: [],
    file: 'services/payments/service.yaml',
  },
  targetsLine: 8,
  versions: [],
  frozenBy: undefined,
  frozenOn: new Map([['c2', 'no such region']]),
  neighbours: ['ledger'],
  desired: {
    files: [
      { blob: '', release: '' },
      { blob: 'a'.repeat(40), release: 'payments@1.0.0' },
      { blob: 'b'.repeat(40), release: 'payments@1.1.0' },
    ],
    file: Uint16Array.of(1, 2, 0),
    commit: new Uint32Array(3),
    mergedAt: Uint32Array.of(50, 60, 0),
  },
  observed: {
    running: Uint16Array.of(0, 1, 0),
    state: Uint8Array.of(6, 7, 0),
    since: Uint32Array.of(100, 200, 0),
    observedAt: Uint32Array.of(90, 0, 0),
    evidence: new Map([[1, 'CrashLoopBackOff']]),
  },
  rollouts: [emptyRollout('payments', 'prod')],
  plan: { groups: [], proposals: [{ group: 'prod' }] },
  summary: { service: 'payments' },
}

/** Tells how often each service was put together. */
function standing(content: PublishedService, of: readonly unknown[] = [content], reads: string[] = []) {
  const { name } = content.service
  return {
    name,
    of,
    read() {
      reads.push(name)
      return content
    },
  }
}

const catalog = assembleCatalog(skeletons)
const status: StatusDocument = {
  publishedAt: 1_700_000_000,
  holder: 'controller-1',
  catalogCommit: 'c'.repeat(40),
  fleetCommit: undefined,
  acknowledged: ['hold-payments'],
  clusters: ['c1', 'c2', 'c3'],
  contactAt: Uint32Array.of(1_699_999_990, 0, 4_294_967_295),
  bootstrapped: Uint8Array.of(1, 0, 1),
  sickness: {
    placed: Uint16Array.of(3, 2, 0),
    unwell: Uint16Array.of(1, 2, 0),
    sick: Uint8Array.of(0, 1, 0),
  },
  blackouts: [{ from: 5, clusters: 3 }],
  edits: [
    {
      path: 'clusters/c1/apps/shop/payments.yaml',
      commit: 'e'.repeat(40),
      by: 'Eve <eve@example.com>',
      before: 'b'.repeat(40),
    },
  ],
  notices: [
    { kind: 'orphan', service: 'gone', clusters: 2, text: 'gone is on 2 clusters', remedy: 'put it back' },
  ],
  emptyings: [{ cluster: 'c3', state: 'empty', digest: 'sha256:1', waitsFor: [], leaves: [] }],
  problems: [{ path: 'clusters/c1/apps/pay/x.yaml', reason: 'no header' }],
  summaryShape: 'shape-1',
  catalog,
  services: [standing(payments)],
}
const { catalog: _catalog, services: _services, ...head } = status

function assembleCatalog(templates: ObjectTemplates): SharedCatalog {
  const { catalog } = createAssembler(templates)('c'.repeat(40), new Map())
  const { services: _s, versions: _v, ...shared } = catalog
  const clusters = [
    { name: 'c1', labels: { env: 'prod' }, metadata: {}, decommission: false, file: 'clusters/c1.yaml' },
  ]
  return { ...shared, clusters }
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
    const published = await reader.readStatus()
    expect(published).toMatchObject(head)
    expect(await published?.catalog()).toEqual(catalog)
    expect(await published?.summaries()).toEqual([{ service: 'payments' }])
    expect(await published?.services(['payments', 'ledger'])).toEqual([payments, undefined])
    const recorded = (await published?.recorded())?.('payments')
    expect(recorded).toEqual(recordObserved(payments.observed, payments.desired))
  })

  test('holds each service apart, and puts together only what changed', async () => {
    const bench = await createBench()
    const writer = await bench.fleet()
    const reads: string[] = []
    const ledger = {
      ...payments,
      service: { ...payments.service, name: 'ledger' },
      summary: { service: 'ledger' },
    }
    const services = [standing(ledger, [1], reads), standing(payments, [1], reads)]
    await writer.publishStatus({ ...status, services })
    const moved = { ...payments, summary: { service: 'payments', moved: true } }
    await writer.publishStatus({
      ...status,
      services: [standing(ledger, [1], reads), standing(moved, [2], reads)],
    })
    expect(reads).toEqual(['ledger', 'payments', 'payments'])
    const published = await (await bench.fleet()).readStatus()
    expect(await published?.summaries()).toEqual([ledger.summary, moved.summary])
    expect(await published?.services(['ledger'])).toEqual([ledger])
  })

  test('names what it holds by path, and keeps the head small', async () => {
    const bench = await createBench()
    await (await bench.fleet()).publishStatus(status)
    const entries = await bench.remote.tree((await bench.remote.resolve('refs/halyard/status')) ?? '')
    const paths = ['catalog.json', 'clusters.json', 'placements/payments.json', 'services/payments.json']
    expect(entries.map(({ path }) => path)).toEqual([...paths, 'status.json', 'summaries.json'])
    const [text = ''] = await bench.remote.readBlobs([entries[4]?.oid ?? ''])
    expect(Object.keys(JSON.parse(text)).toSorted()).toEqual(
      ['format', ...Object.keys(head)].filter((key) => key !== 'fleetCommit').toSorted(),
    )
  })

  test('forgets services that are gone', async () => {
    const bench = await createBench()
    const writer = await bench.fleet()
    await writer.publishStatus(status)
    await writer.publishStatus({ ...status, services: [] })
    const published = await (await bench.fleet()).readStatus()
    expect(await published?.services(['payments'])).toEqual([undefined])
    expect(await published?.summaries()).toEqual([])
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

test.for([
  '{"format":99}',
  'not json',
  '{"format":1,"contactAt":"","services":{}}',
  '{"format":2,"contactAt":"%%%"}',
])('a status that cannot be read is none: %s', async (text) => {
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
  expect(await fleet.readStatus()).toMatchObject(head)
})
