import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

import { initRepository, openClone } from '../../../../src/adapters/git/system.ts'
import { writeCommit } from '../contract.ts'
import { inTempFolder } from '../real-git.ts'

const inTheWay = [
  ['a folder', 'refs/heads/release/1', 'refs/heads/release'],
  ['a ref', 'refs/heads/release', 'refs/heads/release/1'],
] as const
const places = {
  'on this machine': (path: string) => path,
  'by transport': (path: string) => pathToFileURL(path).href,
}

/** A clone that knows `old`, which is gone at the remote. */
async function withStale(
  urlOf: (path: string) => string,
  old: string,
  run: (world: {
    readonly clone: Awaited<ReturnType<typeof openClone>>
    readonly remote: Awaited<ReturnType<typeof initRepository>>
    readonly to: string
  }) => Promise<void>,
): Promise<void> {
  await inTempFolder(async (folder) => {
    const path = join(folder, 'remote.git')
    const remote = await initRepository(path, { branch: 'main' })
    const clone = await openClone({ path: join(folder, 'clone.git'), url: urlOf(path) })
    try {
      const to = await writeCommit(clone, [])
      expect(await clone.push([{ ref: old, expected: undefined, to }])).toEqual({ kind: 'pushed' })
      await remote.updateRefs([{ ref: old, expected: to, to: undefined }])
      await run({ clone, remote, to })
    } finally {
      await Promise.all([clone.close(), remote.close()])
    }
  })
}

for (const [where, urlOf] of Object.entries(places)) {
  test.each(inTheWay)(
    `a push to a remote ${where} takes the place of %s that is gone there`,
    async (_, old, next) => {
      await withStale(urlOf, old, async ({ clone, to }) => {
        expect(await clone.push([{ ref: next, expected: undefined, to }])).toEqual({ kind: 'pushed' })
        expect(await clone.refs('refs/')).toEqual(new Map([[next, to]]))
      })
    },
  )

  test(`a ref that is fetched by name from a remote ${where} takes the place of a folder that is gone there`, async () => {
    await withStale(urlOf, 'refs/heads/release/1', async ({ clone, remote, to }) => {
      await remote.updateRefs([{ ref: 'refs/heads/release', expected: undefined, to }])
      await clone.fetch(['refs/heads/release'])
      expect(await clone.refs('refs/')).toEqual(new Map([['refs/heads/release', to]]))
    })
  })
}
