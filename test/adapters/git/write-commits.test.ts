import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createMemoryRepository } from '../../../src/adapters/git/memory.ts'
import type { GitRepository, TreeChange } from '../../../src/adapters/git/port.ts'
import { initRepository } from '../../../src/adapters/git/system.ts'
import { draft, only, writeCommit } from './contract.ts'
import { git, inTempFolder } from './real-git.ts'

/** Few names, so that files and folders often take each other's place; some sort differently as file and folder. */
const name = fc.constantFrom('a', 'a.b', 'a-', 'a0', 'b', 'é', '\u{1F600}', '\uFFFD', ' ', '"')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const change: fc.Arbitrary<TreeChange> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ path, text: fc.constantFrom('1', '2', 'drei\n', '') }) },
  { weight: 1, arbitrary: fc.record({ path, remove: fc.constant(true as const) }) },
)
const history = fc.array(fc.array(change, { maxLength: 8 }), { minLength: 1, maxLength: 5 })

/** What a sequence of changes means, without trees: a map of paths. */
function applyToFiles(files: Map<string, string>, changes: readonly TreeChange[]): void {
  for (const each of changes) {
    const below = [...files.keys()].filter((other) => other.startsWith(`${each.path}/`))
    for (const gone of [each.path, ...below]) files.delete(gone)
    if (!('text' in each)) continue
    for (const file of files.keys()) if (each.path.startsWith(`${file}/`)) files.delete(file)
    files.set(each.path, each.text)
  }
}

async function writeHistory(
  repository: GitRepository,
  drafts: readonly (readonly TreeChange[])[],
): Promise<readonly string[]> {
  const commits: string[] = []
  for (const changes of drafts) commits.push(await writeCommit(repository, changes, commits.at(-1)))
  return commits
}

/** The tree that git's own index makes of files. */
async function treeByIndex(folder: string, files: ReadonlyMap<string, string>): Promise<string> {
  const texts = [...new Set(files.values())]
  const oids = await Promise.all(
    texts.map(async (text) => git(folder, ['hash-object', '-w', '--stdin'], text)),
  )
  const lines = [...files].map(([file, text]) => `100644 ${oids[texts.indexOf(text)] ?? ''}\t${file}\0`)
  await git(folder, ['read-tree', '--empty'])
  await git(folder, ['update-index', '-z', '--index-info'], lines.join(''))
  return git(folder, ['write-tree'])
}

test("any sequence of drafts gives the trees of git's own index, on disk and in memory", async () => {
  await inTempFolder(async (folder) => {
    const oracle = join(folder, 'oracle')
    await git(folder, ['init', '-q', oracle])
    const onDisk = await initRepository(join(folder, 'system.git'), { branch: 'main' })
    await fc.assert(
      fc.asyncProperty(history, async (drafts) => {
        const inMemory = createMemoryRepository()
        const commits = await writeHistory(inMemory, drafts)
        expect(await writeHistory(onDisk, drafts)).toEqual(commits)
        const files = new Map<string, string>()
        for (const changes of drafts) applyToFiles(files, changes)
        const last = commits.at(-1) ?? ''
        const { tree } = only(await inMemory.log(last, { limit: 1 }))
        expect(tree).toBe(await treeByIndex(oracle, files))
        expect(await onDisk.tree(last)).toEqual(await inMemory.tree(last))
        const first = commits[0] ?? ''
        expect(await onDisk.changes(first, last)).toEqual(await inMemory.changes(first, last))
        expect(await onDisk.log(last, { path: 'a' })).toEqual(await inMemory.log(last, { path: 'a' }))
      }),
      { numRuns: 40 },
    )
    await onDisk.close()
    expect(await git(join(folder, 'system.git'), ['fsck', '--full', '--strict', '--no-dangling'])).toBe('')
  })
})

test('files of others keep their modes and names when a neighbour changes', async () => {
  await inTempFolder(async (folder) => {
    const source = join(folder, 'system.git')
    const repository = await initRepository(source, { branch: 'main' })
    const [oid] = await repository.writeBlobs(['x'])
    const entry = (mode: string, file: Buffer): Buffer =>
      Buffer.concat([Buffer.from(`${mode} `), file, Buffer.from([0]), Buffer.from(oid ?? '', 'hex')])
    // In git's order: a name that is no UTF-8, an executable, a link.
    const body = Buffer.concat([
      entry('100755', Buffer.from('run')),
      entry('120000', Buffer.from('to')),
      entry('100644', Buffer.from([0xff, 0xfe])),
    ])
    await writeFile(join(folder, 'tree'), body)
    const tree = await git(source, ['hash-object', '-w', '-t', 'tree', join(folder, 'tree')])
    const env = Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, 'x'],
        [`GIT_${who}_EMAIL`, 'x@x'],
      ]),
    )
    const parent = await git(source, ['commit-tree', '-m', 'foreign', tree], '', env)
    const next = await writeCommit(repository, [{ path: 'added', text: 'y' }], parent)
    const back = await writeCommit(repository, [{ path: 'added', remove: true }], next)
    expect(only(await repository.log(back, { limit: 1 })).tree).toBe(tree)
    await repository.close()
  })
})

test('equal drafts have equal ids, whatever the order of their changes', async () => {
  const repository = createMemoryRepository()
  const changes = Array.from({ length: 50 }, (_, index) => ({
    path: `d${index % 7}/f${index}`,
    text: `${index}`,
  }))
  const drafts = [changes, changes.toReversed(), changes.toSorted((a, b) => (a.text < b.text ? -1 : 1))].map(
    (each) => draft(each),
  )
  expect(new Set(await repository.writeCommits(drafts)).size).toBe(1)
})
