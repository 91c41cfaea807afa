import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type CatalogGlance, glanceAtCatalog } from '../../src/compose/catalog-glance.ts'
import { openPlace } from '../../src/compose/places.ts'
import type { GitClone } from '../../src/adapters/git/port.ts'

const settings = 'kind: Settings\nspec:\n  fleet:\n    url: https://git.example.com/fleet.git\n'
const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ana',
  GIT_AUTHOR_EMAIL: 'ana@example.com',
  GIT_COMMITTER_NAME: 'Ana',
  GIT_COMMITTER_EMAIL: 'ana@example.com',
}
let folder: string
let work: string
let bare: string
const opened: GitClone[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halyard-glance-'))
})
afterAll(async () => {
  await Promise.all(opened.map(async (each) => each.close()))
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  const place = await mkdtemp(join(folder, 'catalog-'))
  work = join(place, 'work')
  bare = join(place, 'bare.git')
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
  git(folder, 'clone', '--quiet', bare, work)
  git(work, 'checkout', '--quiet', '-B', 'main')
  await commit('halyard.yaml', settings)
  git(work, 'push', '--quiet', '--set-upstream', 'origin', 'main')
})

test('the settings name the fleet, in a folder and in a bare repository', async () => {
  expect(await glance('folder', work).fleetUrl()).toBe('https://git.example.com/fleet.git')
  expect(await glance('repository', bare).fleetUrl()).toBe('https://git.example.com/fleet.git')
})

test('settings that can not be read name no fleet', async () => {
  await writeFile(join(work, 'halyard.yaml'), 'spec: [')
  expect(await glance('folder', work).fleetUrl()).toBe('')
})

test('a clean work tree whose commits are pushed has nothing of its own, whatever was published', async () => {
  expect(await glance('folder', work).isMerged('0'.repeat(40))).toBe(true)
})

test('a changed or new file is of the work tree alone', async () => {
  await writeFile(join(work, 'new.yaml'), 'kind: Cluster\n')
  expect(await glance('folder', work).isMerged(head())).toBe(false)
})

test('a commit that is not pushed counts as merged only where it is the published one', async () => {
  await commit('more.yaml', 'kind: Cluster\n')
  expect(await glance('folder', work).isMerged('0'.repeat(40))).toBe(false)
  expect(await glance('folder', work).isMerged(head())).toBe(true)
})

test('a folder that is no work tree is never merged; a bare repository always is', async () => {
  const plain = await mkdtemp(join(folder, 'plain-'))
  expect(await glance('folder', plain).isMerged('0'.repeat(40))).toBe(false)
  expect(await glance('repository', bare).isMerged('0'.repeat(40))).toBe(true)
})

test('who changed a file last is told up to a commit, and not at all for a commit that is not here', async () => {
  const first = head()
  await commit('halyard.yaml', `${settings}# later\n`)
  const catalog = glance('folder', work)
  expect((await catalog.lastChange(first, 'halyard.yaml'))?.oid).toBe(first)
  expect((await catalog.lastChange(head(), 'halyard.yaml'))?.oid).toBe(head())
  expect(await catalog.lastChange('0'.repeat(40), 'halyard.yaml')).toBeUndefined()
})

function glance(kind: 'folder' | 'repository', path: string): CatalogGlance {
  const options = { catalog: path, fleet: undefined, cwd: folder, env: {}, forOrders: false }
  return glanceAtCatalog({ kind, path }, async (place) => {
    const clone = await openPlace(place, options)
    opened.push(clone)
    return clone
  })
}

async function commit(path: string, text: string): Promise<void> {
  await writeFile(join(work, path), text)
  git(work, 'add', path)
  git(work, 'commit', '--quiet', '--message', `Change ${path}`)
}

function head(): string {
  return git(work, 'rev-parse', 'HEAD').trim()
}

function git(where: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', where, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}
