import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCatalogSource, type GitCatalogSource } from '../../src/adapters/catalog/git-source.ts'
import { createMemoryRepository } from '../../src/adapters/git/memory.ts'
import type { GitRepository, TreeChange } from '../../src/adapters/git/port.ts'
import { initRepository } from '../../src/adapters/git/system.ts'
import { checkCatalog } from '../../src/core/check/check-catalog.ts'
import { formatField } from '../../src/core/check/format-findings.ts'
import { plainTemplates, smallCatalog, version } from '../adapters/catalog/build-catalog.ts'

const author = { name: 'Ana', email: 'ana@example.com' }
const file = 'services/payments/versions/1.10.0.yaml'
const serviceFile = 'services/payments/service.yaml'
const merged = version('payments', '1.10.0')
const edited = merged.replace('replicas: 3', 'replicas: 4')
const service = smallCatalog()[serviceFile] ?? ''

const repositories = {
  'in memory': async (_folder: string): Promise<GitRepository> => createMemoryRepository(),
  'on disk': async (folder: string) => initRepository(join(folder, 'catalog.git'), { branch: 'main' }),
}

describe.each(Object.entries(repositories))('what was merged, with git %s,', (_, open) => {
  let folder: string
  let repository: GitRepository
  let source: GitCatalogSource
  let head: string | undefined
  let first: string

  const newSource = () =>
    createCatalogSource({ repository, branch: 'main', defaultTemplates: plainTemplates() })

  async function commit(changes: readonly TreeChange[], parent = head): Promise<string> {
    const draft = { parent, changes, message: 'Change\n', author, time: 1_700_000_000 }
    const [oid = ''] = await repository.writeCommits([draft])
    head = oid
    return oid
  }

  /** What history says at a commit, as a source says that follows along and one that only just began. */
  async function linesAt(oid: string): Promise<readonly string[]> {
    const read = async (from: GitCatalogSource) => {
      const { catalog, findings, history, locate } = await from.readWithHistory(oid)
      const rest = checkCatalog(catalog, findings).length
      const found = locate(checkCatalog(catalog, findings, history))
      return found.length === rest ? [] : found.filter(({ message }) => message.includes('commit'))
    }
    const [followed, fresh] = [await read(source), await read(newSource())]
    expect(followed).toEqual(fresh)
    return followed.map(
      ({ severity, scope, file: where, position, field, message, remedy }) =>
        `${severity} ${scope.kind} ${where}:${position?.line} ${formatField(field)}: ${message}; ${remedy}`,
    )
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halyard-history-'))
    repository = await open(folder)
    source = newSource()
    head = undefined
    const files = Object.entries(smallCatalog()).map(([path, text]) => ({ path, text }))
    first = (await commit(files)).slice(0, 8)
    await linesAt(head ?? '')
  })
  afterEach(async () => {
    await repository.close()
    await rm(folder, { recursive: true, force: true })
  })

  const changed = () =>
    `error service ${file}:4 spec: payments 1.10.0 was merged by commit ${first} and says something else now; put it back (git checkout ${first} -- ${file}) and write the change as a new version`

  it('is not edited, until it is put back', async () => {
    expect(await linesAt(await commit([{ path: file, text: edited }]))).toEqual([changed()])
    expect(await linesAt(await commit([{ path: 'README.md', text: 'x' }]))).toEqual([changed()])
    expect(await linesAt(await commit([{ path: file, text: merged }]))).toEqual([])
  })

  it('is not removed and written anew with other content', async () => {
    await linesAt(await commit([{ path: file, remove: true }]))
    expect(await linesAt(await commit([{ path: file, text: edited }]))).toEqual([changed()])
    expect(await linesAt(await commit([{ path: file, text: merged }]))).toEqual([])
  })

  it('may be formatted and commented, as that is no content', async () => {
    const text = `# kept for ever\n${merged.replace('values: {replicas: 3}', 'values:\n    replicas: 3')}`
    expect(await linesAt(await commit([{ path: file, text }]))).toEqual([])
  })

  it('may be mended while nobody could read it, and stays from then on', async () => {
    const path = 'services/payments/versions/2.0.0.yaml'
    const text = version('payments', '2.0.0')
    await linesAt(await commit([{ path, text: 'spec: [' }]))
    const mended = await commit([{ path, text }])
    expect(await linesAt(mended)).toEqual([])
    const [line = ''] = await linesAt(await commit([{ path, text: text.replace('3', '5') }]))
    expect(line).toContain(`payments 2.0.0 was merged by commit ${mended.slice(0, 8)} and says`)
  })

  it('is not broken either', async () => {
    const [line = ''] = await linesAt(await commit([{ path: file, text: 'spec: [' }]))
    expect(line).toContain(`payments 1.10.0 was merged by commit ${first} and says something else now`)
  })

  it('is not moved', async () => {
    const to = 'services/payments/versions/1.10.1.yaml'
    const moved = await commit([
      { path: file, remove: true },
      { path: to, text: merged },
    ])
    expect(await linesAt(moved)).toEqual([
      `error service ${to}:1 : payments 1.10.0 was merged by commit ${first} and its file was moved here; move it back to ${file}`,
    ])
  })

  it('keeps the identity of its service', async () => {
    const text = service.replace('namespace: shop', 'namespace: store, releaseName: pay, tier: foundation')
    const move =
      'to move the service, write targets: none, and once it is gone from all clusters add a service of another name'
    const line = (field: string, name: string, was: string, is: string) =>
      `error service ${serviceFile}:4 spec.${field}: the ${name} of payments is ${was} since commit ${first} and never changes, but is ${is} now; write ${field}: ${was}; ${move}`
    expect(await linesAt(await commit([{ path: serviceFile, text }]))).toEqual([
      line('namespace', 'namespace', 'shop', 'store'),
      line('releaseName', 'release name', 'payments', 'pay'),
      line('tier', 'tier', 'standard', 'foundation'),
    ])
    await commit([{ path: serviceFile, remove: true }])
    const again = await commit([{ path: serviceFile, text: text.replace('store', 'shop') }])
    expect(await linesAt(again)).toHaveLength(2)
  })

  it('lets everything else of a service change', async () => {
    const text = service.replace('team-payments', 'team-money').replace('{all: true}', 'none')
    expect(await linesAt(await commit([{ path: serviceFile, text }]))).toEqual([])
  })

  it('is what the branch says, also after its history was rewritten', async () => {
    await linesAt(await commit([{ path: file, text: edited }]))
    const files = Object.entries({ ...smallCatalog(), [file]: edited }).map(([path, text]) => ({
      path,
      text,
    }))
    head = undefined
    expect(await linesAt(await commit(files))).toEqual([])
  })

  it('is held against a commit that is only planned', async () => {
    const { history } = await source.preview(head ?? '', [{ path: file, text: edited }])
    expect([...history.changedVersions.keys()]).toEqual([file])
  })
})
