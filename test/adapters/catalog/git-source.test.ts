import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCatalogSource } from '../../../src/adapters/catalog/git-source.ts'
import { createMemoryRepository } from '../../../src/adapters/git/memory.ts'
import { initRepository, openClone } from '../../../src/adapters/git/system.ts'
import type { Oid, TreeChange } from '../../../src/adapters/git/port.ts'
import { checkCatalog } from '../../../src/core/check/check-catalog.ts'
import { formatFindings } from '../../../src/core/check/format-findings.ts'
import { cluster, plainTemplates, smallCatalog, version } from './build-catalog.ts'

function setUp() {
  const repository = createMemoryRepository()
  const readOids: Oid[][] = []
  const spied = {
    ...repository,
    readBlobs: (oids: readonly Oid[]) => {
      readOids.push([...oids])
      return repository.readBlobs(oids)
    },
  }
  const source = createCatalogSource({
    repository: spied,
    branch: 'main',
    defaultTemplates: plainTemplates(),
  })
  const commit = async (changes: readonly TreeChange[]): Promise<Oid> => {
    const parent = await repository.resolve('refs/heads/main')
    const author = { name: 'Ana', email: 'ana@example.com' }
    const [oid = ''] = await repository.writeCommits([
      { parent, changes, message: 'Change', author, time: 1_800_000_000 },
    ])
    await repository.updateRefs([{ ref: 'refs/heads/main', expected: parent, to: oid }])
    return oid
  }
  const commitFiles = (files: Readonly<Record<string, string>>) =>
    commit(Object.entries(files).map(([path, text]) => ({ path, text })))
  return { source, commit, commitFiles, readOids, repository }
}

describe('head', () => {
  it('is undefined in an empty repository', async () => {
    expect(await setUp().source.head()).toBeUndefined()
  })

  it('is the commit of the branch', async () => {
    const { source, commitFiles } = setUp()
    const oid = await commitFiles(smallCatalog())
    expect(await source.head()).toBe(oid)
  })
})

describe('a clone', () => {
  it('is fetched before its head is told', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'halyard-catalog-'))
    const remote = await initRepository(join(folder, 'catalog.git'), { branch: 'main' })
    const clone = await openClone({ path: join(folder, 'clone.git'), url: join(folder, 'catalog.git') })
    const source = createCatalogSource({
      repository: clone,
      branch: 'main',
      defaultTemplates: plainTemplates(),
    })
    expect(await source.head()).toBeUndefined()
    const changes = Object.entries(smallCatalog()).map(([path, text]) => ({ path, text }))
    const author = { name: 'Ana', email: 'ana@example.com' }
    const draft = { parent: undefined, changes, message: 'Start', author, time: 1_800_000_000 }
    const [oid = ''] = await remote.writeCommits([draft])
    await remote.updateRefs([{ ref: 'refs/heads/main', expected: undefined, to: oid }])
    expect(await source.head()).toBe(oid)
    const { catalog, findings } = await source.read(oid)
    expect(findings).toEqual([])
    expect(catalog.clusters).toHaveLength(3)
    await Promise.all([clone.close(), remote.close()])
    await rm(folder, { recursive: true })
  })
})

