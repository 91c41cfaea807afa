import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { directiveKinds } from '../../../src/adapters/catalog/documents/kinds.ts'
import { applyFiles, type CatalogFile } from '../../../src/adapters/catalog/sections.ts'
import { createAssembler } from '../../../src/adapters/catalog/snapshot.ts'
import { checkCatalog } from '../../../src/core/check/check-catalog.ts'
import { exampleFiles } from '../../simulate/example-files.ts'
import { plainTemplates } from './build-catalog.ts'

const page = await readFile(join(import.meta.dirname, '../../../docs/orders.md'), 'utf8')
const examples = [...page.matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms)].map(
  ([, path = '', text = '']): CatalogFile => ({ path, text }),
)

/** What is found in the example company's catalog with these orders in it. */
async function findingsWith(orders: readonly CatalogFile[]) {
  const [catalog, story] = [await exampleFiles('catalog'), await exampleFiles('story/01-payments-1.4.3')]
  const files = [...catalog, ...story].map(([path, text]) => ({ path, text }))
  const sections = applyFiles(new Map(), [...files, ...orders], [])
  const snapshot = createAssembler(plainTemplates())('worktree', sections)
  const orderFiles = new Set(orders.map(({ path }) => path))
  return [...snapshot.findings, ...checkCatalog(snapshot.catalog, snapshot.findings)].filter(({ file }) =>
    orderFiles.has(file),
  )
}

it('shows a file of every kind of order, under a heading of its own', () => {
  for (const kind of directiveKinds) expect(page).toMatch(new RegExp(`^## ${kind}$`, 'm'))
  expect(new Set(examples.map(({ text }) => /^kind: (\w+)$/m.exec(text)?.[1]))).toEqual(
    new Set(directiveKinds),
  )
})

it.each(examples)('shows $path, an order that the example company can give', async (example) => {
  expect(await findingsWith([example])).toEqual([])
})
