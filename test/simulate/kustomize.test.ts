import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createMemoryWorld, settle } from '../../src/simulate/memory-world.ts'
import { companyFiles } from './company.ts'

const start = 1_795_000_000

function document(kind: string, name: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'halyard.dev/v1', kind, metadata: { name }, spec })
}

/** `memory` is an expression where it differs between groups. */
function kustomizeVersion(version: string, commit: string, memory: string): [string, string] {
  return [
    `services/web/versions/${version}.yaml`,
    document('ServiceVersion', `web-${version}`, {
      service: 'web',
      version,
      kustomize: { repository: 'deploy', commit, path: 'overlays/${cluster.group}' },
      values: { memory, replicas: 2, where: '${cluster.name}' },
      secrets: [{ path: 'web/${cluster.name}', target: 'PASSWORD' }],
    }),
  ]
}

const groups = [
  { name: 'devel', clusters: 2 },
  { name: 'prod', clusters: 4, after: ['devel'], waves: [1, '50%', '100%'] },
]

function catalog(): Map<string, string> {
  const files = companyFiles(groups, [
    { name: 'web', version: '0.0.1' },
    { name: 'chart', version: '1.0.0' },
  ])
  files.delete('services/web/versions/0.0.1.yaml')
  files.set(
    'source-repositories/deploy.yaml',
    document('SourceRepository', 'deploy', {
      type: 'git',
      url: 'https://git.example.com/deploy',
      branch: 'main',
    }),
  )
  files.set(...kustomizeVersion('1.0.0', 'a'.repeat(40), '64Mi'))
  return files
}

test('a kustomize payload goes through all waves, and a bad version of it goes back byte for byte', async () => {
  const world = await createMemoryWorld({
    start,
    catalog: catalog(),
    templates: await readDefaultTemplates(),
  })
  const running = world.startController()
  await settle(world, running)
  const told = () =>
    world.events.filter(({ service }) => service === 'web').map(({ kind, group }) => `${kind} ${group}`)
  expect(told().filter((line) => line.startsWith('proven'))).toEqual(['proven devel', 'proven prod'])

  const good = ['1.1.0', 'b'.repeat(40), '64Mi'] as const
  await world.mergeIntoCatalog(new Map([kustomizeVersion(...good)]), 'web 1.1.0')
  await settle(world, running)
  const web = (tree: ReadonlyMap<string, string>) =>
    new Map([...tree].filter(([path]) => path.endsWith('/apps/web/web.yaml')))
  const before = web(await world.fleetTree('clusters'))
  expect(before.size).toBe(6)
  const merged = world.events.filter(({ kind, service }) => kind === 'waveMerged' && service === 'web')
  const report = running.clusters.inspect('prod-0')?.placements.find(({ name }) => name === 'web')
  expect(report?.payloadKustomization?.status.lastAppliedRevision).toBe(`main@sha1:${'b'.repeat(40)}`)
  expect(report?.helmRelease).toBeUndefined()
  expect(told().filter((line) => line.startsWith('proven'))).toHaveLength(4)
  // Two waves in devel, three in prod, of two releases.
  expect(merged).toHaveLength(10)

  const bad = "${cluster.group == 'prod' ? '512Gi' : '64Mi'}"
  await world.mergeIntoCatalog(new Map([kustomizeVersion('1.2.0', 'c'.repeat(40), bad)]), 'web 1.2.0')
  await settle(world, running)
  const rejected = world.events.filter(({ kind }) => kind === 'rejected')
  expect(rejected.map(({ service, group }) => `${service} ${group}`)).toEqual(['web prod'])
  const after = web(await world.fleetTree('clusters'))
  for (const [path, blob] of before) expect(after.get(path) === blob).toBe(path.startsWith('clusters/prod-'))
  await world.clock.advanceTo(world.clock.now() + 200)
  await running.controller.step()
  const back = running.clusters.inspect('prod-0')?.placements.find(({ name }) => name === 'web')
  expect(back?.workloads.every(({ current }) => current)).toBe(true)
  expect(back?.payloadKustomization?.status.lastAppliedRevision).toBe(`main@sha1:${'b'.repeat(40)}`)
  const ledger = running.controller.view()?.fleet.rollout('prod', 'web')
  expect(ledger?.rejected.flatMap(({ evidence }) => evidence.map((one) => one.evidence))).toEqual([
    expect.stringMatching(/^HealthCheckFailed: .*Insufficient memory/),
  ])
})
