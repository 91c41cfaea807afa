import { access, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { packChart } from '../../examples/pack-chart.ts'
import { readCatalogFolder } from '../../src/adapters/catalog/folder-source.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { checkCatalog } from '../../src/core/check/check-catalog.ts'
import { formatFindings } from '../../src/core/check/format-findings.ts'
import type { JsonObject } from '../../src/core/domain/cluster.ts'
import { compileValues } from '../../src/core/expressions/compile-values.ts'
import type { ExpressionContext } from '../../src/core/expressions/types.ts'
import { createMemoryRepository } from '../../src/adapters/git/memory.ts'
import { compileSelector } from '../../src/core/plan/selector.ts'

const examples = resolve(import.meta.dirname, '../../examples')
const charts = ['external-secrets', 'job', 'kafka-operator', 'kafka-topics', 'store', 'web']

async function read(folder: string) {
  const snapshot = await readCatalogFolder(folder, { defaultTemplates: await readDefaultTemplates() })
  const findings = snapshot.locate([...snapshot.findings, ...checkCatalog(snapshot.catalog)])
  return { catalog: snapshot.catalog, report: formatFindings(findings, { color: false }) }
}

async function yamlFiles(folder: string): Promise<readonly string[]> {
  const paths = await readdir(folder, { recursive: true })
  return paths.filter((path) => path.endsWith('.yaml')).map((path) => join(folder, path))
}

describe('the example catalog', () => {
  it('has no fault', async () => {
    const { catalog, report } = await read(join(examples, 'catalog'))
    expect(report).toBe('')
    expect([...catalog.services.keys()]).toHaveLength(15)
    expect([...catalog.versions.values()].filter((versions) => versions.length < 2)).toEqual([])
  })

  it('holds 6 clusters for development, 4 canaries, 14 in production and 6 at the edge', async () => {
    const { catalog } = await read(join(examples, 'catalog'))
    const sizes = catalog.groups.map(({ name, clusterSelector }) => [
      name,
      catalog.clusters.filter(compileSelector(clusterSelector)).length,
    ])
    expect(Object.fromEntries(sizes)).toEqual({ devel: 6, 'prod-canary': 4, prod: 14, edge: 6 })
  })
})

describe('the story', () => {
  interface Step {
    readonly folder?: string
    readonly remove?: readonly string[]
    readonly author: { readonly name: string; readonly email: string }
    readonly message: string
    readonly delay?: number
    readonly after?: string
  }
  let catalog = ''
  let steps: readonly Step[] = []

  beforeAll(async () => {
    catalog = await mkdtemp(join(tmpdir(), 'halyard-story-'))
    await cp(join(examples, 'catalog'), catalog, { recursive: true })
    steps = parse(await readFile(join(examples, 'story/story.yaml'), 'utf8')) as readonly Step[]
  })
  afterAll(() => rm(catalog, { recursive: true }))

  it('tells every folder in order, with author, message and time', async () => {
    const folders = (await readdir(join(examples, 'story'))).filter((name) => name !== 'story.yaml')
    expect(steps.flatMap(({ folder }) => folder ?? [])).toEqual(folders.toSorted())
    for (const { author, message, delay, after } of steps) {
      expect(author.email).toMatch(/@example\.com$/)
      expect(message).not.toBe('')
      expect(after === 'settled' || after === 'asked' || (delay ?? 0) > 0).toBe(true)
    }
  })

  it('leaves a catalog without fault after each step', async () => {
    for (const { folder, remove = [] } of steps) {
      if (folder !== undefined) await cp(join(examples, 'story', folder), catalog, { recursive: true })
      await Promise.all(remove.map(async (path) => rm(join(catalog, path))))
      expect((await read(catalog)).report).toBe('')
    }
  })
})

describe('values', () => {
  it('fit the schema of their chart on every cluster, in the catalog after the whole story', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'halyard-values-'))
    await cp(join(examples, 'catalog'), folder, { recursive: true })
    for (const step of await readdir(join(examples, 'story'), { withFileTypes: true })) {
      if (step.isDirectory()) await cp(join(step.parentPath, step.name), folder, { recursive: true })
    }
    const { catalog } = await read(folder)
    await rm(folder, { recursive: true })
    const faults: unknown[] = []
    const checked = new Set<string>()
    for (const version of [...catalog.versions.values()].flat()) {
      if (version.payload.kind !== 'chart') continue
      const validate = await valuesValidator(version.payload.chart.name)
      for (const { name, labels, metadata } of catalog.clusters) {
        const values = evaluate(version.values, {
          cluster: { name, labels, metadata, group: 'any' },
          service: { name: version.service, namespace: 'any', owner: 'any' },
          version: version.version,
        })
        checked.add(version.file)
        if (!validate(values)) faults.push([version.file, name, validate.errors])
      }
    }
    expect(faults).toEqual([])
    // 15 services, two versions of each and five of the story, but for those of kustomize.
    expect(checked.size).toBe(2 * 15 + 5 - 2)
  })

  async function valuesValidator(chart: string): Promise<ValidateFunction> {
    const folder = join(examples, 'charts', chart)
    const schema = JSON.parse(await readFile(join(folder, 'values.schema.json'), 'utf8')) as {
      required: string[]
    }
    // Helm merges the chart's defaults into the values before it checks them.
    const { required: _, ...overrides } = schema
    return new Ajv({ strict: false }).compile(overrides)
  }

  function evaluate(values: JsonObject, context: ExpressionContext): JsonObject {
    const compiled = compileValues(values)
    if (compiled.kind === 'errors') throw new Error(JSON.stringify(compiled.errors))
    const evaluated = compiled.values.evaluate(context)
    if (evaluated.kind === 'errors') throw new Error(JSON.stringify(evaluated.errors))
    return evaluated.value
  }
})

