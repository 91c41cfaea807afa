import { expect, it } from 'vitest'
import { createCatalogSource } from '../../src/adapters/catalog/git-source.ts'
import { createMemoryRepository } from '../../src/adapters/git/memory.ts'
import { checkCatalog } from '../../src/core/check/check-catalog.ts'
import { formatFindings } from '../../src/core/check/format-findings.ts'
import { plainTemplates, smallCatalog, version } from '../adapters/catalog/build-catalog.ts'

const path = 'services/payments/versions/1.10.0.yaml'

it.each<[string, string, string]>([
  ['on its line', 'values:\n    db:\n      password: hunter2', '      password: …'],
  ['beside others on one line', 'values: {a: {password: hunter2, token: hunter2}}', '  values: …'],
  ['in quotes', 'values:\n    "password": "hunter2"', '    "password": …'],
  ['in a block', 'values:\n    password: |\n      hunter2', '    password: …'],
])('a value that looks like a secret is not shown, %s', async (_, values, line) => {
  const repository = createMemoryRepository()
  const text = version('payments', '1.10.0').replace('values: {replicas: 3}', values)
  const files = Object.entries({ ...smallCatalog(), [path]: text })
  const [head = ''] = await repository.writeCommits([
    {
      parent: undefined,
      changes: files.map(([file, body]) => ({ path: file, text: body })),
      message: 'Begin\n',
      author: { name: 'Ana', email: 'ana@example.com' },
      time: 1_700_000_000,
    },
  ])
  const source = createCatalogSource({ repository, branch: 'main', defaultTemplates: plainTemplates() })
  const { catalog, findings, locate } = await source.read(head)
  const shown = formatFindings(locate(checkCatalog(catalog, findings)), { color: false })
  expect(shown).toContain('warning: this looks like a password in plain text')
  expect(shown).toContain(line)
  expect(shown).not.toContain('hunter2')
})
