import { beforeAll, afterAll, expect, it } from 'vitest'
import type { Cluster } from './harness/cluster.ts'
import { parseObjects } from './harness/client.ts'
import { eventually } from './harness/eventually.ts'
import { createFleetWorld, type FleetWorld } from './harness/fleet-world.ts'
import { describeUnready, isReady, listFlux } from './harness/flux-status.ts'
import { observeContacts } from './harness/observers.ts'
import { describeOnStack } from './harness/use-stack.ts'

const name = 'devel-euw1-01'
const services = ['catalog-web', 'checkout', 'ingress', 'ledger', 'nightly-report', 'payments']

describeOnStack('A new cluster', (stack) => {
  let cluster: Cluster
  let world: FleetWorld

  beforeAll(async () => {
    cluster = await stack().createCluster(name)
    world = await createFleetWorld({
      folder: await stack().makeFolder('world'),
      clusters: [name],
      flux: observeContacts(() => [cluster]),
    })
    await world.stepUntilIdle()
  })
  afterAll(async () => world?.close())

  it('gets every service of its group written by the controller', async () => {
    const files = await world.fleetFiles(`clusters/${name}/apps`)
    const written = [...files.keys()].flatMap((path) => /([^/]+)\.yaml$/.exec(path)?.[1] ?? [])
    expect(written.filter((each) => each !== 'halyard').toSorted()).toEqual(services)
  })

  it('runs all of them healthy once its sync objects are applied, under the lockdown of tenants', async () => {
    const startedAt = performance.now()
    await world.bootstrap(cluster)
    let unready: readonly string[] = []
    const { kustomizations, releases } = await eventually(
      { what: 'everything is ready', seconds: 120 },
      async () => {
        const flux = await listFlux(cluster)
        const all = [...flux.kustomizations, ...flux.releases]
        unready = describeUnready(all)
        return flux.releases.length === services.length && all.every(isReady) ? flux : undefined
      },
    ).catch((error: unknown) => {
      throw new Error(unready.join('\n'), { cause: error })
    })
    process.stderr.write(`bootstrap to healthy: ${Math.round(performance.now() - startedAt)} ms\n`)
    expect(releases.map(({ metadata }) => metadata.name).toSorted()).toEqual(services)
    expect(kustomizations.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'apps-finance',
      'apps-ingress',
      'apps-payments',
      'apps-shop',
      'flux-system',
      'namespaces',
    ])
  })

  it('has no workload left that is not available', async () => {
    const deployments = await cluster.list('apps/v1', 'Deployment')
    expect(deployments.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'catalog-web',
      'checkout',
      'ingress',
      'payments',
    ])
    for (const { spec, status } of deployments) expect(status.availableReplicas).toBe(spec.replicas)
    const [ledger] = await cluster.list('apps/v1', 'StatefulSet')
    expect(ledger?.['status'].readyReplicas).toBe(ledger?.['spec'].replicas)
  })

  it('takes every rendered object in a dry run with strict validation of fields', async () => {
    const files = await world.fleetFiles(`clusters/${name}`)
    const objects = [...files.values()].flatMap(parseObjects)
    expect(objects.length).toBeGreaterThan(30)
    const outcomes = await Promise.all(objects.map(cluster.dryRun))
    expect(outcomes.filter(({ kind }) => kind === 'refused')).toEqual([])
  })

  it('refuses an object with a field that its kind does not know', async () => {
    const [first] = [...(await world.fleetFiles(`clusters/${name}/flux-system`)).values()].flatMap(
      parseObjects,
    )
    if (!first) throw new Error('nothing was rendered')
    const outcome = await cluster.dryRun({ ...first, spec: { ...first['spec'], intervall: '1m' } })
    expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringContaining('intervall') })
  })
})