describe('documents', () => {
  it('name the schema of their kind for editors', async () => {
    const files = [
      ...(await yamlFiles(join(examples, 'catalog'))),
      ...(await yamlFiles(join(examples, 'story'))),
    ]
    const documents = files.filter((file) => !file.endsWith('story.yaml'))
    expect(documents.length).toBeGreaterThan(30)
    for (const file of documents) {
      const text = await readFile(file, 'utf8')
      const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? []
      const path = resolve(dirname(file), schema)
      await access(path)
      const { title } = JSON.parse(await readFile(path, 'utf8')) as { title: string }
      expect(text).toContain(`\nkind: ${title}\n`)
    }
  })

  it('pin charts by the digest that packing gives', async () => {
    const packed = await Promise.all(charts.map((name) => packChart(join(examples, 'charts', name))))
    const digests = new Map(packed.map(({ name, version, digest }) => [`${name} ${version}`, digest]))
    const { catalog } = await read(join(examples, 'catalog'))
    const texts = await Promise.all(
      (await yamlFiles(join(examples, 'story'))).map((file) => readFile(file, 'utf8')),
    )
    const later = texts.map(
      (text) =>
        parse(text) as {
          kind?: string
          spec?: { chart?: { name: string; version: string; digest: string } }
        },
    )
    const pinned = [
      ...[...catalog.versions.values()]
        .flat()
        .flatMap(({ payload }) => (payload.kind === 'chart' ? [payload.chart] : [])),
      ...later.flatMap(({ kind, spec }) =>
        kind === 'ServiceVersion' && spec?.chart !== undefined ? [spec.chart] : [],
      ),
    ]
    expect(pinned).toHaveLength(2 * 14 + 5)
    for (const { name, version, digest } of pinned) expect(digest).toBe(digests.get(`${name} ${version}`))
  })

  it('pin the kustomize payload to the commit that its files give', async () => {
    const folder = join(examples, 'manifests')
    const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.yaml'))
    const changes = await Promise.all(
      paths.toSorted().map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })),
    )
    const [commit] = await createMemoryRepository().writeCommits([
      {
        parent: undefined,
        changes,
        message: 'Search for every region',
        author: { name: 'Mia Roy', email: 'mia@example.com' },
        time: 1_760_000_000,
      },
    ])
    const { catalog } = await read(join(examples, 'catalog'))
    const payloads = (catalog.versions.get('search') ?? []).map(({ payload }) => payload)
    expect(payloads).toHaveLength(2)
    for (const payload of payloads)
      expect(payload).toMatchObject({ kind: 'kustomize', kustomize: { pin: { kind: 'commit', commit } } })
  })
})
