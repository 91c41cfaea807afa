import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { GitError } from '../../../src/adapters/git/git-error.ts'
import type {
  CommitDraft,
  GitClone,
  GitRepository,
  HistoryStep,
  Oid,
  TreeChange,
} from '../../../src/adapters/git/port.ts'

/** A remote with clones of it, whatever they are made of. */
export interface GitWorld {
  readonly remote: GitRepository
  readonly clone: () => Promise<GitClone>
  /** From now on the remote refuses pushes and says why; undefined: it takes them again. */
  readonly refuse: (reason: string | undefined) => Promise<void>
  readonly dispose: () => Promise<void>
}

const main = 'refs/heads/main'
const author = { name: 'Ana Núñez', email: 'ana@example.com' }

export function draft(
  changes: readonly TreeChange[],
  parent?: Oid,
  message = 'Change\n',
  time = 1_700_000_000,
): CommitDraft {
  return { parent, changes, message, author, time }
}

export async function writeCommit(
  repository: GitRepository,
  changes: readonly TreeChange[],
  parent?: Oid,
): Promise<Oid> {
  return only(await repository.writeCommits([draft(changes, parent)]))
}

export function only<Item>(items: readonly Item[]): Item {
  const [item] = items
  if (item === undefined || items.length !== 1) throw new Error(`one item expected, not ${items.length}`)
  return item
}

export async function pathsOf(
  repository: GitRepository,
  commit: Oid,
  prefix?: string,
): Promise<readonly string[]> {
  return (await repository.tree(commit, prefix)).map(({ path }) => path)
}

/** What every implementation of the port does. */
export function describeGitContract(kind: string, createWorld: () => Promise<GitWorld>): void {
  describe(`git ${kind}`, () => {
    let world: GitWorld
    let repository: GitRepository
    let clone: GitClone
    beforeEach(async () => {
      world = await createWorld()
      repository = world.remote
      clone = await world.clone()
    })
    afterEach(async () => {
      await clone.close()
      await world.dispose()
    })
    describeCommits(() => repository)
    describeReading(() => repository)
    describeRefs(() => repository)
    describeHistory(() => repository)
    describeFetch(() => ({ remote: repository, clone }))
    describePush(() => ({ world, remote: repository, clone }))
  })
}

