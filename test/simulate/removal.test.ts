import { beforeEach, expect, test } from 'vitest'
import { readStatus } from '../../src/adapters/fleet/status.ts'
import { createMemoryClone } from '../../src/adapters/git/memory.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import type { World } from '../../src/simulate/assemble.ts'
import { createCommitCache } from '../../src/simulate/commit-facts.ts'
import { createInvariants, type Violation } from '../../src/simulate/invariants.ts'
import { createMemoryWorld, type MemoryWorld, settle } from '../../src/simulate/memory-world.ts'
import { approveFile, clusterFile, companyFiles, targetsFile, versionFile } from './company.ts'

const templates = await readDefaultTemplates()
const ledger = { name: 'ledger', version: '1.0.0' }
const shop = { name: 'shop', version: '1.0.0', dependsOn: ['ledger'] }

let world: MemoryWorld
let running: World
let violations: Violation[]
let rest: () => Promise<void>

beforeEach(async () => {
  world = await createMemoryWorld({
    start: 1_795_000_000,
    templates,
    catalog: companyFiles([{ name: 'prod', clusters: 4 }], [ledger, shop]),
  })
  running = world.startController()
  violations = []
  const invariants = createInvariants(world, createCommitCache())
  rest = async () => {
    await settle(world, running, {
      onStep: async () => void violations.push(...(await invariants.check(running))),
    })
    if (violations.length > 0)
      throw new Error(violations.map(({ rule, text }) => `${rule}: ${text}`).join('\n'))
  }
  await rest()
})

async function merge(...files: readonly (readonly [string, string | undefined])[]): Promise<void> {
  await world.mergeIntoCatalog(new Map(files), 'Change the catalog')
  await rest()
}

async function filesOf(pattern: RegExp): Promise<readonly string[]> {
  return [...(await world.fleetTree('clusters')).keys()].filter((path) => pattern.test(path))
}

function approvalsOf(service: string) {
  return running.controller.view()?.plans.get(service)?.approvals ?? []
}

/** Whether the simulated cluster still has the object. */
function isThere(cluster: string, service: string): boolean {
  const placements = running.clusters.inspect(cluster)?.placements ?? []
  return placements.some(({ name, helmRelease }) => name === service && helmRelease !== undefined)
}

test('what a narrowed selector no longer wants leaves: the app file, then the namespace file', async () => {
  await merge(targetsFile(shop, { all: true, names: ['!prod-3'] }))
  expect(await filesOf(/shop\/shop\.yaml$/)).toHaveLength(3)
  expect(await filesOf(/prod-3\/namespaces\/shop\.yaml$/)).toEqual([])
  expect(await filesOf(/prod-3\/apps\/shop\/halyard\.yaml$/)).toHaveLength(1)
  expect(isThere('prod-3', 'shop')).toBe(false)
  expect(isThere('prod-2', 'shop')).toBe(true)
  expect(running.controller.view()?.fleet.rollout('prod', 'shop')?.removal).toBeUndefined()
})

test('targets: none removes a service with approval only, in waves', async () => {
  await merge(targetsFile(shop, 'none'))
  expect(await filesOf(/shop\/shop\.yaml$/)).toHaveLength(4)
  const [asked] = approvalsOf('shop')
  expect(asked).toMatchObject({ group: 'prod', reason: expect.stringContaining('targets: none') as string })
  await merge(approveFile('approve-shop', asked?.digest ?? ''))
  expect(await filesOf(/shop\/shop\.yaml$/)).toEqual([])
  expect(await filesOf(/namespaces\/shop\.yaml$/)).toEqual([])
  const told = world.events.filter(({ service, text }) => service === 'shop' && text.startsWith('leaves'))
  expect(told.map(({ text }) => text.replace(/ {2}PR.*/, ''))).toEqual([
    'leaves prod wave 1/2',
    'leaves prod wave 2/2',
  ])
})

test('an approval is bound to the digest of everything that leaves', async () => {
  await merge(targetsFile(ledger, { all: true, names: ['!prod-3', '!prod-2'] }), targetsFile(shop, 'none'))
  const [asked] = approvalsOf('shop')
  await merge(approveFile('approve-shop', `sha256:${'0'.repeat(64)}`))
  expect(await filesOf(/shop\/shop\.yaml$/)).toHaveLength(4)
  await merge(approveFile('approve-shop', asked?.digest ?? ''))
  expect(await filesOf(/shop\/shop\.yaml$/)).toEqual([])
})

