import { beforeAll, describe, expect, it } from 'vitest'
import { createCatalogSource } from '../../src/adapters/catalog/git-source.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createMemoryRepository } from '../../src/adapters/git/memory.ts'
import type { GitRepository, Oid, TreeChange } from '../../src/adapters/git/port.ts'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { KnownError } from '../../src/operations/known-error.ts'
import { verify } from '../../src/operations/verify.ts'
import { openWorkspace, type Workspace } from '../../src/operations/workspace.ts'
import {
  copyRepository,
  createExampleWorld,
  type ExampleWorld,
  openFleetRepository,
} from './example-world.ts'

let example: ExampleWorld
const ana = { name: 'Ana', email: 'ana@example.com' }
const halyard = { name: 'Halyard', email: 'halyard@localhost' }

beforeAll(async () => {
  example = await createExampleWorld()
})

/** The example's fleet with one more commit on top. */
async function fleetWith(
  changes: readonly TreeChange[],
  message = 'Mend it by hand',
  author = ana,
): Promise<GitRepository & { readonly head: Oid }> {
  const fleet = createMemoryRepository()
  await copyRepository(example.world.fleet, fleet)
  const parent = await fleet.resolve('refs/heads/main')
  const [head] = await fleet.writeCommits([{ parent, changes, message, author, time: example.now }])
  if (head === undefined) throw new Error('no commit')
  await fleet.updateRefs([{ ref: 'refs/heads/main', expected: parent, to: head }])
  return { ...fleet, head }
}

async function open(
  fleet: GitRepository,
  catalog: GitRepository = example.world.catalog,
): Promise<Workspace> {
  const source = createCatalogSource({
    repository: catalog,
    branch: 'main',
    defaultTemplates: await readDefaultTemplates(),
  })
  return openWorkspace({
    now: example.now,
    async catalog() {
      const head = (await source.head()) ?? ''
      return {
        snapshot: await source.read(head),
        async readAt(revision) {
          if ((await catalog.resolve(revision)) === undefined)
            throw new KnownError(`the catalog has no commit ${revision}`, 'fetch it')
          return source.read(revision)
        },
        lastChange: async () => undefined,
      }
    },
    fleet: async () => Promise.reject(new Error('the state of the fleet is not needed')),
    fleetRepository: async () => openFleetRepository(fleet),
  })
}

const ask = async (fleet: GitRepository, input: Parameters<typeof verify.handler>[1] = {}) =>
  verify.handler(await open(fleet), input)

async function textAt(fleet: GitRepository, path: string): Promise<string> {
  const head = (await fleet.resolve('refs/heads/main')) ?? ''
  const entry = (await fleet.tree(head)).find((each) => each.path === path)
  if (!entry) throw new Error(`${path} is not there`)
  return (await fleet.readBlobs([entry.oid]))[0] ?? ''
}

const payments = 'clusters/prod-use1-02/apps/payments/payments.yaml'

describe('a fleet that only Halyard wrote to', () => {
  it('equals a fresh rendering in every file, after waves, a rejection and the way back', async () => {
    const answer = await ask(example.world.fleet)
    expect(answer.findings).toEqual([])
    expect(answer.equal).toBe(answer.files)
    const head = (await example.world.fleet.resolve('refs/heads/main')) ?? ''
    expect(answer.files).toBe((await example.world.fleet.tree(head, 'clusters')).length)
    expect(answer.rollouts).toBe((await example.world.fleet.tree(head, 'rollouts')).length)
    expect(answer.renderings).toBeLessThan(answer.files)
  })

  it('is answered as the published schema says', async () => {
    const check = new Ajv2020({ strict: true, strictRequired: false }).compile(verify.output)
    check(await ask(await fleetWith([{ path: payments, text: 'kind: Mine\n' }])))
    expect(check.errors).toBeNull()
  })

  it('can be asked about one cluster, one service, and an earlier commit', async () => {
    const { fleet } = example.world
    const ofCluster = await ask(fleet, { cluster: 'prod-use1-02' })
    expect(ofCluster).toMatchObject({ findings: [], rollouts: 0 })
    expect(ofCluster.files).toBeGreaterThan(5)
    const ofService = await ask(fleet, { service: 'payments' })
    expect(ofService.files).toBeLessThan(ofCluster.files + 50)
    expect(ofService.findings).toEqual([])
    const head = (await fleet.resolve('refs/heads/main')) ?? ''
    const [, , earlier] = await fleet.log(head)
    const before = await ask(fleet, { fleetCommit: earlier?.oid ?? '' })
    expect(before).toMatchObject({ fleetCommit: earlier?.oid, findings: [] })
  })
})

