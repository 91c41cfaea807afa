import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCatalogFolder } from '../../../src/adapters/catalog/folder-source.ts'
import { createCatalogSource } from '../../../src/adapters/catalog/git-source.ts'
import { createMemoryRepository } from '../../../src/adapters/git/memory.ts'
import { plainTemplates, smallCatalog } from './build-catalog.ts'

const defaultTemplates = plainTemplates()
const files = {
  ...smallCatalog(),
  'clusters/broken.yaml': 'a: [\n',
  'node_modules/x/clusters/a.yaml': 'a: 1\n',
}
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halyard-catalog-'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
})
afterAll(() => rm(folder, { recursive: true }))

it('reads from a work tree what it reads from a commit of the same files', async () => {
  const repository = createMemoryRepository()
  const changes = Object.entries(files).map(([path, text]) => ({ path, text }))
  const author = { name: 'Ana', email: 'ana@example.com' }
  const [commit = ''] = await repository.writeCommits([
    { parent: undefined, changes, message: 'Start', author, time: 1_800_000_000 },
  ])
  const source = createCatalogSource({ repository, branch: 'main', defaultTemplates })
  const { catalog, findings } = await source.read(commit)
  expect(findings).toHaveLength(1)
  expect(await readCatalogFolder(folder, { defaultTemplates })).toMatchObject({
    catalog: { ...catalog, commit: 'worktree' },
    findings,
  })
})

it('throws when the folder is not there', async () => {
  await expect(readCatalogFolder(join(folder, 'none'), { defaultTemplates })).rejects.toThrow('ENOENT')
})