function describeCommits(repository: () => GitRepository): void {
  test('commit ids are those that git gives the same commit', async () => {
    const root = await writeCommit(repository(), [
      { path: 'a/é/b', text: 'hi' },
      { path: 'a.b', text: 'x' },
    ])
    const child = await writeCommit(repository(), [{ path: 'a/é/b', remove: true }], root)
    // Made with `git commit` of git 2.39 from a work tree, author and committer at 1700000000 +0000.
    expect({ root, child }).toEqual({
      root: 'cd156a3c5fc5905ce09aa8b8adfe33bb7a3cca94',
      child: 'de5dcc64a3a8c4a24ab3c24131f19a4d819763ca',
    })
  })

  test('an empty root commit has the empty tree', async () => {
    const root = await writeCommit(repository(), [])
    expect(only(await repository().log(root)).tree).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
    expect(await repository().tree(root)).toEqual([])
  })

  test("a commit without changes keeps its parent's tree", async () => {
    const root = await writeCommit(repository(), [{ path: 'a', text: '1' }])
    const child = await writeCommit(repository(), [], root)
    const [second, first] = await repository().log(child)
    expect(second?.tree).toBe(first?.tree)
    expect(second?.parents).toEqual([root])
  })

  test('removing the last file of a folder removes the folder, and its parents', async () => {
    const root = await writeCommit(repository(), [
      { path: 'keep', text: '1' },
      { path: 'a/b/c', text: '1' },
    ])
    const child = await writeCommit(repository(), [{ path: 'a/b/c', remove: true }], root)
    const alone = await writeCommit(repository(), [{ path: 'keep', text: '1' }])
    expect(await treeIdOf(repository(), child)).toBe(await treeIdOf(repository(), alone))
  })

  test('removing what is not there changes nothing', async () => {
    const root = await writeCommit(repository(), [{ path: 'a', text: '1' }])
    const child = await writeCommit(
      repository(),
      [
        { path: 'b', remove: true },
        { path: 'a/b', remove: true },
        { path: 'c/d', remove: true },
      ],
      root,
    )
    expect(await treeIdOf(repository(), child)).toBe(await treeIdOf(repository(), root))
  })

  test('removing a folder removes all below it', async () => {
    const root = await writeCommit(repository(), [
      { path: 'a/b/c', text: '1' },
      { path: 'a/d', text: '2' },
      { path: 'e', text: '3' },
    ])
    const child = await writeCommit(repository(), [{ path: 'a', remove: true }], root)
    expect(await pathsOf(repository(), child)).toEqual(['e'])
  })

  test('a file is replaced by a folder and a folder by a file', async () => {
    const root = await writeCommit(repository(), [
      { path: 'a', text: '1' },
      { path: 'b/c', text: '2' },
    ])
    const child = await writeCommit(
      repository(),
      [
        { path: 'a/x', text: '3' },
        { path: 'b', text: '4' },
      ],
      root,
    )
    expect(await pathsOf(repository(), child)).toEqual(['a/x', 'b'])
    const texts = await repository().readBlobs((await repository().tree(child)).map(({ oid }) => oid))
    expect(texts).toEqual(['3', '4'])
  })

  test('changes of one draft apply in their order', async () => {
    const changes = [
      { path: 'a/b', text: '1' },
      { path: 'a', remove: true },
      { path: 'a/c', text: '2' },
      { path: 'a/c', text: '3' },
    ] as const
    const commit = await writeCommit(repository(), changes)
    const [entry, ...others] = await repository().tree(commit)
    expect(others).toEqual([])
    expect(entry?.path).toBe('a/c')
    expect(await repository().readBlobs([entry?.oid ?? ''])).toEqual(['3'])
  })

  test('a blob that is there is reused by its id', async () => {
    const [oid = ''] = await repository().writeBlobs(['shared'])
    const commit = await writeCommit(repository(), [
      { path: 'a', blob: oid },
      { path: 'b', text: 'shared' },
    ])
    expect(await repository().tree(commit)).toEqual([
      { path: 'a', oid },
      { path: 'b', oid },
    ])
  })

  test('a commit on a missing parent or with a missing blob is refused', async () => {
    const missing = 'f'.repeat(40)
    const root = await writeCommit(repository(), [{ path: 'a', text: '1' }])
    await expect(writeCommit(repository(), [], missing)).rejects.toThrow(GitError)
    await expect(writeCommit(repository(), [{ path: 'a', blob: missing }])).rejects.toThrow(/missing/)
    await expect(writeCommit(repository(), [{ path: 'a', blob: root }])).rejects.toThrow(/not a blob/)
  })

  test.each(['', '/a', 'a/', 'a//b', '../a', 'a/./b', '.git/config', 'a/.GIT/b', 'a\0b'])(
    'the path %j is refused',
    async (path) => {
      await expect(writeCommit(repository(), [{ path, text: '1' }])).rejects.toThrow(GitError)
    },
  )

  test('messages and signatures come back as written', async () => {
    const message = 'payments 1.4.3 → "prod" \'wave\' 2/4\n\n$(rm) `x` \\n\ttab\n\n\nHalyard-Fence: 3'
    const signed = {
      ...draft([], undefined, message, 1),
      author: { name: 'O\'Brien "Bob" Ünal', email: 'bob+x@example.com' },
    }
    const commit = only(await repository().writeCommits([signed]))
    const { oid, ...read } = only(await repository().log(commit))
    expect(oid).toBe(commit)
    expect(read).toMatchObject({ message, author: signed.author, time: 1, parents: [] })
  })

  test('a signature can not end its header', async () => {
    const hostile = { ...draft([]), author: { name: 'A <b>\nparent x', email: 'c@d>\n\nmessage' } }
    const commit = only(await repository().writeCommits([hostile]))
    expect(only(await repository().log(commit))).toMatchObject({
      author: { name: 'A bparent x', email: 'c@dmessage' },
      message: 'Change\n',
      parents: [],
    })
  })

  test('many drafts written at once are separate commits in their order', async () => {
    const root = await writeCommit(repository(), [{ path: 'a', text: '0' }])
    const drafts = Array.from({ length: 150 }, (_, index) =>
      draft([{ path: `d${index}/f`, text: `${index}` }], root),
    )
    const commits = await repository().writeCommits(drafts)
    expect(new Set(commits).size).toBe(150)
    expect(await pathsOf(repository(), commits[149] ?? '')).toEqual(['a', 'd149/f'])
  })
}

