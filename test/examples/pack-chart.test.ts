import { cp, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packChart } from '../../examples/pack-chart.ts'

const web = resolve(import.meta.dirname, '../../examples/charts/web')
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halyard-chart-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('gives the same bytes for the same files, whatever their times', async () => {
  const copy = join(folder, 'copy')
  await cp(web, copy, { recursive: true })
  await utimes(join(copy, 'Chart.yaml'), 1, 1)
  expect(await packChart(copy)).toEqual(await packChart(web))
})

it('gives another digest for another content', async () => {
  const changed = join(folder, 'changed')
  await cp(web, changed, { recursive: true })
  await writeFile(join(changed, 'values.yaml'), 'replicas: 1\n')
  expect((await packChart(changed)).digest).not.toBe((await packChart(web)).digest)
})

it('is an archive that tar unpacks to the same files', async () => {
  const { archive } = await packChart(web)
  await writeFile(join(folder, 'web.tgz'), archive)
  await execa('tar', ['-xzf', 'web.tgz'], { cwd: folder })
  expect(await contentsOf(join(folder, 'web'))).toEqual(await contentsOf(web))
})

it('packs files beyond one block of deflate', async () => {
  const large = join(folder, 'large')
  await cp(web, large, { recursive: true })
  const content = 'x'.repeat(200_000)
  await writeFile(join(large, 'files.txt'), content)
  expect(gunzipSync((await packChart(large)).archive).toString()).toContain(content)
})

async function contentsOf(chart: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(chart, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    await Promise.all(
      files.map(async (file) => [relative(chart, file), await readFile(file, 'utf8')] as const),
    ),
  )
}
