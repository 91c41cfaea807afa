import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openWorkTree, readAuthor } from '../../../../src/adapters/git/system.ts'
import { git, inTempFolder } from '../real-git.ts'

const added = { path: 'orders/new.yaml', text: 'new\n' }
const removed = { path: 'orders/old.yaml', remove: true } as const

/** A clone with staged, changed and unknown files of its own, and how all of it stands. */
async function inWorkTree(run: (folder: string, remote: string) => Promise<void>): Promise<void> {
  await inTempFolder(async (root) => {
    const remote = join(root, 'remote.git')
    const folder = join(root, 'work')
    await git(root, ['init', '--quiet', '--bare', '--initial-branch=main', remote])
    await git(root, ['init', '--quiet', '--initial-branch=main', folder])
    await git(folder, ['config', 'user.name', 'Kim Olsen'])
    await git(folder, ['config', 'user.email', 'kim@example.com'])
    await mkdir(join(folder, 'orders'))
    await writeFile(join(folder, removed.path), 'old\n')
    await writeFile(join(folder, 'README.md'), 'one\n')
    await git(folder, ['add', '.'])
    await git(folder, ['commit', '--quiet', '--message=Begin'])
    await git(folder, ['remote', 'add', 'origin', remote])
    await git(folder, ['push', '--quiet', '--set-upstream', 'origin', 'main'])
    await writeFile(join(folder, 'README.md'), 'two\n')
    await writeFile(join(folder, 'staged.txt'), 'staged\n')
    await git(folder, ['add', 'staged.txt'])
    await writeFile(join(folder, 'unknown.txt'), 'unknown\n')
    await run(folder, remote)
  })
}

const open = async (folder: string) => {
  const workTree = await openWorkTree(folder)
  if (!workTree) throw new Error(`${folder} is no work tree`)
  return workTree
}

const stateOf = async (folder: string): Promise<string> =>
  `${await git(folder, ['status', '--porcelain=v2', '--branch', '--untracked-files=all'])}\n${await git(folder, ['ls-files', '--stage'])}`

async function refuseBy(hook: string): Promise<void> {
  await mkdir(join(hook, '..'), { recursive: true })
  await writeFile(hook, '#!/bin/sh\necho not today >&2\nexit 1\n')
  await chmod(hook, 0o755)
}

test('commits its paths and nothing else, whatever is staged or changed', async () => {
  await inWorkTree(async (folder) => {
    const outcome = await (
      await open(folder)
    ).commitPaths({
      changes: [added, removed],
      message: 'Order\n\n# why\n',
      push: false,
    })
    expect(outcome).toEqual({
      kind: 'committed',
      commit: await git(folder, ['rev-parse', 'HEAD']),
      branch: 'main',
    })
    expect(await git(folder, ['show', '--format=%an|%B', '--name-status', '--no-renames'])).toBe(
      'Kim Olsen|Order\n\n# why\n\n\nA\torders/new.yaml\nD\torders/old.yaml',
    )
    expect(await git(folder, ['status', '--porcelain'])).toBe('M README.md\nA  staged.txt\n?? unknown.txt')
  })
})

test('works in a folder of a repository as in its root', async () => {
  await inWorkTree(async (folder) => {
    const below = { ...removed, path: 'old.yaml' }
    await refuseBy(join(folder, '.git/hooks/pre-commit'))
    const before = await stateOf(folder)
    const workTree = await open(join(folder, 'orders'))
    expect(await workTree.commitPaths({ changes: [below], message: 'x', push: false })).toMatchObject({
      kind: 'refused',
    })
    expect(await stateOf(folder)).toBe(before)
  })
})

test.each([
  ['a new file', added],
  ['a removal', removed],
])('leaves everything as it was when a hook refuses %s', async (_name, change) => {
  await inWorkTree(async (folder) => {
    await refuseBy(join(folder, '.git/hooks/pre-commit'))
    const before = await stateOf(folder)
    const outcome = await (
      await open(folder)
    ).commitPaths({ changes: [change], message: 'Order', push: false })
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('not today') })
    expect(await stateOf(folder)).toBe(before)
  })
})

test.each([
  ['a new file', added],
  ['a removal', removed],
])('takes %s back when its push is refused', async (_name, change) => {
  await inWorkTree(async (folder, remote) => {
    await refuseBy(join(remote, 'hooks/pre-receive'))
    const before = await stateOf(folder)
    const outcome = await (
      await open(folder)
    ).commitPaths({ changes: [change], message: 'Order', push: true })
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('not today') })
    expect(await stateOf(folder)).toBe(before)
  })
})

test('pushes nothing when the branch is behind', async () => {
  await inWorkTree(async (folder, remote) => {
    const commit = await git(folder, ['commit-tree', '-p', 'HEAD', '-m', 'Other', 'HEAD^{tree}'])
    await git(folder, ['push', '--quiet', remote, `${commit}:refs/heads/main`])
    const outcome = await (await open(folder)).commitPaths({ changes: [added], message: 'Order', push: true })
    expect(outcome).toEqual({
      kind: 'refused',
      reason: 'main is behind origin by 1',
      remedy: 'run git pull, and try again',
    })
    expect(await git(remote, ['rev-parse', 'main'])).toBe(commit)
  })
})

test('never writes over a file that is there', async () => {
  await inWorkTree(async (folder) => {
    await writeFile(join(folder, added.path), 'mine\n')
    const workTree = await open(folder)
    await expect(workTree.commitPaths({ changes: [added], message: 'Order', push: false })).rejects.toThrow(
      /EEXIST/,
    )
    expect(await readFile(join(folder, added.path), 'utf8')).toBe('mine\n')
  })
})

test('a folder of no repository is no work tree', async () => {
  await inTempFolder(async (folder) => {
    expect(await openWorkTree(folder)).toBeUndefined()
  })
})

test('the author is who the repository names, and nobody is guessed', async () => {
  await inWorkTree(async (folder, remote) => {
    expect(await readAuthor(folder)).toEqual({ name: 'Kim Olsen', email: 'kim@example.com' })
    expect(await readAuthor(remote)).toBeUndefined()
  })
})
