import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ForgeContentionError } from '../../../../src/adapters/forge/local/contention.ts'
import { createLocalForge } from '../../../../src/adapters/forge/local/local-forge.ts'
import type { LocalForge } from '../../../../src/adapters/forge/local/local-forge.ts'
import { createMemoryRepository } from '../../../../src/adapters/git/memory.ts'
import type { GitRepository, RefUpdate } from '../../../../src/adapters/git/port.ts'
import { initRepository } from '../../../../src/adapters/git/system.ts'
import { draft, forgeContract, openWave } from '../contract.ts'
import type { ForgeBench } from '../contract.ts'

interface LocalBench extends ForgeBench {
  readonly forge: LocalForge
  readonly repository: GitRepository
}

const success = { context: 'halyard/gates', state: 'success', description: 'open' } as const

describe('local forge', () => {
  describe('contract, in memory', () => {
    forgeContract(async () => createBench(createMemoryRepository()))
  })

  describe('contract, on disk', () => {
    forgeContract(async () => createBench(await createSystemRepository()))
  })

  test('numbers go on after a restart and pull requests are found again', async () => {
    const bench = await createBench(createMemoryRepository())
    const first = await openWave(bench, 'halyard/a')
    const again = { ...bench, forge: createLocalForge({ repository: bench.repository, clock: () => 9 }) }
    expect(await again.forge.list()).toEqual([first])
    expect((await openWave(again, 'halyard/b')).number).toBe(first.number + 1)
  })

  test('two writers that open one for the same branch at once share it', async () => {
    const bench = await createBench(createMemoryRepository())
    await bench.pushBranch('halyard/a', [{ path: 'a', text: '1' }])
    const other = createLocalForge({ repository: bench.repository, clock: () => 9 })
    const [mine, theirs] = await Promise.all([
      bench.forge.open(draft('halyard/a')),
      other.open(draft('halyard/a')),
    ])
    expect(mine.number).toBe(theirs.number)
    expect(await bench.forge.all({ limit: 10 })).toHaveLength(1)
  })

  test('main moving between read and write makes the merge start over on the new main', async () => {
    const bench = await createBench(createMemoryRepository())
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    const racing = beforeFirstUpdate(
      bench,
      async () => void (await bench.pushBranch('main', [{ path: 'race', text: '1' }])),
    )
    const outcome = await racing.merge({
      number: opened.number,
      expectedHead: opened.headSha,
      subject: 's',
      message: 'm',
      time: 1,
    })
    expect(outcome.kind).toBe('merged')
    expect(await bench.files('main')).toEqual(
      new Map([
        ['README.md', 'hello'],
        ['halyard/a', 'new'],
        ['race', '1'],
      ]),
    )
  })

  test('a hold that lands between the check of the gates and the merge wins', async () => {
    const bench = await createBench(createMemoryRepository())
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    const main = await bench.head('main')
    const racing = beforeFirstUpdate(bench, async () =>
      bench.forge.setStatus(opened.headSha, { ...success, state: 'failure', description: 'held by ana' }),
    )
    const outcome = await racing.merge({
      number: opened.number,
      expectedHead: opened.headSha,
      subject: 's',
      message: 'm',
      time: 1,
    })
    expect(outcome).toEqual({ kind: 'blocked', reason: 'halyard/gates is failure: held by ana' })
    expect(await bench.head('main')).toBe(main)
  })

  test('a writer that others outrun at every try says so, as something to try again', async () => {
    const bench = await createBench(createMemoryRepository())
    await bench.pushBranch('halyard/a', [{ path: 'a', text: '1' }])
    const repository: GitRepository = { ...bench.repository, updateRefs: async () => 'stale' }
    const open = createLocalForge({ repository, clock: () => 1 }).open(draft('halyard/a'))
    await expect(open).rejects.toThrow(ForgeContentionError)
    await expect(open).rejects.toMatchObject({ retryable: true })
  })

  test('merging again after a lost reply tells the same commit', async () => {
    const bench = await createBench(createMemoryRepository())
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    const request = {
      number: opened.number,
      expectedHead: opened.headSha,
      subject: 's',
      message: 'm',
      time: 1,
    }
    const outcome = await bench.forge.merge(request)
    expect(await bench.forge.merge(request)).toEqual(outcome)
    expect(await bench.forge.merge({ ...request, expectedHead: 'f'.repeat(40) })).toEqual({
      kind: 'headChanged',
    })
  })

  test('a merge cut short after main moved is found on main and not made twice', async () => {
    const bench = await createBench(createMemoryRepository())
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    const cut: GitRepository = {
      ...bench.repository,
      async updateRefs([first]) {
        if (first !== undefined) await bench.repository.updateRefs([first])
        throw new Error('killed')
      },
    }
    const request = {
      number: opened.number,
      expectedHead: opened.headSha,
      subject: 's',
      message: 'm',
      time: 1,
    }
    await expect(createLocalForge({ repository: cut, clock: () => 1 }).merge(request)).rejects.toThrow(
      'killed',
    )
    const commit = await bench.head('main')
    await bench.pushBranch('main', [{ path: 'later', text: '1' }])
    const main = await bench.head('main')
    expect(await bench.forge.merge(request)).toEqual({ kind: 'merged', commit })
    expect(await bench.head('main')).toBe(main)
    expect(await bench.forge.get(opened.number)).toMatchObject({ state: 'merged', mergeCommit: commit })
  })

  test('pages read ended pull requests with who, when and the last status', async () => {
    const bench = await createBench(createMemoryRepository())
    const merged = await openWave(bench, 'halyard/a')
    const closed = await openWave(bench, 'halyard/b')
    await bench.forge.setStatus(merged.headSha, success)
    await bench.forge.merge({
      number: merged.number,
      expectedHead: merged.headSha,
      subject: 's',
      message: 'm',
      time: 1,
    })
    await bench.forge.closeByPerson(closed.number, 'ana')
    expect(await bench.forge.all({ limit: 10 })).toMatchObject([
      { number: closed.number, state: 'closed', endedBy: 'ana', headSha: closed.headSha },
      {
        number: merged.number,
        state: 'merged',
        mergeCommit: await bench.head('main'),
        status: success,
        endedAt: 1000,
      },
    ])
    expect(await bench.forge.all({ limit: 1 })).toHaveLength(1)
    expect(await bench.forge.get(99)).toBeUndefined()
  })

  test('an ended pull request leaves no branch and no status behind, and its head for people to fetch', async () => {
    const bench = await createBench(createMemoryRepository())
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    await bench.forge.merge({
      number: opened.number,
      expectedHead: opened.headSha,
      subject: 's',
      message: 'm',
      time: 1,
    })
    expect([...(await bench.repository.refs('refs/')).keys()]).toEqual([
      'refs/halyard/pulls/1',
      'refs/heads/main',
      'refs/pull/1/head',
    ])
    expect(await bench.repository.resolve('refs/pull/1/head')).toBe(opened.headSha)
  })

  test('a pull request whose branch vanished counts as closed', async () => {
    const bench = await createBench(createMemoryRepository())
    const opened = await openWave(bench, 'halyard/a')
    await bench.repository.updateRefs([
      { ref: 'refs/heads/halyard/a', expected: opened.headSha, to: undefined },
    ])
    expect(await bench.forge.list()).toEqual([])
    expect(await bench.forge.get(opened.number)).toMatchObject({ state: 'closed' })
  })
})