function describeReading(repository: () => GitRepository): void {
  test('names sort by code unit, whatever characters they have', async () => {
    const paths = [
      'a b/"q"',
      'a-b/x',
      'a/x',
      'a0/x',
      'naïve/ü',
      'tab\there',
      'z\nline',
      '文/件.yaml',
      '\u{1F600}',
      '\uFFFD',
    ]
    const commit = await writeCommit(
      repository(),
      paths.map((path) => ({ path, text: path })),
    )
    const entries = await repository().tree(commit)
    expect(entries.map(({ path }) => path)).toEqual(paths.toSorted((a, b) => (a < b ? -1 : 1)))
    expect(await repository().readBlobs(entries.map(({ oid }) => oid))).toEqual(
      entries.map(({ path }) => path),
    )
  })

  test('a listing below a folder holds that folder only', async () => {
    const commit = await writeCommit(repository(), [
      { path: 'a/b/c', text: '1' },
      { path: 'a/bc', text: '2' },
      { path: 'a/b*', text: '3' },
      { path: 'ab/c', text: '4' },
    ])
    expect(await pathsOf(repository(), commit, 'a')).toEqual(['a/b*', 'a/b/c', 'a/bc'])
    expect(await pathsOf(repository(), commit, 'a/b')).toEqual(['a/b/c'])
    expect(await pathsOf(repository(), commit, 'a/bc')).toEqual([])
    expect(await pathsOf(repository(), commit, 'none')).toEqual([])
  })

  test('changes tell before and after of each path that differs, below a folder when asked', async () => {
    const root = await writeCommit(repository(), [
      { path: 'a/same', text: '0' },
      { path: 'a/changed', text: '1' },
      { path: 'a/gone', text: '2' },
      { path: 'b/changed', text: '1' },
    ])
    const next = await writeCommit(
      repository(),
      [
        { path: 'a/changed', text: '3' },
        { path: 'a/gone', remove: true },
        { path: 'a/new', text: '2' },
        { path: 'b/changed', text: '3' },
      ],
      root,
    )
    const [one, two, three] = await repository().writeBlobs(['1', '2', '3'])
    const inA = [
      { path: 'a/changed', before: one, after: three },
      { path: 'a/gone', before: two, after: undefined },
      { path: 'a/new', before: undefined, after: two },
    ]
    expect(await repository().changes(root, next)).toEqual([
      ...inA,
      { path: 'b/changed', before: one, after: three },
    ])
    expect(await repository().changes(root, next, 'a')).toEqual(inA)
    expect(await repository().changes(root, next, 'none')).toEqual([])
    expect(await repository().changes(next, next)).toEqual([])
  })

  test('a file that became a folder is told as gone and new', async () => {
    const root = await writeCommit(repository(), [{ path: 'a', text: '1' }])
    const next = await writeCommit(repository(), [{ path: 'a/b', text: '1' }], root)
    const [one] = await repository().writeBlobs(['1'])
    expect(await repository().changes(root, next)).toEqual([
      { path: 'a', before: one, after: undefined },
      { path: 'a/b', before: undefined, after: one },
    ])
  })

  test('blobs come in the order asked for, repeated, empty, large and with every line end', async () => {
    const texts = ['', 'no end', 'x\r\ny\n', '\n\n', 'é\u{1F600}\uFEFF', 'large '.repeat(300_000)]
    const oids = await repository().writeBlobs([...texts, ...texts])
    expect(oids.slice(0, texts.length)).toEqual(oids.slice(texts.length))
    const asked = [...oids].toReversed()
    expect(await repository().readBlobs(asked)).toEqual([...texts, ...texts].toReversed())
    expect(await repository().readBlobs([])).toEqual([])
  })

  test('a missing blob, a tree in its place, and a name for an id are errors', async () => {
    const root = await writeCommit(repository(), [{ path: 'a', text: '1' }])
    const missing = 'e'.repeat(40)
    await expect(repository().readBlobs([missing])).rejects.toMatchObject({
      name: 'GitError',
      retryable: false,
    })
    await expect(repository().readBlobs([await treeIdOf(repository(), root)])).rejects.toThrow(/not a blob/)
    await expect(repository().readBlobs(['HEAD\ninfo'])).rejects.toThrow(GitError)
    await expect(repository().tree(missing)).rejects.toThrow(GitError)
    await expect(repository().tree('--help')).rejects.toThrow(GitError)
    await expect(repository().log(missing)).rejects.toThrow(GitError)
  })

  test('methods may be called in parallel', async () => {
    const commits = await Promise.all(
      Array.from({ length: 12 }, async (_, index) =>
        writeCommit(repository(), [{ path: `p${index}`, text: `${index}` }]),
      ),
    )
    const paths = await Promise.all(commits.map(async (commit) => pathsOf(repository(), commit)))
    expect(paths).toEqual(commits.map((_, index) => [`p${index}`]))
  })
}