test('a service leaves a cluster after what depends on it', async () => {
  await merge(targetsFile(ledger, 'none'))
  const [asked] = approvalsOf('ledger')
  await merge(approveFile('approve-ledger', asked?.digest ?? ''))
  expect(await filesOf(/ledger\/ledger\.yaml$/)).toHaveLength(4)
  const gates = running.controller
    .view()
    ?.plans.get('ledger')
    ?.groups.flatMap(({ waitsFor }) => waitsFor)
  expect(gates).toMatchObject([{ gate: 'dependents' }])
  await merge(targetsFile(shop, 'none'))
  await merge(approveFile('approve-shop', approvalsOf('shop')[0]?.digest ?? ''))
  expect(await filesOf(/(shop|ledger)\/(shop|ledger)\.yaml$/)).toEqual([])
})

test('a cluster that leaves the catalog is no longer managed: nothing is deleted', async () => {
  await merge(['clusters/prod-3.yaml', undefined])
  expect(await filesOf(/prod-3\//)).not.toEqual([])
  expect(await filesOf(/shop\/shop\.yaml$/)).toHaveLength(4)
})

test('a service whose folder vanished is kept as it is, and told with what mends it', async () => {
  const before = await world.fleetTree('clusters')
  await merge(['services/shop/service.yaml', undefined], ['services/shop/versions/1.0.0.yaml', undefined])
  expect(await world.fleetTree('clusters')).toEqual(before)
  const remedy = expect.stringContaining('targets: none') as string
  expect(running.controller.view()?.notices).toMatchObject([
    { kind: 'orphan', service: 'shop', clusters: 4, remedy },
  ])
  const published = (await readStatus(createMemoryClone(world.fleet)))?.notices
  expect(published).toMatchObject([{ kind: 'orphan', service: 'shop', clusters: 4 }])
  expect(world.events.filter(({ text }) => text.startsWith('shop is on 4 clusters'))).toHaveLength(1)
  // The remedy does what it says.
  await merge(targetsFile(shop, 'none'), versionFile('shop', '1.0.0'))
  await merge(approveFile('approve-shop', approvalsOf('shop')[0]?.digest ?? ''))
  expect(await filesOf(/shop\/shop\.yaml$/)).toEqual([])
  await merge(['services/shop/service.yaml', undefined], ['services/shop/versions/1.0.0.yaml', undefined])
  expect(running.controller.view()?.notices).toEqual([])
})

test('what is wanted again comes back, with its namespace', async () => {
  await merge(targetsFile(shop, { all: true, names: ['!prod-3'] }))
  await merge(targetsFile(shop, { all: true }))
  expect(await filesOf(/shop\/shop\.yaml$/)).toHaveLength(4)
  expect(await filesOf(/namespaces\/shop\.yaml$/)).toHaveLength(4)
})

test('a changed label is rendered on the clusters that have it, in waves', async () => {
  const before = await world.fleetTree('clusters')
  await merge(clusterFile('prod-1', 'prod', 'large'), clusterFile('prod-2', 'prod', 'large'))
  const after = await world.fleetTree('clusters')
  const changed = [...after].filter(([path, oid]) => before.get(path) !== oid).map(([path]) => path)
  expect(changed).toEqual(
    [1, 2].flatMap((at) => ['ledger', 'shop'].map((name) => `clusters/prod-${at}/apps/${name}/${name}.yaml`)),
  )
  expect(
    world.events.filter(({ text }) => text.includes('refresh: metadata size changed on 1 cluster')),
  ).toHaveLength(4)
})

test('a decommissioned cluster is emptied in layers, under one approval, and stays empty', async () => {
  await merge(clusterFile('prod-3', 'prod', 'small', true))
  expect(await filesOf(/prod-3\/apps\/.*(shop|ledger)\.yaml$/)).toHaveLength(2)
  const [emptying] = running.controller.view()?.emptyings ?? []
  expect(emptying).toMatchObject({ state: 'waiting', waitsFor: [{ gate: 'approval' }] })
  await merge(approveFile('approve-prod-3', emptying?.digest ?? ''))
  expect(await filesOf(/prod-3\/(apps\/.*(shop|ledger)|namespaces\/(?!halyard).*)\.yaml$/)).toEqual([])
  const told = world.events.filter(
    ({ cluster, text }) => cluster === 'prod-3' && text.startsWith('is emptied'),
  )
  expect(told.map(({ text }) => text.replace(/.*PR #\d+ {2}/, ''))).toEqual([
    'shop',
    'ledger',
    'namespaces ledger, shop',
  ])
  expect(running.controller.view()?.emptyings[0]?.state).toBe('empty')
  expect(await filesOf(/shop\/shop\.yaml$/)).toHaveLength(3)
})
