import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { locateHelm } from '../../../src/adapters/helm/locate-helm.ts'
import { temporaryFolder } from './example-charts.ts'

let folder: string

beforeEach(async () => {
  folder = await temporaryFolder()
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function executable(path: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, '#!/bin/sh\n')
  await chmod(path, 0o755)
  return path
}

describe('locateHelm', () => {
  it('takes what was given before what is on the PATH, and that before the cache', async () => {
    const given = await executable(join(folder, 'given'))
    const onPath = await executable(join(folder, 'bin/helm'))
    const cached = await executable(join(folder, 'cache/v4.1.4/helm'))
    const cache = join(folder, 'cache')
    const path = `${join(folder, 'none')}:${join(folder, 'bin')}`
    expect(await locateHelm({ given, path, cache })).toBe(given)
    expect(await locateHelm({ given: undefined, path, cache })).toBe(onPath)
    expect(await locateHelm({ given: undefined, path: undefined, cache })).toBe(cached)
  })

  it('refuses a given program that can not run, rather than taking another', async () => {
    const onPath = await executable(join(folder, 'bin/helm'))
    const places = { given: join(folder, 'typo'), path: join(onPath, '..'), cache: folder }
    await expect(locateHelm(places)).rejects.toMatchObject({ kind: 'notFound' })
  })

  it('says how to install helm where none can be fetched, and leaves nothing behind', async () => {
    const places = { given: undefined, path: '', cache: folder, platform: 'darwin-arm64' }
    await expect(locateHelm(places)).rejects.toMatchObject({
      message: 'helm is not on the PATH, and can not be fetched for darwin-arm64',
      remedy: expect.stringMatching(/https:\/\/helm\.sh.*--helm <path>/) as string,
    })
    expect(await readdir(folder)).toEqual([])
  })
})