function describeRefs(repository: () => GitRepository): void {
  test('refs are made, moved and deleted, all at once', async () => {
    const a = await writeCommit(repository(), [])
    const b = await writeCommit(repository(), [], a)
    const made = [
      { ref: main, expected: undefined, to: a },
      { ref: 'refs/heads/halyard/x', expected: undefined, to: a },
    ]
    expect(await repository().updateRefs(made)).toBe('updated')
    const moved = [
      { ref: main, expected: a, to: b },
      { ref: 'refs/heads/halyard/x', expected: a, to: undefined },
    ]
    expect(await repository().updateRefs(moved)).toBe('updated')
    expect(await repository().refs('refs/')).toEqual(new Map([[main, b]]))
    expect(await repository().updateRefs([])).toBe('updated')
  })

  test('one stale expectation leaves every ref as it was', async () => {
    const a = await writeCommit(repository(), [])
    const b = await writeCommit(repository(), [], a)
    await repository().updateRefs([{ ref: main, expected: undefined, to: a }])
    const fresh = { ref: 'refs/heads/fresh', expected: undefined, to: b }
    const stale = [
      { ref: main, expected: b, to: b },
      { ref: main, expected: undefined, to: b },
      { ref: main, expected: undefined, to: undefined },
      { ref: main, expected: b, to: undefined },
      { ref: 'refs/heads/none', expected: a, to: b },
      { ref: 'refs/heads/none', expected: a, to: undefined },
    ]
    for (const update of stale) {
      expect(await repository().updateRefs([fresh, update])).toBe('stale')
    }
    expect(await repository().refs('refs/')).toEqual(new Map([[main, a]]))
  })

  test('of two writers with the same expectation one is stale', async () => {
    const a = await writeCommit(repository(), [])
    const b = await writeCommit(repository(), [], a)
    const outcomes = await Promise.all([
      repository().updateRefs([{ ref: main, expected: undefined, to: a }]),
      repository().updateRefs([{ ref: main, expected: undefined, to: b }]),
    ])
    expect(outcomes.toSorted((x, y) => (x < y ? -1 : 1))).toEqual(['stale', 'updated'])
  })

  test('a ref to a missing object and a bad ref name are errors', async () => {
    const a = await writeCommit(repository(), [])
    await expect(
      repository().updateRefs([{ ref: main, expected: undefined, to: 'd'.repeat(40) }]),
    ).rejects.toThrow(GitError)
    for (const ref of [
      'main',
      'HEAD',
      '--help',
      'refs/heads/a b',
      'refs/heads/../x',
      'refs/heads/x.lock',
      'refs/heads/',
      'refs/heads/a\n',
    ]) {
      await expect(repository().updateRefs([{ ref, expected: undefined, to: a }])).rejects.toThrow(GitError)
    }
    for (const place of ['--all', 'refs/heads/a b', 'refs/heads/x.lock', 'refs//', ''])
      await expect(repository().refs(place)).rejects.toThrow(GitError)
  })

  test('refs below a folder are sorted by name, and a name is that ref alone', async () => {
    const a = await writeCommit(repository(), [])
    const names = [
      'refs/heads/halyard/b',
      'refs/heads/halyard/a/x',
      'refs/heads/halyard-not',
      'refs/tags/t',
      'refs/halyard/status',
      'refs/halyard/statuses/a',
    ]
    await repository().updateRefs(names.map((ref) => ({ ref, expected: undefined, to: a })))
    expect([...(await repository().refs('refs/heads/halyard/')).keys()]).toEqual([
      'refs/heads/halyard/a/x',
      'refs/heads/halyard/b',
    ])
    expect([...(await repository().refs('refs/halyard/status')).keys()]).toEqual(['refs/halyard/status'])
    expect(await repository().refs('refs/heads/halyard')).toEqual(new Map())
    expect([...(await repository().refs('refs/')).keys()]).toEqual(names.toSorted((x, y) => (x < y ? -1 : 1)))
    expect(await repository().refs('refs/none/')).toEqual(new Map())
  })

  test('resolve knows refs and ids, and nothing else', async () => {
    const a = await writeCommit(repository(), [])
    await repository().updateRefs([{ ref: main, expected: undefined, to: a }])
    expect(await repository().resolve(main)).toBe(a)
    expect(await repository().resolve(a)).toBe(a)
    for (const name of [
      'main',
      'refs/heads/none',
      'c'.repeat(40),
      a.slice(0, 10),
      `${main}~0`,
      '',
      '--all',
      `${main}\n${main}`,
    ]) {
      expect(await repository().resolve(name)).toBeUndefined()
    }
  })
}

