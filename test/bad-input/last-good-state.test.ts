import { expect, test } from 'vitest'
import { openStore } from '../../src/adapters/store/store.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createMemoryWorld, type MemoryWorld, settle } from '../../src/simulate/memory-world.ts'
import { clusterFile, companyFiles, versionFile } from '../simulate/company.ts'

const templates = await readDefaultTemplates()
const groups = [
  { name: 'devel', clusters: 2, soak: 30 },
  { name: 'prod', clusters: 4, soak: 30, after: ['devel'], waves: [1, '100%'] },
]
const services = [
  { name: 'shop', version: '1.0.0' },
  { name: 'web', version: '1.0.0' },
]

/** A company whose two services run everywhere. */
async function settledWorld(store = openStore(':memory:')) {
  const catalog = companyFiles(groups, services)
  const world = await createMemoryWorld({ start: 1_795_000_000, templates, catalog })
  const running = world.startController(store)
  await settle(world, running)
  const merge = async (...files: readonly (readonly [string, string | undefined])[]): Promise<void> => {
    await world.mergeIntoCatalog(new Map(files), 'Change the catalog')
    await settle(world, running)
  }
  return { world, running, merge, catalog }
}

const errorsOf = ({ events }: MemoryWorld) =>
  events.filter(({ kind }) => kind === 'catalogError').map(({ text }) => text)

test('a version that is edited after its merge stops its service, and nothing is written', async () => {
  const { world, merge, catalog } = await settledWorld()
  const before = await world.fleetTree('clusters')
  const [path, text] = versionFile('shop', '1.0.0')
  await merge([path, text.replace('64Mi', '65Mi')])
  expect(await world.fleetTree('clusters')).toEqual(before)
  expect(errorsOf(world)).toEqual([
    expect.stringMatching(
      /^services\/shop\/versions\/1\.0\.0\.yaml:\d+ {2}spec: shop 1\.0\.0 was merged by commit [0-9a-f]{8} and says something else now$/,
    ),
  ])
  await merge(versionFile('shop', '1.1.0'), versionFile('web', '1.1.0'))
  const moved = [...(await world.fleetTree('clusters'))].filter(([file, blob]) => before.get(file) !== blob)
  expect(moved.map(([file]) => file).filter((file) => file.endsWith('/apps/shop/shop.yaml'))).toEqual([])
  expect(moved.map(([file]) => file).filter((file) => file.endsWith('/web.yaml'))).toHaveLength(6)
  // Put back, the service goes on.
  await merge([path, catalog.get(path)])
  const after = await world.fleetTree('clusters')
  expect(
    [...after].filter(([file, blob]) => file.endsWith('/apps/shop/shop.yaml') && before.get(file) !== blob),
  ).toHaveLength(6)
})

test('a cluster without a label that a version reads is passed over, and the others move on', async () => {
  const { world, running, merge } = await settledWorld()
  const labelled = groups.flatMap(({ name, clusters }) =>
    Array.from({ length: clusters }, (_, number) => clusterFile(`${name}-${number}`, name)),
  )
  const [path, text] = versionFile('shop', '1.1.0')
  await merge(
    ...labelled
      .filter(([file]) => !file.endsWith('prod-2.yaml'))
      .map(([file, body]): [string, string] => [file, body.replace('"env":', '"region": "eu", "env":')]),
    [path, text.replace('${cluster.name}', '${cluster.labels.region}')],
  )
  const tree = await world.fleetTree('clusters')
  const blobs = new Set(
    [...tree].filter(([file]) => file.endsWith('/apps/shop/shop.yaml')).map(([, blob]) => blob),
  )
  // All alike on the new version but for the one that was left where it was.
  expect(blobs.size).toBe(2)
  const plan = running.controller.view()?.plans.get('shop')
  expect(plan?.groups.find(({ group }) => group === 'prod')?.waitsFor).toMatchObject([
    {
      gate: 'catalog',
      state: 'waiting',
      reason: expect.stringMatching(
        /^1 cluster passed over \(prod-2\): services\/shop\/versions\/1\.1\.0\.yaml:\d+: cluster prod-2 has no label "region"$/,
      ) as string,
    },
  ])
  await merge(
    clusterFile('prod-2', 'prod').map((part) => part.replace('"env":', '"region": "eu", "env":')) as [
      string,
      string,
    ],
  )
  const after = await world.fleetTree('clusters')
  expect(
    new Set([...after].filter(([file]) => file.endsWith('/apps/shop/shop.yaml')).map(([, blob]) => blob))
      .size,
  ).toBe(1)
})

