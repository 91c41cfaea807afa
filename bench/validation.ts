import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCatalogSource } from '../src/adapters/catalog/git-source.ts'
import type { CatalogSource } from '../src/adapters/catalog/port.ts'
import { readDefaultTemplates } from '../src/adapters/catalog/templates.ts'
import { initRepository } from '../src/adapters/git/system.ts'
import { checkedCatalog } from '../src/operations/checked-catalog.ts'
import { commitTo } from './controller/build-world.ts'
import { catalogFiles, versionFile } from './controller/catalog-files.ts'
import type { BenchResult, BenchRow } from './result.ts'

const size = { services: 1000, versions: 10, clusters: { devel: 500, canary: 500, prod: 4000 } }

/** The whole catalog of a large company checked at first, then after commits that change one file each. */
export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-validation-'))
  try {
    const repository = await initRepository(join(folder, 'catalog.git'), { branch: 'main' })
    const files = catalogFiles(size)
    await commitTo(repository, [...files], 'Begin the catalog')
    const defaultTemplates = await readDefaultTemplates()
    const source = createCatalogSource({ repository, branch: 'main', defaultTemplates })
    const first = await timed(() => validate(source))
    const rows = [row(`first run: ${files.size} files`, first, 20_000)]
    for (const change of changes(files)) {
      await commitTo(repository, [[change.path, change.text]], change.what)
      rows.push(row(change.what, await timed(() => validate(source)), 300))
    }
    await repository.close()
    return { name: 'validation of 1,000 services × 10 versions, 5,000 clusters', rows }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Commits that change one file, by the kind of document that changes. */
function changes(files: ReadonlyMap<string, string>) {
  const edited = (what: string, path: string, from: string, to: string) => {
    const text = files.get(path)
    if (text?.includes(from) !== true) throw new Error(`${path} does not contain ${from}`)
    return { what, path, text: text.replace(from, to) }
  }
  const [path, text] = versionFile(500, '1.10.0')
  const cluster = [...files.keys()].find((name) => name.startsWith('clusters/prod-')) ?? ''
  return [
    { what: 'after a new version', path, text },
    edited('after a label of a cluster', cluster, 'size: ', 'rack: r1\n    size: '),
    edited('after an owner', 'services/service-007/service.yaml', 'owner: ', 'owner: new-'),
    edited('after a strategy', 'deployment-groups/prod.yaml', 'soak: 10m', 'soak: 9m'),
  ]
}

async function validate(source: CatalogSource): Promise<void> {
  const head = (await source.head()) ?? ''
  const snapshot = await source.readWithHistory(head)
  const unasked = async () => Promise.reject(new Error('validation reads one commit'))
  const { findings } = checkedCatalog({ snapshot, readAt: unasked, lastChange: unasked })
  if (findings.length > 0) throw new Error(findings.map(({ message }) => message).join('\n'))
}

async function timed(action: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await action()
  return performance.now() - start
}

function row(what: string, ms: number, limit: number): BenchRow {
  return { what, value: `${Math.round(ms)} ms`, wanted: `< ${limit} ms`, ok: ms < limit }
}