function describeHistory(repository: () => GitRepository): void {
  async function writeLine(): Promise<readonly Oid[]> {
    const line: Oid[] = []
    for (const index of [0, 1, 2, 3, 4]) {
      line.push(
        await writeCommit(
          repository(),
          [{ path: index % 2 === 0 ? 'even/f' : 'odd/f', text: `${index}` }],
          line.at(-1),
        ),
      )
    }
    return line
  }
  const idsOf = async (...args: Parameters<GitRepository['log']>): Promise<readonly Oid[]> =>
    (await repository().log(...args)).map(({ oid }) => oid)

  test('a walk tells every commit, oldest first, with what it changed below a folder', async () => {
    const [a = '', b = '', c = '', d = ''] = await writeLine()
    const [first, third] = await repository().writeBlobs(['0', '2'])
    const steps: HistoryStep[] = []
    await repository().walk(d, { prefix: 'even' }, (step) => steps.push(step))
    expect(steps).toEqual([
      { commit: a, parent: undefined, changes: [{ path: 'even/f', before: undefined, after: first }] },
      { commit: b, parent: a, changes: [] },
      { commit: c, parent: b, changes: [{ path: 'even/f', before: first, after: third }] },
      { commit: d, parent: c, changes: [] },
    ])
    const later: string[] = []
    await repository().walk(d, { prefix: '', until: b }, ({ commit, changes }) => {
      later.push(`${commit} ${changes.map(({ path }) => path).join()}`)
    })
    expect(later).toEqual([`${c} even/f`, `${d} odd/f`])
    await repository().walk(d, { prefix: 'even', until: d }, () => expect.unreachable())
  })

  test('a walk tells removed files, and names that need quoting, as they are', async () => {
    const a = await writeCommit(repository(), [
      { path: 'f/é "1"\n', text: 'x' },
      { path: 'f/z', text: 'y' },
    ])
    const b = await writeCommit(repository(), [{ path: 'f/é "1"\n', remove: true }], a)
    const [x, y] = await repository().writeBlobs(['x', 'y'])
    const steps: HistoryStep[] = []
    await repository().walk(b, { prefix: 'f' }, (step) => steps.push(step))
    expect(steps.map(({ changes }) => changes)).toEqual([
      [
        { path: 'f/z', before: undefined, after: y },
        { path: 'f/é "1"\n', before: undefined, after: x },
      ],
      [{ path: 'f/é "1"\n', before: x, after: undefined }],
    ])
  })

  test('the log goes from the newest down to the root', async () => {
    const line = await writeLine()
    expect(await idsOf(line[4] ?? '')).toEqual([...line].toReversed())
  })

  test('the log stops before `until`, after `limit`, and keeps to a path', async () => {
    const [a = '', b = '', c = '', d = '', e = ''] = await writeLine()
    expect(await idsOf(e, { until: b })).toEqual([e, d, c])
    expect(await idsOf(e, { until: e })).toEqual([])
    expect(await idsOf(b, { until: e })).toEqual([])
    expect(await idsOf(e, { limit: 2 })).toEqual([e, d])
    expect(await idsOf(e, { limit: 0 })).toEqual([])
    expect(await idsOf(e, { path: 'even/f' })).toEqual([e, c, a])
    expect(await idsOf(e, { path: 'odd' })).toEqual([d, b])
    expect(await idsOf(e, { path: 'even', until: a, limit: 1 })).toEqual([e])
    expect(await idsOf(e, { path: 'none' })).toEqual([])
  })

  test('the log leaves out what an `until` off the line reaches', async () => {
    const [, b = '', c = '', d = '', e = ''] = await writeLine()
    const side = await writeCommit(repository(), [{ path: 'side', text: '1' }], b)
    expect(await idsOf(e, { until: side })).toEqual([e, d, c])
  })
}

