import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readCatalogFolder } from '../../src/adapters/catalog/folder-source.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import type { Catalog } from '../../src/core/domain/catalog.ts'
import type { JsonObject } from '../../src/core/domain/cluster.ts'
import { createReleaseRenderer } from '../../src/core/render/release-renderer.ts'
import { renderClusterSync } from '../../src/core/render/render-cluster.ts'
import { renderNamespace } from '../../src/core/render/render-namespace.ts'
import type { ReleaseInputs, RenderedFile } from '../../src/core/render/types.ts'
import { createRenderableCatalog } from '../../src/operations/render-catalog.ts'
import { chartFrom, cluster, httpRepository, inputs, verifiedRepository } from '../core/render/sample.ts'
import { objectProblems } from './object-problems.ts'

const root = resolve(import.meta.dirname, '../..')
const golden = join(root, 'test/core/render/golden')

function objectsOf(text: string): readonly JsonObject[] {
  return [parseAllDocuments(text)].flat().map((document) => document.toJS() as JsonObject)
}

function problemsOf(path: string, text: string): readonly string[] {
  return objectsOf(text).flatMap((object) => objectProblems(object).map((problem) => `${path}: ${problem}`))
}

/** Rollout files are read by Halyard only. */
const goldenFiles = readdirSync(golden).filter(
  (name) => name.endsWith('.yaml') && !name.startsWith('rollout'),
)

test.each(goldenFiles)('a cluster takes the golden file %s', (name) => {
  expect(problemsOf(name, readFileSync(join(golden, name), 'utf8'))).toEqual([])
})

test.each<[string, Partial<ReleaseInputs>]>([
  ['a certificate over HTTP', { source: chartFrom({ ...httpRepository, certSecretRef: 'tls' }) }],
  [
    'signatures by notation',
    {
      source: chartFrom({
        ...verifiedRepository,
        verification: { provider: 'notation', secretRef: 'trust', identities: [] },
      }),
    },
  ],
])('a cluster takes a service with %s', (_, given) => {
  const renderer = createReleaseRenderer({ ...inputs, ...given })
  if ('errors' in renderer) throw new Error('the sample does not compile')
  const outcome = renderer.render(cluster('a'), 'prod')
  expect(outcome.kind === 'file' ? problemsOf('payments', outcome.file.text) : outcome.errors).toEqual([])
})

describe('the example company, after its whole story,', () => {
  let folder = ''
  let catalog: Catalog

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halyard-crds-'))
    cpSync(join(root, 'examples/catalog'), folder, { recursive: true })
    for (const step of readdirSync(join(root, 'examples/story'), { withFileTypes: true }))
      if (step.isDirectory()) cpSync(join(step.parentPath, step.name), folder, { recursive: true })
    catalog = (await readCatalogFolder(folder, { defaultTemplates: await readDefaultTemplates() })).catalog
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('renders nothing for any cluster that the cluster would refuse', () => {
    const files = [...serviceFiles(catalog), ...clusterFiles(catalog)]
    expect(new Set(files.map(({ path }) => path.split('/')[1]))).toEqual(
      new Set(catalog.clusters.map(({ name }) => name)),
    )
    const distinct = new Map(files.map(({ path, text }) => [text, path]))
    expect([...distinct].flatMap(([text, path]) => problemsOf(path, text))).toEqual([])
  })
})

/** Every version of every service for each of its clusters. */
function serviceFiles(catalog: Catalog): readonly RenderedFile[] {
  const renderable = createRenderableCatalog(catalog)
  return [...catalog.versions].flatMap(([service, versions]) =>
    versions.flatMap(({ version }) =>
      renderable.destinations(service).map((destination) => {
        const rendering = renderable.release(service, version)?.render(destination)
        if (rendering?.kind !== 'file') throw new Error(`${service} ${version}: ${rendering?.message}`)
        return rendering
      }),
    ),
  )
}

function clusterFiles({ clusters, services, settings, templates }: Catalog): readonly RenderedFile[] {
  return clusters.flatMap(({ name }) => [
    ...renderClusterSync({ cluster: name, settings, templates }),
    ...[...services.values()].flatMap(({ namespace, tier }) =>
      renderNamespace({ cluster: name, namespace, tier, templates, foundationNamespaces: ['ingress'] }),
    ),
  ])
}

describe('a cluster refuses', () => {
  const [release, source] = objectsOf(readFileSync(join(golden, 'service-verified.yaml'), 'utf8'))
  const [secret] = objectsOf(readFileSync(join(golden, 'service-secrets.yaml'), 'utf8')).slice(-1)

  test.each<[string, JsonObject | undefined, JsonObject]>([
    ['a misspelt field', release, { relaseName: 'payments' }],
    [
      'a misspelt field inside another',
      release,
      { chartRef: { kind: 'OCIRepository', name: 'a', digset: 'b' } },
    ],
    ['a duration in words', release, { interval: '5 min' }],
    [
      'a release with two charts',
      release,
      { chart: { spec: { chart: 'a', sourceRef: { kind: 'HelmRepository', name: 'a' } } } },
    ],
    ['a verifier that does not exist', source, { verify: { provider: 'gpg' } }],
    ['a secret key that is none', secret, { data: [{ secretKey: 'a/b', remoteRef: { key: 'a' } }] }],
    ['a policy that is none', secret, { target: { creationPolicy: 'Mine' } }],
  ])('%s', (_, object, spec) => {
    const { spec: before } = object as { readonly spec: JsonObject }
    expect(objectProblems({ ...object, spec: before })).toEqual([])
    expect(objectProblems({ ...object, spec: { ...before, ...spec } })).not.toEqual([])
  })

  test('an object without what it must have, and one of an unknown kind', () => {
    expect(objectProblems({ ...release, spec: {} })).not.toEqual([])
    expect(objectProblems({ ...release, kind: 'HelmRelaese' })).toEqual([
      'there is no schema of "helm.toolkit.fluxcd.io/v2" "HelmRelaese"',
    ])
  })
})