test.each<[string, (catalog: Map<string, string>) => readonly (readonly [string, undefined])[]]>([
  [
    'all files of clusters are gone',
    (files) =>
      [...files.keys()]
        .filter((path) => path.startsWith('clusters/'))
        .map((path) => [path, undefined] as const),
  ],
  ['the settings are gone', () => [['halyard.yaml', undefined]]],
  ['a group is removed', () => [['deployment-groups/prod.yaml', undefined]]],
])('where %s, nothing is written', async (_, change) => {
  const { world, merge, catalog } = await settledWorld()
  const before = await world.fleetTree('')
  await merge(...change(catalog))
  expect(await world.fleetTree('')).toEqual(before)
  expect(errorsOf(world)).not.toEqual([])
})

test('a group that is removed in the middle of a rollout leaves its clusters as they are', async () => {
  const { world, running, merge } = await settledWorld()
  await world.mergeIntoCatalog(new Map([versionFile('shop', '1.1.0')]), 'Release')
  const isInProd = () =>
    [...world.events].some(
      ({ kind, text }) => kind === 'waveMerged' && text.includes('1.1.0') && text.includes('prod'),
    )
  for (let step = 0; step < 200 && !isInProd(); step++) {
    const result = await running.controller.step()
    if (result.kind === 'stepped' && !result.acted) await world.clock.advanceTo(world.clock.now() + 15)
  }
  expect(isInProd()).toBe(true)
  const before = await world.fleetTree('clusters')
  await merge(['deployment-groups/prod.yaml', undefined])
  expect(await world.fleetTree('clusters')).toEqual(before)
})

/** Main with the memory of shop on prod-0 changed by hand. */
async function editByHand({ world }: Awaited<ReturnType<typeof settledWorld>>) {
  const tree = await world.fleetTree('clusters')
  const path = [...tree.keys()].find((file) => file.endsWith('prod-0/apps/shop/shop.yaml')) ?? ''
  const blob = tree.get(path) ?? ''
  const head = await world.fleet.resolve('refs/heads/main')
  const [text = ''] = await world.fleet.readBlobs([blob])
  const [edited = ''] = await world.fleet.writeCommits([
    {
      parent: head,
      changes: [{ path, text: text.replace('64Mi', '1Mi') }],
      message: 'Give it less\n',
      author: { name: 'Eve', email: 'eve@example.com' },
      time: world.clock.now(),
    },
  ])
  await world.fleet.updateRefs([{ ref: 'refs/heads/main', expected: head, to: edited }])
  return { path, blob, edited }
}

test('a file of the fleet that somebody edits is told once, with who and where, and stays', async () => {
  const store = openStore(':memory:')
  const settled = await settledWorld(store)
  const { world, running, merge } = settled
  const { path, blob, edited } = await editByHand(settled)
  await settle(world, running)
  const told = world.events.filter(({ kind }) => kind === 'fleetEdited')
  expect(told).toMatchObject([
    {
      service: 'shop',
      cluster: 'prod-0',
      text: `${path}  changed by hand in commit ${edited.slice(0, 8)} by Eve <eve@example.com>`,
    },
  ])
  expect((await world.fleetTree('clusters')).get(path)).not.toBe(blob)
  // A controller that starts anew knows it from Git, and tells it no second time.
  const anew = world.startController(store)
  await settle(world, anew)
  expect(anew.controller.view()?.fleet.edits).toEqual([
    { path, commit: edited, by: 'Eve <eve@example.com>', before: blob },
  ])
  expect(world.events.filter(({ kind }) => kind === 'fleetEdited')).toHaveLength(1)
  expect((await world.fleetTree('clusters')).get(path)).not.toBe(blob)
  // The next release is rendered as on every other cluster.
  await merge(versionFile('shop', '1.1.0'))
  await settle(world, anew)
  expect(anew.controller.view()?.fleet.edits).toEqual([])
})

test('where settings say so, what somebody edited is put back by a refresh, also after a restart', async () => {
  const settled = await settledWorld()
  const { world, running, catalog } = settled
  const { path, blob } = await editByHand(settled)
  await settle(world, running)
  const settings = catalog.get('halyard.yaml') ?? ''
  await world.mergeIntoCatalog(
    new Map([
      ['halyard.yaml', settings.replace('"branch": "main"', '"branch": "main", "repairEdits": true')],
    ]),
    'Repair',
  )
  const anew = world.startController()
  await settle(world, anew)
  expect((await world.fleetTree('clusters')).get(path)).toBe(blob)
  expect(anew.controller.view()?.fleet.edits).toEqual([])
  const refreshes = world.events.filter(({ text }) => text.includes('refresh'))
  expect(refreshes.map(({ text }) => text)).toEqual([
    expect.stringContaining('refresh: put back on 1 cluster what was edited by hand'),
  ])
})
