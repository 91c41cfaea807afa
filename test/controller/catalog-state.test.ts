import { beforeEach, expect, test } from 'vitest'
import { createCatalogSource } from '../../src/adapters/catalog/git-source.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createMemoryRepository } from '../../src/adapters/git/memory.ts'
import { type CatalogState, changedServices, readCatalogState } from '../../src/controller/catalog-state.ts'
import { createClusterIndex } from '../../src/core/domain/cluster-index.ts'

const head = (kind: string, name: string): string =>
  `apiVersion: halyard.dev/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n`
const service = (name: string): [string, string] => [
  `services/${name}/service.yaml`,
  `${head('Service', name)}  owner: team\n  namespace: ${name}\n  targets:\n    all: true\n`,
]
const version = (name: string, number: string): [string, string] => [
  `services/${name}/versions/${number}.yaml`,
  `${head('ServiceVersion', `${name}-${number}`)}  service: ${name}\n  version: ${number}\n  chart:\n    repository: main\n    name: ${name}\n    version: ${number}\n    digest: sha256:${'0'.repeat(64)}\n`,
]

let commit: (files: readonly [string, string][]) => Promise<CatalogState>

beforeEach(async () => {
  const repository = createMemoryRepository()
  const source = createCatalogSource({
    repository,
    branch: 'main',
    defaultTemplates: await readDefaultTemplates(),
  })
  const index = createClusterIndex()
  let parent: string | undefined
  commit = async (files) => {
    const changes = files.map(([path, text]) => ({ path, text }))
    const author = { name: 'Ana Ito', email: 'ana@example.com' }
    const [oid = ''] = await repository.writeCommits([{ parent, changes, message: 'm', author, time: 1 }])
    parent = oid
    return readCatalogState(source, oid, index)
  }
})

const beginning: readonly [string, string][] = [
  ['halyard.yaml', `${head('Settings', 'test')}  fleet:\n    url: https://git.example.com/fleet.git\n`],
  [
    'chart-repositories/main.yaml',
    `${head('ChartRepository', 'main')}  type: oci\n  url: oci://r.example.com/c\n`,
  ],
  ['clusters/a.yaml', head('Cluster', 'a').replace('spec:\n', '  labels: { env: prod }\n')],
  [
    'deployment-groups/prod.yaml',
    `${head('DeploymentGroup', 'prod')}  clusterSelector:\n    matchLabels: { env: prod }\n  strategy:\n    waves: [100%]\n`,
  ],
  service('ledger'),
  service('pay'),
  version('ledger', '1.0.0'),
  version('pay', '1.0.0'),
]

test('a new version changes the plan of its service only', async () => {
  const before = await commit(beginning)
  const next = await commit([version('pay', '1.1.0')])
  expect(changedServices(next, before)).toEqual(['pay'])
})

test('a version that can not be read changes the plan of its service, which freezes', async () => {
  const before = await commit(beginning)
  const next = await commit([['services/pay/versions/1.1.0.yaml', 'a: [\n']])
  expect(changedServices(next, before)).toEqual(['pay'])
})

test.each([
  ['a service', service('search')],
  ['a cluster', ['clusters/b.yaml', head('Cluster', 'b').replace('spec:\n', '  labels: { env: prod }\n')]],
  ['an order', ['directives/hold.yaml', `${head('Hold', 'hold')}  reason: because\n`]],
] as [string, [string, string]][])('%s may change every plan', async (_, file) => {
  const before = await commit(beginning)
  expect(changedServices(await commit([file]), before)).toBeUndefined()
})

test('the first catalog changes every plan', async () => {
  expect(changedServices(await commit(beginning), undefined)).toBeUndefined()
})