describe('what is found', () => {
  it('a file edited by hand, with who did it and what it had been', async () => {
    const text = await textAt(example.world.fleet, payments)
    const fleet = await fleetWith([
      { path: payments, text: text.replace('releaseName: payments', 'releaseName: other') },
    ])
    const { findings, equal, files } = await ask(fleet)
    expect(files - equal).toBe(1)
    expect(findings).toEqual([
      {
        kind: 'commitWithoutTrailers',
        message: `commit ${fleet.head.slice(0, 8)} by Ana <ana@example.com> is not one of Halyard's: it does not say what it was rendered from`,
        files: [payments],
        fleetCommits: [fleet.head],
        catalogCommit: null,
        diff: expect.stringContaining('-  releaseName: payments\n+  releaseName: other'),
      },
    ])
    expect(findings[0]?.diff).toContain('--- a/clusters/<cluster>/apps/payments/payments.yaml')
  })

  it('nothing, where the edit was taken back', async () => {
    const text = await textAt(example.world.fleet, payments)
    const edited = await fleetWith([{ path: payments, text: `${text}# mine\n` }])
    const [back] = await edited.writeCommits([
      {
        parent: edited.head,
        changes: [{ path: payments, text }],
        message: 'Take it back',
        author: ana,
        time: example.now,
      },
    ])
    await edited.updateRefs([{ ref: 'refs/heads/main', expected: edited.head, to: back }])
    expect((await ask(edited)).findings).toEqual([])
  })

  it('a file that differs under trailers of Halyard, once for all clusters with the same difference', async () => {
    const others = ['prod-use1-01', 'prod-use1-02'].map(
      (name) => `clusters/${name}/apps/payments/payments.yaml`,
    )
    const catalogCommit = (await example.world.catalog.resolve('refs/heads/main')) ?? ''
    const texts = await Promise.all(others.map(async (path) => textAt(example.world.fleet, path)))
    const version = /^# halyard payments (\S+) (\S+)\n/.exec(texts[0] ?? '')
    const changes = others.map((path, at) => ({ path, text: `${texts[at]}# more\n` }))
    const message = `subject\n\nHalyard-Service: payments\nHalyard-Release: ${version?.[1]}@${version?.[2]}\nHalyard-Group: prod\nHalyard-Wave: 1/1\nHalyard-Catalog-Commit: ${catalogCommit}`
    const same = texts[0]?.split('\n', 1)[0] === texts[1]?.split('\n', 1)[0]
    const { findings } = await ask(await fleetWith(same ? changes : changes.slice(0, 1), message, halyard))
    expect(findings).toMatchObject([
      {
        kind: 'differs',
        message: `it is not what catalog commit ${catalogCommit.slice(0, 8)} renders`,
        files: same ? others : others.slice(0, 1),
        catalogCommit,
        diff: expect.stringMatching(/^\+# more$/m),
      },
    ])
  })

  it('a namespace and the sync of a cluster that were changed', async () => {
    const paths = [
      'clusters/prod-use1-02/namespaces/payments.yaml',
      'clusters/prod-use1-02/flux-system/sync.yaml',
    ]
    const catalogCommit = (await example.world.catalog.resolve('refs/heads/main')) ?? ''
    const changes = await Promise.all(
      paths.map(async (path) => ({ path, text: `${await textAt(example.world.fleet, path)}# more\n` })),
    )
    const message = `subject\n\nHalyard-Bootstrap: prod-use1-02\nHalyard-Group: prod\nHalyard-Catalog-Commit: ${catalogCommit}`
    const { findings } = await ask(await fleetWith(changes, message, halyard))
    expect(findings.map(({ kind, files }) => [kind, files])).toEqual([
      ['differs', [paths[1]]],
      ['differs', [paths[0]]],
    ])
  })

  it('files that Halyard renders nowhere, and ledgers that can not be read', async () => {
    const stray = 'clusters/prod-use1-02/apps/payments/deep/own.yaml'
    const ledger = 'rollouts/prod/payments.yaml'
    const fleet = await fleetWith([
      { path: stray, text: 'kind: ConfigMap\n' },
      { path: ledger, text: 'kind: Rollout\n' },
    ])
    expect((await ask(fleet)).findings).toMatchObject([
      { kind: 'notWrittenByHalyard', files: [stray], message: 'Halyard renders no file of this path' },
      {
        kind: 'unreadableRollout',
        files: [ledger],
        message: 'it can not be read: apiVersion must be halyard.dev/v1, found nothing',
      },
    ])
  })

  it('what can not be rendered again, and why', async () => {
    const path = 'clusters/gone-01/apps/payments/payments.yaml'
    const catalogCommit = (await example.world.catalog.resolve('refs/heads/main')) ?? ''
    const trailers = (commit: string) =>
      `subject\n\nHalyard-Service: payments\nHalyard-Release: 1.4.2@00000000\nHalyard-Group: prod\nHalyard-Wave: 1/1\nHalyard-Catalog-Commit: ${commit}`
    const reasonOf = async (changes: readonly TreeChange[], commit: string) => {
      const { findings } = await ask(await fleetWith(changes, trailers(commit), halyard))
      return findings.map(({ kind, message }) => `${kind}: ${message}`)
    }
    const file = { path, text: '# halyard payments 1.4.2 00000000\n' }
    expect(await reasonOf([file], catalogCommit)).toEqual([
      `unrenderable: it can not be rendered again: catalog commit ${catalogCommit} has no cluster gone-01`,
    ])
    expect(await reasonOf([file], 'f'.repeat(40))).toEqual([
      `unrenderable: it can not be rendered again: the catalog has no commit ${'f'.repeat(40)}`,
    ])
    expect(await reasonOf([{ ...file, path: payments }], catalogCommit)).toEqual([
      `unrenderable: it can not be rendered again: catalog commit ${catalogCommit} does not render payments 1.4.2@00000000`,
    ])
  })

  it('a cluster or service that does not exist', async () => {
    await expect(ask(example.world.fleet, { cluster: 'prod-use1-2' })).rejects.toThrow('there is no cluster')
    await expect(ask(example.world.fleet, { service: 'paymets' })).rejects.toThrow('there is no service')
  })
})

it('a release whose documents are others at the head by then is rendered from its own commit', async () => {
  const { world, now } = example
  const own = (await world.catalog.resolve('refs/heads/main')) ?? ''
  const [releaseCommit = ''] = (await world.catalog.log(own)).map(({ oid }) => oid)
  const text = await textAt(world.fleet, payments)
  const [, version, revision] = /^# halyard payments (\S+) (\S+)\n/.exec(text) ?? []
  const catalog = createMemoryRepository()
  await copyRepository(world.catalog, catalog)
  const document = (await catalog.tree(own)).find(({ path }) => path === 'services/payments/service.yaml')
  const [service = ''] = await catalog.readBlobs([document?.oid ?? ''])
  const changed = {
    path: 'services/payments/service.yaml',
    text: service.replace(/owner: .*/, 'owner: team-other'),
  }
  const [next = ''] = await catalog.writeCommits([
    { parent: own, changes: [changed], message: 'Give payments away', author: ana, time: now },
  ])
  await catalog.updateRefs([{ ref: 'refs/heads/main', expected: own, to: next }])
  const fleetBy = async (trailers: string): Promise<GitRepository> => {
    const fleet = createMemoryRepository()
    const message = `wave\n\nHalyard-Service: payments\nHalyard-Release: ${version}@${revision}\nHalyard-Group: prod\nHalyard-Wave: 1/1\nHalyard-Catalog-Commit: ${next}${trailers}`
    const changes = [{ path: payments, text }]
    const [head] = await fleet.writeCommits([
      { parent: undefined, changes, message, author: halyard, time: now },
    ])
    await fleet.updateRefs([{ ref: 'refs/heads/main', expected: undefined, to: head }])
    return fleet
  }
  const answer = async (trailers: string) => verify.handler(await open(await fleetBy(trailers), catalog), {})
  expect(await answer(`\nHalyard-Release-Commit: ${releaseCommit}`)).toMatchObject({
    files: 1,
    equal: 1,
    findings: [],
  })
  expect((await answer('')).findings).toMatchObject([{ kind: 'unrenderable' }])
})
