import { expect, test } from 'vitest'
import type { Forge, PullRequest, PullRequestDraft } from '../../../src/adapters/forge/port.ts'
import type { TreeChange } from '../../../src/adapters/git/port.ts'

/** A forge on a repository whose `main` holds one commit with `README.md`, and hands to act on the repository. */
export interface ForgeBench {
  readonly forge: Forge
  /** `Name <email>` of commits that the forge makes in a merge. */
  readonly author: string
  /** Writes one commit on main's head and points the branch at it. */
  pushBranch(branch: string, changes: readonly TreeChange[]): Promise<string>
  /** Paths with texts at a branch or commit. */
  files(revision: string): Promise<ReadonlyMap<string, string>>
  head(branch: string): Promise<string | undefined>
  commit(oid: string): Promise<{
    readonly message: string
    readonly parents: readonly string[]
    readonly author: string
    readonly tree: string
  }>
  /** A person's review of the pull request's head. */
  approve(number: number, by: string): Promise<void>
  /** A person closes it. */
  closeByPerson(number: number, by: string): Promise<void>
  /** Texts of its comments, with what people do not see, oldest first. */
  comments(number: number): Promise<readonly string[]>
}

const success = { context: 'halyard/gates', state: 'success', description: 'every gate is open' } as const
const request = {
  subject: 'payments 1.4.3 → prod wave 1/2 (1 cluster)',
  message: 'Wave: 1\nFence: 3',
  time: 1_700_000_000,
}

/** What every forge must do. Registers tests; call it inside a `describe`. */
export function forgeContract(createBench: () => Promise<ForgeBench>): void {
  listing(createBench)
  finding(createBench)
  commenting(createBench)
  merging(createBench)
  refusing(createBench)
  ending(createBench)
}

function listing(createBench: () => Promise<ForgeBench>): void {
  test('lists open pull requests of halyard branches, oldest first', async () => {
    const bench = await createBench()
    const second = await openWave(bench, 'halyard/b')
    const third = await openWave(bench, 'halyard/a')
    await openWave(bench, 'feature/of-a-person')
    expect((await bench.forge.list()).map(({ number }) => number)).toEqual([second.number, third.number])
  })

  test('tells what was opened', async () => {
    const bench = await createBench()
    const head = await bench.pushBranch('halyard/a', [write('a', '1')])
    const opened = await bench.forge.open(draft('halyard/a'))
    expect(opened).toMatchObject({ ...draft('halyard/a'), headSha: head, state: 'open', approvals: [] })
    expect(await bench.forge.list()).toMatchObject([
      { ...draft('halyard/a'), headSha: head, number: opened.number },
    ])
  })

  test('opening again adopts the open pull request of the branch and updates its text', async () => {
    const bench = await createBench()
    const first = await openWave(bench, 'halyard/a')
    const again = await bench.forge.open({ ...draft('halyard/a'), title: 'new title', body: 'new body' })
    expect(again.number).toBe(first.number)
    expect(await bench.forge.list()).toMatchObject([
      { number: first.number, title: 'new title', body: 'new body' },
    ])
  })

  test('a pull request follows its branch', async () => {
    const bench = await createBench()
    const opened = await openWave(bench, 'halyard/a')
    const head = await bench.pushBranch('halyard/a', [write('a', '2')])
    expect(head).not.toBe(opened.headSha)
    expect(await bench.forge.list()).toMatchObject([{ number: opened.number, headSha: head }])
  })

  test('an approval counts for the head it was given to', async () => {
    const bench = await createBench()
    const { number } = await openWave(bench, 'halyard/a')
    await bench.approve(number, 'ana')
    expect((await bench.forge.list())[0]?.approvals).toEqual(['ana'])
    await bench.pushBranch('halyard/a', [write('a', 'other')])
    expect((await bench.forge.list())[0]?.approvals).toEqual([])
  })
}

