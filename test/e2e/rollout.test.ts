import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Cluster } from './harness/cluster.ts'
import { eventually, Hopeless } from './harness/eventually.ts'
import { createFleetWorld, type FleetWorld } from './harness/fleet-world.ts'
import { isReady } from './harness/flux-status.ts'
import { type HalyardProcess, startHalyard } from './harness/halyard-process.ts'
import { observeContacts } from './harness/observers.ts'
import { describeOnStack } from './harness/use-stack.ts'

const canary = 'devel-euw1-01'
const names = [canary, 'prod-euw1-01', 'prod-use1-01']
const service = 'catalog-web'
const versions = `services/${service}/versions`

const group = (name: string, env: string, more: string) => `
apiVersion: halyard.dev/v1
kind: DeploymentGroup
metadata: { name: ${name} }
spec:
  clusterSelector: { matchLabels: { env: ${env} } }
  ${more}
  strategy: { waves: [1, 100%], soak: 5s, deadline: 3m }
`

/** Short enough to wait for, within the deadline twice. */
const helmRelease = `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
spec:
  interval: 10m
  timeout: 20s
  install: { strategy: { name: RemediateOnFailure }, remediation: { retries: 3 } }
  upgrade:
    strategy: { name: RemediateOnFailure }
    remediation: { retries: 0, remediateLastFailure: true, strategy: rollback }
  driftDetection: { mode: enabled }
`