describe('read', () => {
  it('gives the documents as domain values, lists sorted by name and versions by precedence', async () => {
    const { source, commitFiles } = setUp()
    const oid = await commitFiles(smallCatalog())
    const { catalog, findings } = await source.read(oid)
    expect(findings).toEqual([])
    expect(catalog.commit).toBe(oid)
    expect(catalog.settings.fleet).toEqual({
      url: 'https://git.example.com/fleet.git',
      branch: 'main',
      secretRef: undefined,
    })
    expect(catalog.clusters.map(({ name }) => name)).toEqual(['devel-1', 'prod', 'prod-1'])
    expect(catalog.clusters[0]).toEqual({
      name: 'devel-1',
      labels: { env: 'devel' },
      metadata: { size: 'large' },
      decommission: false,
      file: 'clusters/devel-1.yaml',
    })
    expect(catalog.groups.map(({ name }) => name)).toEqual(['devel', 'prod'])
    expect([...catalog.chartRepositories.keys()]).toEqual(['main'])
    expect(catalog.versions.get('payments')?.map((one) => one.version)).toEqual(['1.9.0', '1.10.0'])
    expect(catalog.services.get('payments')).toMatchObject({
      releaseName: 'payments',
      tier: 'standard',
      dependsOn: [],
    })
    expect(catalog.directives).toEqual([
      {
        kind: 'Hold',
        name: 'quiet',
        scope: { service: undefined, group: 'prod' },
        rollbacks: false,
        reason: 'release party',
        file: 'directives/quiet.yaml',
      },
    ])
  })

  it('turns durations into seconds and shares into counts or percentages, with the documented defaults', async () => {
    const { source, commitFiles } = setUp()
    const { catalog } = await source.read(await commitFiles(smallCatalog()))
    expect(catalog.groups[1]?.strategy).toEqual({
      waves: [
        { kind: 'count', count: 1 },
        { kind: 'percent', percent: 50 },
        { kind: 'percent', percent: 100 },
      ],
      soak: 5400,
      deadline: 1200,
      maxUnhealthy: { kind: 'percent', percent: 2.5 },
      maxSilent: { kind: 'count', count: 0 },
      failureDomain: undefined,
      onFailure: 'rollback',
      supersede: 'finish-wave',
      catchUp: 'waves',
    })
    expect(catalog.groups[0]?.promotion).toEqual({ mode: 'auto', soak: 0 })
  })

  it('leaves a broken document out, keeps the rest, and tells where and what', async () => {
    const { source, commitFiles } = setUp()
    const broken = version('payments', '1.10.0').replace('version: 1.10.0', 'version: 1.10')
    const { catalog, findings } = await source.read(
      await commitFiles({ ...smallCatalog(), 'services/payments/versions/1.10.0.yaml': broken }),
    )
    expect(catalog.versions.get('payments')?.map((one) => one.version)).toEqual(['1.9.0'])
    expect(findings).toEqual([
      {
        severity: 'error',
        scope: { kind: 'service', name: 'payments' },
        file: 'services/payments/versions/1.10.0.yaml',
        field: ['spec', 'version'],
        message: '1.10 is read as the number 1.1, where a text is wanted',
        remedy: 'write a semantic version such as 1.4.2 or 2.0.0-rc.1, in quotes',
        position: { line: 6, column: 12, length: 4, text: '  version: 1.10' },
      },
    ])
  })

  it('finds a catalog without settings in error as a whole', async () => {
    const { source, commitFiles } = setUp()
    const { findings } = await source.read(await commitFiles({ 'clusters/a.yaml': cluster('a', 'devel') }))
    expect(findings).toMatchObject([
      { scope: { kind: 'catalog' }, file: 'halyard.yaml', message: 'the catalog has no settings' },
    ])
  })

  it('locates fields for findings of later checks', async () => {
    const { source, commitFiles } = setUp()
    const snapshot = await source.read(await commitFiles(smallCatalog()))
    const common = {
      severity: 'error',
      scope: { kind: 'catalog' },
      message: 'm',
      remedy: 'r',
      file: 'clusters/prod.yaml',
    } as const
    const positions = snapshot
      .locate([
        { ...common, field: ['metadata', 'labels', 'env'] },
        { ...common, field: ['spec'] },
        { ...common, field: ['spec', 'metadata', 'zone'] },
        { ...common, field: [], file: 'clusters/gone.yaml' },
      ])
      .map(({ position }) => position)
    expect(positions).toEqual([
      { line: 5, column: 17, length: 4, text: '  labels: {env: prod}' },
      { line: 6, column: 1, length: 4, text: 'spec:' },
      { line: 7, column: 13, length: 13, text: '  metadata: {size: large}' },
      undefined,
    ])
  })
})