function finding(createBench: () => Promise<ForgeBench>): void {
  test('finds the newest pull request of a branch, whatever became of it', async () => {
    const bench = await createBench()
    expect(await bench.forge.find('halyard/a')).toBeUndefined()
    const first = await openWave(bench, 'halyard/a')
    await openWave(bench, 'halyard/ab')
    expect(await bench.forge.find('halyard/a')).toMatchObject({ number: first.number, state: 'open' })
    await bench.forge.close(first.number, 'superseded')
    expect(await bench.forge.find('halyard/a')).toMatchObject({ number: first.number, state: 'closed' })
    const second = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(second.headSha, success)
    expectMerged(await merge(bench, second))
    expect(await bench.forge.find('halyard/a')).toMatchObject({
      number: second.number,
      state: 'merged',
      branch: 'halyard/a',
      headSha: second.headSha,
    })
  })

  test('tells the person who closed a pull request, and nobody when Halyard did', async () => {
    const bench = await createBench()
    const one = await openWave(bench, 'halyard/a')
    const other = await openWave(bench, 'halyard/b')
    await bench.closeByPerson(one.number, 'ana')
    await bench.forge.close(other.number, 'superseded')
    expect(await bench.forge.find('halyard/a')).toMatchObject({ state: 'closed', closedBy: 'ana' })
    expect(await bench.forge.find('halyard/b')).not.toHaveProperty('closedBy')
  })
}

function commenting(createBench: () => Promise<ForgeBench>): void {
  test('a comment of a name is written once and edited in place', async () => {
    const bench = await createBench()
    const { number } = await openWave(bench, 'halyard/a')
    await bench.forge.comment(number, { name: 'plan', text: 'first' })
    await bench.forge.comment(number, { name: 'plan', text: 'first' })
    await bench.forge.comment(number, { name: 'evidence', text: 'other' })
    await bench.forge.comment(number, { name: 'plan', text: 'second' })
    expect(await bench.comments(number)).toEqual([
      expect.stringContaining('second'),
      expect.stringContaining('other'),
    ])
  })

  test('names with marks of other languages, links and markup come back as they were given', async () => {
    const bench = await createBench()
    await bench.pushBranch('halyard/a', [write('a', '1')])
    const hostile = {
      ...draft('halyard/a'),
      title: '--flag `$(x)` <b> → ü',
      body: '@all\n\n| a | b |\n<!-- -->',
    }
    await bench.forge.open(hostile)
    expect(await bench.forge.list()).toMatchObject([{ title: hostile.title, body: hostile.body }])
  })
}

function merging(createBench: () => Promise<ForgeBench>): void {
  test('merges to one commit with exactly the message and the tree of the head, and deletes the branch', async () => {
    const bench = await createBench()
    const main = await bench.head('main')
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    const outcome = await merge(bench, opened)
    const commit = await bench.commit(expectMerged(outcome))
    expect(commit).toEqual({
      message: `${request.subject}\n\n${request.message}`,
      parents: [main],
      author: bench.author,
      tree: (await bench.commit(opened.headSha)).tree,
    })
    expect(await bench.head('main')).toBe(expectMerged(outcome))
    expect(await bench.head('halyard/a')).toBeUndefined()
    expect(await bench.forge.list()).toEqual([])
  })

  test('a merge whose answer was lost is answered again', async () => {
    const bench = await createBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    const first = await merge(bench, opened)
    expect(await merge(bench, opened)).toEqual(first)
    expect(await merge(bench, { ...opened, headSha: '0'.repeat(40) })).toEqual({ kind: 'headChanged' })
  })

  test('keeps what main gained since the branch began', async () => {
    const bench = await createBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.pushBranch('main', [write('other/file', 'main'), { path: 'README.md', remove: true }])
    await bench.forge.setStatus(opened.headSha, success)
    expectMerged(await merge(bench, opened))
    expect(await bench.files('main')).toEqual(
      new Map([
        ['halyard/a', 'new'],
        ['other/file', 'main'],
      ]),
    )
  })

  test('merging what main already holds is no conflict', async () => {
    const bench = await createBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.pushBranch('main', [write('halyard/a', 'new')])
    await bench.forge.setStatus(opened.headSha, success)
    expectMerged(await merge(bench, opened))
    expect((await bench.files('main')).get('halyard/a')).toBe('new')
  })

  test('a removal on the branch is a removal on main', async () => {
    const bench = await createBench()
    await bench.pushBranch('halyard/a', [{ path: 'README.md', remove: true }, write('x', '1')])
    const opened = await bench.forge.open(draft('halyard/a'))
    await bench.forge.setStatus(opened.headSha, success)
    expectMerged(await merge(bench, opened))
    expect(await bench.files('main')).toEqual(new Map([['x', '1']]))
  })
}