describeOnStack('halyard run over three real clusters', (stack) => {
  let clusters: readonly Cluster[]
  let world: FleetWorld
  let halyard: HalyardProcess
  let base: string
  /** Which cluster's file of the service came to main, in order, and what the clusters before it had at that moment. */
  const arrivals: {
    readonly cluster: string
    readonly tag: string
    readonly others: Record<string, string>
  }[] = []
  let head: string | undefined

  beforeAll(async () => {
    clusters = await Promise.all(names.map(stack().createCluster))
    const folder = await stack().makeFolder('world')
    world = await createFleetWorld({
      folder,
      clusters: names,
      flux: observeContacts(() => clusters),
      catalog: new Map([
        ['deployment-groups/devel.yaml', group('devel', 'devel', '')],
        ['deployment-groups/prod.yaml', group('prod', 'prod', 'after: [devel]\n  promotion: { soak: 5s }')],
        ['templates/helm-release.yaml', helmRelease],
      ]),
    })
    await leaveOneService()
    halyard = await startHalyard({
      repositories: join(folder, 'repositories'),
      folder: await stack().makeFolder('halyard'),
      clusters,
    })
  })
  afterAll(async () => {
    await halyard?.kill()
    await world?.close()
  })

  const leaveOneService = async (): Promise<void> => {
    const commit = (await world.catalog.resolve('refs/heads/main')) ?? ''
    const files = await world.catalog.tree(commit, '')
    const others = files.filter(
      ({ path }) =>
        (path.startsWith('services/') && !path.startsWith(`services/${service}/`)) ||
        path === 'deployment-groups/prod-canary.yaml',
    )
    base =
      (
        await world.catalog.readBlobs(
          files.filter(({ path }) => path === `${versions}/0.18.3.yaml`).map(({ oid }) => oid),
        )
      )[0] ?? ''
    await world.mergeIntoCatalog(new Map(others.map(({ path }) => [path, undefined])), 'Leave one service')
  }
  const releaseVersion = async (version: string, tag: string): Promise<void> => {
    const text = base.replaceAll('0.18.3', version).replace(`tag: "${version}"`, `tag: "${tag}"`)
    if (!text.includes(`tag: "${tag}"`)) throw new Error('the example version has another form now')
    await world.mergeIntoCatalog(new Map([[`${versions}/${version}.yaml`, text]]), `Release ${version}`)
  }
  /** What really runs: the image's tag where everything is ready, else `unready`. */
  const runningOn = async (cluster: Cluster): Promise<string> => {
    const at = { name: service, namespace: 'shop' }
    const [release, deployment] = await Promise.all([
      cluster.get({ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', ...at }),
      cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', ...at }),
    ])
    const { replicas } = deployment?.['spec'] ?? {}
    const { updatedReplicas, availableReplicas } = deployment?.['status'] ?? {}
    if (!isReady(release) || updatedReplicas !== replicas || availableReplicas !== replicas) return 'unready'
    return String(deployment?.['spec'].template.spec.containers[0].image).split(':').at(-1) ?? ''
  }
  const tagOf = async (name: string): Promise<string> => {
    const files = await world.fleetFiles(`clusters/${name}/apps/shop`)
    return /tag: "?([^"\n]+)"?/.exec(files.get(`clusters/${name}/apps/shop/${service}.yaml`) ?? '')?.[1] ?? ''
  }
  const desired: Record<string, string> = {}
  /** Follows main as a webhook would: clusters fetch what came, and what came where is written down. */
  const follow = async (): Promise<void> => {
    const now = await world.fleet.resolve('refs/heads/main')
    if (now === head) return
    head = now
    for (const name of names) {
      const tag = await tagOf(name)
      if (tag === (desired[name] ?? '')) continue
      desired[name] = tag
      const others = await Promise.all(
        clusters.filter((each) => each.name !== name).map(async (each) => [each.name, await runningOn(each)]),
      )
      arrivals.push({ cluster: name, tag, others: Object.fromEntries(others) as Record<string, string> })
    }
    const requestedAt = new Date().toISOString()
    for (const cluster of clusters)
      await cluster
        .patch(
          {
            apiVersion: 'source.toolkit.fluxcd.io/v1',
            kind: 'GitRepository',
            name: 'flux-system',
            namespace: 'flux-system',
          },
          { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt } } },
        )
        // Before its sync objects are there.
        .catch(() => undefined)
  }
  const until = async (what: string, seconds: number, isSo: () => Promise<boolean>): Promise<void> => {
    await eventually({ what, seconds, everyMilliseconds: 200 }, async () => {
      await follow()
      return (await isSo()) || undefined
    }).catch(async (error: unknown) => {
      throw new Hopeless(`${what}\n${JSON.stringify(arrivals)}\n${await halyard.output()}`, { cause: error })
    })
  }
  const allRun = async (tag: string): Promise<boolean> =>
    (await Promise.all(clusters.map(runningOn))).every((each) => each === tag)
  const hasTold = async (...words: readonly string[]): Promise<boolean> =>
    (await halyard.output()).split('\n').some((line) => words.every((word) => line.includes(word)))

  it('begins every cluster with the newest version', async () => {
    await until('every cluster has its sync objects', 60, async () => {
      const folders = await Promise.all(
        names.map(async (name) => world.fleetFiles(`clusters/${name}/flux-system`)),
      )
      return folders.every(({ size }) => size > 0)
    })
    for (const cluster of clusters) await world.bootstrap(cluster)
    await until('0.18.3 runs everywhere', 180, async () => allRun('0.18.3'))
    await until('0.18.3 is proven in prod', 120, async () => hasTold('proven', 'prod', '0.18.3'))
    expect(arrivals.map(({ cluster }) => cluster).toSorted()).toEqual(names)
  })

  it('moves a version through the canary and the waves, each after the real readiness of the one before', async () => {
    arrivals.length = 0
    await releaseVersion('0.18.4', '0.18.4')
    await until('0.18.4 runs everywhere', 180, async () => allRun('0.18.4'))
    expect(arrivals.map(({ tag }) => tag)).toEqual(['0.18.4', '0.18.4', '0.18.4'])
    const [first, second, third] = arrivals
    expect(first?.cluster).toBe(canary)
    expect(second?.others[canary]).toBe('0.18.4')
    expect(third?.others).toEqual({ [canary]: '0.18.4', [second?.cluster ?? '']: '0.18.4' })
    await until('0.18.4 is proven in prod', 60, async () => hasTold('proven', 'prod', '0.18.4'))
  })

  it('rejects a version whose pods never become ready and takes it back before any other cluster has it', async () => {
    arrivals.length = 0
    await releaseVersion('0.18.5', '0.18.5-never-ready')
    await until('0.18.5 is rejected', 150, async () => hasTold('rejected', 'devel', '0.18.5'))
    await until(
      '0.18.4 runs everywhere again',
      120,
      async () => (await tagOf(canary)) === '0.18.4' && allRun('0.18.4'),
    )
    expect(arrivals.map(({ cluster, tag }) => [cluster, tag])).toEqual([
      [canary, '0.18.5-never-ready'],
      [canary, '0.18.4'],
    ])
    expect(await hasTold('placementFailed', canary, 'running but not ready')).toBe(true)
  })

  it('ends by SIGTERM with 0', async () => {
    expect(await halyard.stop()).toBe(0)
  })
})
