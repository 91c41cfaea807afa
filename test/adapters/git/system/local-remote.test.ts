import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import type { GitClone } from '../../../../src/adapters/git/port.ts'
import { initRepository, openClone } from '../../../../src/adapters/git/system.ts'
import { pathsOf, writeCommit } from '../contract.ts'
import { git, inTempFolder } from '../real-git.ts'

const main = 'refs/heads/main'

async function withClone(run: (world: { clone: GitClone; url: string; path: string }) => Promise<void>) {
  await inTempFolder(async (folder) => {
    const url = join(folder, 'remote.git')
    const path = join(folder, 'clone.git')
    await (await initRepository(url, { branch: 'main' })).close()
    const clone = await openClone({ path, url })
    try {
      await run({ clone, url, path })
    } finally {
      await clone.close()
    }
  })
}

test('a clone keeps no objects of its own, and its remote is whole', async () => {
  await withClone(async ({ clone, url, path }) => {
    const to = await writeCommit(clone, [{ path: 'a', text: '1' }])
    expect(await clone.push([{ ref: main, expected: undefined, to }])).toEqual({ kind: 'pushed' })
    expect(await git(path, ['count-objects'])).toBe('0 objects, 0 kilobytes')
    expect(await git(url, ['fsck', '--full', '--strict'])).toBe('')
  })
})

test('a rule of the remote that is set later refuses a push', async () => {
  await withClone(async ({ clone, url }) => {
    const to = await writeCommit(clone, [{ path: 'a', text: '1' }])
    await clone.push([{ ref: main, expected: undefined, to }])
    await git(url, ['config', 'receive.denyNonFastForwards', 'true'])
    const sideways = await writeCommit(clone, [{ path: 'a', text: '2' }])
    expect(await clone.push([{ ref: main, expected: to, to: sideways }])).toMatchObject({ kind: 'rejected' })
    expect(await clone.resolve(main)).toBe(to)
  })
})

test('a hook that runs after a push runs', async () => {
  await withClone(async ({ clone, url }) => {
    const hook = join(url, 'hooks', 'post-receive')
    await writeFile(hook, '#!/bin/sh\ncat > received\n', { mode: 0o755 })
    const to = await writeCommit(clone, [{ path: 'a', text: '1' }])
    await clone.push([{ ref: main, expected: undefined, to }])
    expect(await git(url, ['hash-object', '--no-filters', 'received'])).toMatch(/^[0-9a-f]{40}$/)
  })
})

test('a clone whose remote is another one by now follows that one', async () => {
  await inTempFolder(async (folder) => {
    const [first, second, path] = ['first.git', 'second.git', 'clone.git'].map((name) => join(folder, name))
    if (first === undefined || second === undefined || path === undefined) throw new Error('no folder')
    for (const url of [first, second]) {
      const remote = await initRepository(url, { branch: 'main' })
      const to = await writeCommit(remote, [{ path: url === first ? 'one' : 'two', text: '1' }])
      await remote.updateRefs([{ ref: main, expected: undefined, to }])
      await remote.close()
      const clone = await openClone({ path, url })
      await clone.fetch([main])
      expect(await pathsOf(clone, to)).toEqual([url === first ? 'one' : 'two'])
      await clone.close()
    }
  })
})