describe('a finding about an expression', () => {
  it('marks the expression in its text, as people read it', async () => {
    const { source, commitFiles } = setUp()
    const file = 'services/payments/versions/1.10.0.yaml'
    const text = version('payments', '1.10.0').replace(
      '{replicas: 3}',
      '{url: "https://${cluster.labels.region}.example.com"}',
    )
    const { catalog, locate } = await source.read(await commitFiles({ ...smallCatalog(), [file]: text }))
    const [finding, ...others] = locate(checkCatalog(catalog))
    expect(others).toEqual([])
    expect(finding).not.toHaveProperty('within')
    expect(formatFindings(finding ? [finding] : [], { color: false })).toBe(
      [
        `${file}:8:26  spec.values.url`,
        '  cluster devel-1 has no label "region", nor have 2 more',
        '    8 |   values: {url: "https://${cluster.labels.region}.example.com"}',
        '      |                          ^^^^^^^^^^^^^^^^^^^^^^^^',
        '  add the label in clusters/devel-1.yaml, or give a default: ${has(cluster.labels.region) ? cluster.labels.region : "none"}',
        '',
        '1 error',
        '',
      ].join('\n'),
    )
  })
})

describe('reading one commit after another', () => {
  it('reads only the blobs that differ, and keeps the parts of the catalog that did not change', async () => {
    const { source, commitFiles, readOids } = setUp()
    const before = await source.read(await commitFiles(smallCatalog()))
    const after = await source.read(
      await commitFiles({ 'services/payments/versions/2.0.0.yaml': version('payments', '2.0.0') }),
    )
    expect(readOids.map((oids) => oids.length)).toEqual([11, 1])
    expect(after.catalog.versions.get('payments')?.map((one) => one.version)).toEqual([
      '1.9.0',
      '1.10.0',
      '2.0.0',
    ])
    expect(after.catalog.versions.get('payments')?.[0]).toBe(before.catalog.versions.get('payments')?.[0])
    expect(after.catalog.clusters).toBe(before.catalog.clusters)
    expect(after.catalog.groups).toBe(before.catalog.groups)
    expect(after.catalog.services).toBe(before.catalog.services)
    expect(after.catalog.templates).toBe(before.catalog.templates)
  })

  it('forgets removed documents and their findings', async () => {
    const { source, commit, commitFiles } = setUp()
    const broken = await source.read(
      await commitFiles({ ...smallCatalog(), 'clusters/bad.yaml': 'kind: Cluster\n' }),
    )
    expect(broken.findings).not.toEqual([])
    const mended = await source.read(
      await commit([
        { path: 'clusters/bad.yaml', remove: true },
        { path: 'clusters/prod.yaml', remove: true },
      ]),
    )
    expect(mended.findings).toEqual([])
    expect(mended.catalog.clusters.map(({ name }) => name)).toEqual(['devel-1', 'prod-1'])
  })

  it('reads nothing for changes outside the catalog and for a commit read before', async () => {
    const { source, commitFiles, readOids } = setUp()
    const first = await commitFiles(smallCatalog())
    const before = await source.read(first)
    await source.read(await commitFiles({ 'README.md': '# changed\n' }))
    expect(await source.read(first)).toBe(before)
    expect(readOids.map((oids) => oids.length)).toEqual([11, 0])
  })

  it('gives for every commit what reading that commit alone gives', async () => {
    const { source, commit, commitFiles, repository } = setUp()
    const commits = [
      await commitFiles(smallCatalog()),
      await commitFiles({ 'clusters/prod-2.yaml': cluster('prod-2', 'prod'), 'halyard.yaml': 'a: &x 1\n' }),
      await commit([{ path: 'services/payments/service.yaml', remove: true }]),
      await commitFiles({
        ...smallCatalog(),
        'templates/namespace.yaml': 'apiVersion: v1\nkind: Namespace\n',
      }),
    ]
    for (const oid of [...commits, ...commits.toReversed()]) {
      const alone = createCatalogSource({ repository, branch: 'main', defaultTemplates: plainTemplates() })
      const { catalog, findings } = await alone.read(oid)
      expect(await source.read(oid)).toMatchObject({ catalog, findings })
    }
  })
})