function describeFetch(world: () => { readonly remote: GitRepository; readonly clone: GitClone }): void {
  test('a new clone is empty; a fetch mirrors refs and objects at the places', async () => {
    const { remote, clone } = world()
    const a = await writeCommit(remote, [{ path: 'a/b', text: 'text' }])
    const names = [main, 'refs/heads/halyard/x', 'refs/halyard/status', 'refs/heads/other']
    await remote.updateRefs(names.map((ref) => ({ ref, expected: undefined, to: a })))
    expect(await clone.refs('refs/')).toEqual(new Map())
    await clone.fetch([main, 'refs/heads/halyard/', 'refs/halyard/'])
    expect([...(await clone.refs('refs/')).keys()]).toEqual([
      'refs/halyard/status',
      'refs/heads/halyard/x',
      main,
    ])
    expect(await clone.readBlobs((await clone.tree(a)).map(({ oid }) => oid))).toEqual(['text'])
  })

  test("a fetch follows refs that moved back or are gone, also where a folder takes a ref's place", async () => {
    const { remote, clone } = world()
    const a = await writeCommit(remote, [])
    const b = await writeCommit(remote, [{ path: 'f', text: '1' }], a)
    await remote.updateRefs(
      [main, 'refs/heads/x', 'refs/heads/gone'].map((ref) => ({ ref, expected: undefined, to: b })),
    )
    await clone.fetch(['refs/heads/'])
    await remote.updateRefs([
      { ref: main, expected: b, to: a },
      { ref: 'refs/heads/gone', expected: b, to: undefined },
      { ref: 'refs/heads/x', expected: b, to: undefined },
    ])
    await remote.updateRefs([{ ref: 'refs/heads/x/y', expected: undefined, to: a }])
    await clone.fetch(['refs/heads/'])
    expect(await clone.refs('refs/')).toEqual(
      new Map([
        [main, a],
        ['refs/heads/x/y', a],
      ]),
    )
  })

  test('a fetch of a ref by name leaves others that begin so, and removes it once it is gone', async () => {
    const { remote, clone } = world()
    const a = await writeCommit(remote, [])
    const status = 'refs/halyard/status'
    const names = [main, `${main}-old`, status, 'refs/halyard/statuses/a']
    await remote.updateRefs(names.map((ref) => ({ ref, expected: undefined, to: a })))
    await clone.fetch([main, status])
    expect([...(await clone.refs('refs/')).keys()]).toEqual([status, main])
    const b = await writeCommit(remote, [], a)
    await remote.updateRefs([
      { ref: main, expected: a, to: b },
      { ref: status, expected: a, to: undefined },
    ])
    await clone.fetch([main, status, 'refs/heads/none'])
    expect(await clone.refs('refs/')).toEqual(new Map([[main, b]]))
  })

  test('an empty remote is fetched as such', async () => {
    const { clone } = world()
    await clone.fetch(['refs/heads/'])
    await clone.fetch([main])
    await clone.fetch([])
    expect(await clone.refs('refs/')).toEqual(new Map())
  })
}

