import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readCatalogFolder } from '../../src/adapters/catalog/folder-source.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { openCharts } from '../../src/compose/charts.ts'
import { KnownError } from '../../src/operations/known-error.ts'
import { validateCharts } from '../../src/operations/validate-charts.ts'
import { openWorkspace, type Workspace } from '../../src/operations/workspace.ts'
import { exampleCharts, helmForTests, temporaryFolder } from '../adapters/helm/example-charts.ts'
import { smallCompany, writeFiles } from '../simulate/example-files.ts'

const binary = await helmForTests()

let folder: string
/** Results of charts that no test changes are the same for all. */
let cache: string

beforeAll(async () => {
  cache = await temporaryFolder()
})

afterAll(() => rm(cache, { recursive: true, force: true }))

beforeEach(async () => {
  folder = await temporaryFolder()
  await writeFiles(join(folder, 'catalog'), await smallCompany())
  await cp(exampleCharts, join(folder, 'charts'), { recursive: true })
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** The small example catalog as it lies in the folder, with charts by helm. */
function open(): Workspace {
  const places = { cwd: folder, env: { XDG_CACHE_HOME: cache, PATH: '' } }
  return openWorkspace({
    now: 0,
    async catalog() {
      const defaultTemplates = await readDefaultTemplates()
      const snapshot = await readCatalogFolder(join(folder, 'catalog'), { defaultTemplates })
      return { snapshot, readAt: async () => snapshot, lastChange: async () => undefined }
    },
    fleet: () => Promise.reject(new Error('charts need no fleet')),
    charts: (options) => openCharts(options, places),
  })
}

async function validate(input: { readonly all?: boolean } = {}) {
  return validateCharts.handler(open(), { ...input, chartsFrom: 'charts', helm: binary ?? '' })
}

/** Adds a version of payments with the values of the newest one and more. */
async function release(version: string, values: string, rest = ''): Promise<string> {
  const file = `services/payments/versions/${version}.yaml`
  const text = [
    'apiVersion: halyard.dev/v1',
    'kind: ServiceVersion',
    `metadata: { name: payments-${version} }`,
    'spec:',
    '  service: payments',
    `  version: ${version}`,
    `  chart: { repository: main, name: web, version: 1.3.0, digest: "sha256:${'ac'.repeat(32)}" }`,
    '  values:',
    '    image: { repository: registry.example.com/pay, tag: "1" }',
    `    ${values}`,
    rest,
  ].join('\n')
  await writeFile(join(folder, 'catalog', file), text)
  return file
}

async function addTemplate(text: string): Promise<void> {
  await writeFile(join(folder, 'charts/web/templates/more.yaml'), text)
}

describe.skipIf(binary === undefined)('validate-charts', () => {
  it('finds nothing in the small example company, whose values differ between clusters', async () => {
    const { findings, charts, renderings } = await validate()
    expect(findings).toEqual([])
    expect(charts).toBe(3)
    expect(renderings).toBeGreaterThan(6)
  })

  it('marks the value that breaks the schema, and names the clusters that get it', async () => {
    const file = await release('1.5.0', `replicas: "\${cluster.metadata.size == 'large' ? -6 : 3}"`)
    const { findings, errors } = await validate()
    expect(errors).toBe(1)
    expect(findings).toMatchObject([
      {
        severity: 'error',
        scope: { kind: 'service', name: 'payments' },
        file,
        field: ['spec', 'values', 'replicas'],
        position: { line: 10, column: 15 },
        message: expect.stringMatching(
          /^chart web 1\.3\.0 refuses this: minimum: got -6, want 0, on cluster [\w-]+ and \d more$/,
        ) as string,
      },
    ])
  })

  it('tells of older versions only when asked, and as a warning', async () => {
    await release('1.0.0', 'replicas: many')
    expect((await validate()).findings).toEqual([])
    expect(await validate({ all: true })).toMatchObject({
      errors: 0,
      warnings: 1,
      findings: [{ severity: 'warning', file: 'services/payments/versions/1.0.0.yaml' }],
    })
  })

  it('lets text stand in for single secrets, and only warns of what a secret fragment may bring', async () => {
    const single = '  secrets: [{ path: p, key: k, target: env.PASSWORD }]'
    await release('1.5.0', 'env: { A: b }', single)
    expect((await validate()).findings).toEqual([])
    const file = await release('1.6.0', 'replicas: many', '  secrets: [{ path: p, key: values.yaml }]')
    expect((await validate()).findings).toMatchObject([{ severity: 'warning', file }])
  })

  it('refuses what a chart puts outside of its namespace, at the reference to the chart', async () => {
    await addTemplate('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: kube-system }\n')
    const { findings } = await validate()
    expect(findings).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        file: 'services/payments/versions/1.4.2.yaml',
        field: ['spec', 'chart'],
        message: 'the chart puts ConfigMap a into namespace kube-system, and the service has payments',
      }),
    )
  })

  it('refuses objects of the whole cluster except to the foundation', async () => {
    await addTemplate(
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: all }\n',
    )
    const files = (await validate()).findings.map(({ file }) => file)
    expect(files).toContain('services/checkout/versions/1.9.4.yaml')
    expect(files).not.toContain('services/ingress/versions/3.2.0.yaml')
  })

  it('tells a chart that fails in its own words', async () => {
    await addTemplate('{{ fail "set a region" }}')
    const { findings } = await validate()
    expect(findings).toHaveLength(4)
    expect(findings[0]).toMatchObject({
      field: ['spec', 'chart'],
      message:
        'chart web 1.3.0 does not render: execution error at (web/templates/more.yaml:1:3): set a region',
    })
  })

  it('says which chart is missing in the folder', async () => {
    await rm(join(folder, 'charts/store'), { recursive: true })
    expect((await validate()).findings).toMatchObject([
      {
        file: 'services/ledger/versions/2.7.1.yaml',
        message: expect.stringContaining('no chart store 1.1.0') as string,
      },
    ])
  })
})

describe('validate-charts without a helm that works', () => {
  it('says what to do when the helm that was named is none', async () => {
    const asked = validateCharts.handler(open(), { chartsFrom: 'charts', helm: 'no-such-helm' })
    await expect(asked).rejects.toBeInstanceOf(KnownError)
    await expect(asked).rejects.toMatchObject({
      message: `${join(folder, 'no-such-helm')} is no executable`,
      remedy: expect.stringContaining('https://helm.sh/docs/intro/install') as string,
    })
  })

  it('says that helm failed when the program is another one', async () => {
    await mkdir(join(folder, 'bin'))
    await writeFile(join(folder, 'bin/helm'), '#!/bin/sh\necho nonsense >&2\nexit 3\n')
    await chmod(join(folder, 'bin/helm'), 0o755)
    const asked = validateCharts.handler(open(), { chartsFrom: 'charts', helm: 'bin/helm' })
    await expect(asked).rejects.toMatchObject({
      name: 'KnownError',
      message: 'helm version failed: nonsense',
    })
  })

  it('renders no charts for faces that are not a person at a machine', async () => {
    const { charts: _charts, ...workspace } = open()
    const server = openWorkspace({ now: 0, catalog: workspace.catalog, fleet: workspace.fleet })
    await expect(server.charts({ from: undefined, helm: undefined })).rejects.toBeInstanceOf(KnownError)
  })
})