/** The same forge, with something happening just before its first ref transaction. */
function beforeFirstUpdate(bench: LocalBench, happen: () => Promise<void>): LocalForge {
  let waiting = true
  const repository: GitRepository = {
    ...bench.repository,
    async updateRefs(updates: readonly RefUpdate[]) {
      if (waiting) {
        waiting = false
        await happen()
      }
      return bench.repository.updateRefs(updates)
    },
  }
  return createLocalForge({ repository, clock: () => 1000 })
}

async function createSystemRepository(): Promise<GitRepository> {
  const path = await mkdtemp(join(tmpdir(), 'halyard-forge-'))
  const repository = await initRepository(path, { branch: 'main' })
  onTestFinished(async () => {
    await repository.close()
    await rm(path, { recursive: true })
  })
  return repository
}

async function createBench(repository: GitRepository): Promise<LocalBench> {
  const forge = createLocalForge({ repository, clock: () => 1000 })
  const head = async (branch: string): Promise<string | undefined> =>
    repository.resolve(`refs/heads/${branch}`)
  const bench: LocalBench = {
    forge,
    author: 'Halyard <halyard@localhost>',
    repository,
    head,
    async comments(number) {
      const blob = await repository.resolve(`refs/halyard/pulls/${number}`)
      const [record = '{}'] = await repository.readBlobs(blob === undefined ? [] : [blob])
      return Object.values((JSON.parse(record) as { comments?: Record<string, string> }).comments ?? {})
    },
    approve: async (number, by) => forge.approve(number, by),
    closeByPerson: async (number, by) => forge.closeByPerson(number, by),
    async pushBranch(branch, changes) {
      const author = { name: 'Ana', email: 'ana@example.com' }
      const parent = await head('main')
      const [to = ''] = await repository.writeCommits([
        { parent, changes, message: branch, author, time: 100 },
      ])
      await repository.updateRefs([{ ref: `refs/heads/${branch}`, expected: await head(branch), to }])
      return to
    },
    async files(revision) {
      const entries = await repository.tree((await head(revision)) ?? revision)
      const texts = await repository.readBlobs(entries.map(({ oid }) => oid))
      return new Map(entries.map(({ path }, index) => [path, texts[index] ?? '']))
    },
    async commit(oid) {
      const [commit] = await repository.log(oid, { limit: 1 })
      if (commit === undefined) throw new Error(`no commit ${oid}`)
      const { author, message, parents, tree } = commit
      return { author: `${author.name} <${author.email}>`, message: message.trimEnd(), parents, tree }
    },
  }
  await bench.pushBranch('main', [{ path: 'README.md', text: 'hello' }])
  return bench
}