function refusing(createBench: () => Promise<ForgeBench>): void {
  test('a file changed on both sides is a conflict and main stays as it was', async () => {
    const bench = await createBench()
    await bench.pushBranch('halyard/a', [write('README.md', 'ours')])
    const opened = await bench.forge.open(draft('halyard/a'))
    const main = await bench.pushBranch('main', [write('README.md', 'theirs')])
    await bench.forge.setStatus(opened.headSha, success)
    expect(await merge(bench, opened)).toEqual({ kind: 'conflict' })
    expect(await bench.head('main')).toBe(main)
    expect(await bench.forge.list()).toHaveLength(1)
  })

  test('a file removed on main and changed on the branch is a conflict', async () => {
    const bench = await createBench()
    await bench.pushBranch('halyard/a', [write('README.md', 'ours')])
    const opened = await bench.forge.open(draft('halyard/a'))
    await bench.pushBranch('main', [{ path: 'README.md', remove: true }])
    await bench.forge.setStatus(opened.headSha, success)
    expect(await merge(bench, opened)).toEqual({ kind: 'conflict' })
  })

  test('a file on one side that is a folder on the other is a conflict', async () => {
    const bench = await createBench()
    await bench.pushBranch('halyard/a', [write('place/inside', 'ours')])
    const opened = await bench.forge.open(draft('halyard/a'))
    await bench.pushBranch('main', [write('place', 'theirs')])
    await bench.forge.setStatus(opened.headSha, success)
    expect(await merge(bench, opened)).toEqual({ kind: 'conflict' })
  })

  test('another head than expected is not merged', async () => {
    const bench = await createBench()
    const opened = await openWave(bench, 'halyard/a')
    const head = await bench.pushBranch('halyard/a', [write('a', '2')])
    await bench.forge.setStatus(head, success)
    expect(await merge(bench, opened)).toEqual({ kind: 'headChanged' })
  })

  test.for(['none', 'pending', 'failure', 'on another head'] as const)(
    'gates that are not open block a merge: %s',
    async (state) => {
      const bench = await createBench()
      const opened = await openWave(bench, 'halyard/a')
      const other = await openWave(bench, 'halyard/b')
      if (state === 'on another head') await bench.forge.setStatus(other.headSha, success)
      else if (state !== 'none') await bench.forge.setStatus(opened.headSha, { ...success, state })
      expect(await merge(bench, opened)).toMatchObject({ kind: 'blocked' })
    },
  )

  test('a gate that turns to failure after success blocks the merge', async () => {
    const bench = await createBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    await bench.forge.setStatus(opened.headSha, { ...success, state: 'failure', description: 'held' })
    expect(await merge(bench, opened)).toMatchObject({ kind: 'blocked' })
  })
}

function ending(createBench: () => Promise<ForgeBench>): void {
  test('closing deletes the branch and takes it off the list', async () => {
    const bench = await createBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.close(opened.number, 'superseded by 1.4.4')
    expect(await bench.forge.list()).toEqual([])
    expect(await bench.head('halyard/a')).toBeUndefined()
    expect(await merge(bench, opened)).toEqual({ kind: 'closed' })
  })

  test('closing twice is closing once', async () => {
    const bench = await createBench()
    const { number } = await openWave(bench, 'halyard/a')
    await bench.forge.close(number, 'first')
    await bench.forge.close(number, 'second')
    expect(await bench.forge.list()).toEqual([])
  })

  test('what a person closed is not listed and not merged', async () => {
    const bench = await createBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    await bench.closeByPerson(opened.number, 'ana')
    expect(await bench.forge.list()).toEqual([])
    expect(await merge(bench, opened)).toEqual({ kind: 'closed' })
  })

  test('a branch may be opened again after its pull request ended', async () => {
    const bench = await createBench()
    const first = await openWave(bench, 'halyard/a')
    await bench.forge.close(first.number, 'superseded')
    const second = await openWave(bench, 'halyard/a')
    expect(second.number).toBeGreaterThan(first.number)
    expect(await bench.forge.list()).toMatchObject([{ number: second.number }])
  })
}

function write(path: string, text: string): TreeChange {
  return { path, text }
}

export function draft(branch: string): PullRequestDraft {
  return {
    branch,
    base: 'main',
    title: `wave of ${branch}`,
    body: 'moves 1 cluster\n\n<!-- halyard -->',
    labels: ['halyard'],
  }
}

export async function openWave(bench: ForgeBench, branch: string): Promise<PullRequest> {
  await bench.pushBranch(branch, [write(branch, 'new')])
  return bench.forge.open(draft(branch))
}

async function merge(bench: ForgeBench, pull: PullRequest): ReturnType<Forge['merge']> {
  return bench.forge.merge({ number: pull.number, expectedHead: pull.headSha, ...request })
}

function expectMerged(outcome: Awaited<ReturnType<Forge['merge']>>): string {
  if (outcome.kind !== 'merged') throw new Error(`not merged: ${JSON.stringify(outcome)}`)
  return outcome.commit
}