function describePush(
  world: () => { readonly world: GitWorld; readonly remote: GitRepository; readonly clone: GitClone },
): void {
  test("a push moves the remote's refs and mirrors them here", async () => {
    const { remote, clone } = world()
    const a = await writeCommit(clone, [{ path: 'f', text: '1' }])
    const b = await writeCommit(clone, [{ path: 'f', text: '2' }], a)
    const made = [
      { ref: main, expected: undefined, to: a },
      { ref: 'refs/heads/wave', expected: undefined, to: b },
    ]
    expect(await clone.push(made)).toEqual({ kind: 'pushed' })
    expect(await remote.refs('refs/')).toEqual(
      new Map([
        [main, a],
        ['refs/heads/wave', b],
      ]),
    )
    const moved = [
      { ref: main, expected: a, to: b },
      { ref: 'refs/heads/wave', expected: b, to: undefined },
    ]
    expect(await clone.push(moved)).toEqual({ kind: 'pushed' })
    expect(await remote.refs('refs/')).toEqual(new Map([[main, b]]))
    expect(await clone.refs('refs/')).toEqual(new Map([[main, b]]))
    expect(await remote.readBlobs((await remote.tree(b)).map(({ oid }) => oid))).toEqual(['2'])
    expect(await clone.push([])).toEqual({ kind: 'pushed' })
  })

  test('a push may move a ref back or sideways when its lease holds', async () => {
    const { remote, clone } = world()
    const [a = '', b = ''] = await clone.writeCommits([draft([], undefined, 'a'), draft([], undefined, 'b')])
    await clone.push([{ ref: main, expected: undefined, to: a }])
    expect(await clone.push([{ ref: main, expected: a, to: b }])).toEqual({ kind: 'pushed' })
    expect(await remote.resolve(main)).toBe(b)
  })

  test('a push on another value than the remote has is stale and moves nothing', async () => {
    const { remote, clone } = world()
    const [a = '', b = '', c = ''] = await clone.writeCommits([
      draft([], undefined, 'a'),
      draft([], undefined, 'b'),
      draft([], undefined, 'c'),
    ])
    await clone.push([{ ref: main, expected: undefined, to: a }])
    const fresh = { ref: 'refs/heads/fresh', expected: undefined, to: a }
    const stale = [
      { ref: main, expected: b, to: c },
      { ref: main, expected: undefined, to: c },
      { ref: main, expected: b, to: undefined },
      { ref: 'refs/heads/none', expected: a, to: c },
    ]
    for (const update of stale) {
      expect(await clone.push([fresh, update])).toEqual({ kind: 'stale' })
    }
    expect(await remote.refs('refs/')).toEqual(new Map([[main, a]]))
    expect(await clone.refs('refs/')).toEqual(new Map([[main, a]]))
  })

  test('a fetch in between lifts no lease', async () => {
    const { world: all, clone } = world()
    const [a = '', b = '', c = ''] = await clone.writeCommits([
      draft([], undefined, 'a'),
      draft([], undefined, 'b'),
      draft([], undefined, 'c'),
    ])
    await clone.push([{ ref: main, expected: undefined, to: a }])
    const other = await all.clone()
    await other.fetch(['refs/heads/'])
    const theirs = only(await other.writeCommits([draft([], a, 'theirs')]))
    expect(await other.push([{ ref: main, expected: a, to: theirs }])).toEqual({ kind: 'pushed' })
    await other.close()
    await clone.fetch(['refs/heads/'])
    expect(await clone.push([{ ref: main, expected: a, to: b }])).toEqual({ kind: 'stale' })
    expect(await clone.push([{ ref: main, expected: theirs, to: c }])).toEqual({ kind: 'pushed' })
  })

  test('a push that already arrived counts as pushed, in whole or in part', async () => {
    const { remote, clone } = world()
    const [a = '', b = ''] = await clone.writeCommits([draft([], undefined, 'a'), draft([], undefined, 'b')])
    await clone.push([
      { ref: main, expected: undefined, to: a },
      { ref: 'refs/heads/x', expected: undefined, to: a },
    ])
    const move = [
      { ref: main, expected: a, to: b },
      { ref: 'refs/heads/x', expected: a, to: undefined },
    ]
    expect(await clone.push(move)).toEqual({ kind: 'pushed' })
    expect(await clone.push(move)).toEqual({ kind: 'pushed' })
    expect(await clone.push([...move, { ref: 'refs/heads/y', expected: undefined, to: b }])).toEqual({
      kind: 'pushed',
    })
    expect(await remote.refs('refs/')).toEqual(
      new Map([
        [main, b],
        ['refs/heads/y', b],
      ]),
    )
    expect(await clone.refs('refs/')).toEqual(
      new Map([
        [main, b],
        ['refs/heads/y', b],
      ]),
    )
  })

  test('a push that the remote refuses says why and moves nothing', async () => {
    const { world: all, remote, clone } = world()
    const a = await writeCommit(clone, [{ path: 'f', text: '1' }])
    await all.refuse('protected branch: ask ana')
    const outcome = await clone.push([{ ref: main, expected: undefined, to: a }])
    expect(outcome).toMatchObject({
      kind: 'rejected',
      reason: expect.stringContaining('protected branch: ask ana'),
    })
    expect(await remote.refs('refs/')).toEqual(new Map())
    expect(await clone.refs('refs/')).toEqual(new Map())
    await all.refuse(undefined)
    expect(await clone.push([{ ref: main, expected: undefined, to: a }])).toEqual({ kind: 'pushed' })
  })

  test('a push of a missing object or to a bad ref name is an error', async () => {
    const { clone } = world()
    const a = await writeCommit(clone, [])
    await expect(clone.push([{ ref: main, expected: undefined, to: 'b'.repeat(40) }])).rejects.toThrow(
      GitError,
    )
    await expect(clone.push([{ ref: '--mirror', expected: undefined, to: a }])).rejects.toThrow(GitError)
  })
}

async function treeIdOf(repository: GitRepository, commit: Oid): Promise<Oid> {
  return only(await repository.log(commit, { limit: 1 })).tree
}
