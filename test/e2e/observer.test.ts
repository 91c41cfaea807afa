import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FluxReports } from '../../src/adapters/flux/port.ts'
import { PlacementState } from '../../src/core/domain/placement.ts'
import type { PlacementReport } from '../../src/core/domain/report.ts'
import { type Assessment, assess } from '../../src/core/plan/assess.ts'
import type { Cluster } from './harness/cluster.ts'
import { parseObjects } from './harness/client.ts'
import { eventually } from './harness/eventually.ts'
import { createFleetWorld, type FleetWorld } from './harness/fleet-world.ts'
import { isReady, listFlux } from './harness/flux-status.ts'
import { observeContacts } from './harness/observers.ts'
import { observeClusters, type RealObserver } from './harness/real-observer.ts'
import { describeOnStack } from './harness/use-stack.ts'

const name = 'devel-euw1-01'
const services = ['catalog-web', 'checkout', 'ingress', 'ledger', 'nightly-report', 'payments']
const file = `clusters/${name}/apps/shop/catalog-web.yaml`

describeOnStack('The observer of a real cluster', (stack) => {
  let cluster: Cluster
  let world: FleetWorld
  let observer: RealObserver
  let cursor: string | undefined
  const latest = new Map<string, PlacementReport>()
  const assessed = new Map<string, Assessment>()

  beforeAll(async () => {
    cluster = await stack().createCluster(name)
    world = await createFleetWorld({
      folder: await stack().makeFolder('world'),
      clusters: [name],
      flux: observeContacts(() => [cluster]),
    })
    observer = await observeClusters(await stack().makeFolder('kubeconfigs'), [cluster])
    await world.stepUntilIdle()
  })
  afterAll(async () => {
    observer?.close()
    await world?.close()
  })

  const read = async (): Promise<FluxReports> => {
    const reports = await observer.read(cursor)
    cursor = reports.cursor
    for (const report of reports.reports) {
      latest.set(report.name, report)
      const judged = await judge(report)
      if (judged) assessed.set(report.name, judged)
    }
    return reports
  }
  /** Against the file that main has, as a controller would. */
  const judge = async (report: PlacementReport): Promise<Assessment | undefined> => {
    const path = `clusters/${name}/apps/${report.namespace}/${report.name}.yaml`
    const text = (await world.fleetFiles(`clusters/${name}/apps`)).get(path)
    if (text === undefined) return undefined
    const objects = parseObjects(text)
    const release = objects.find(({ kind }) => kind === 'HelmRelease')
    const chart = objects.find(({ kind }) => kind === 'HelmChart')
    const expected = {
      kind: 'chart' as const,
      chartDigest: chart?.metadata.annotations?.['halyard.dev/chart-digest'] ?? '',
      spec: release?.['spec'],
      releaseBlobCurrent: await isApplied(report),
      mergedAt: 0,
    }
    return assess(report, expected, assessed.get(report.name))
  }
  const isApplied = async ({ kustomization }: PlacementReport): Promise<boolean> => {
    const head = await world.fleet.resolve('refs/heads/main')
    return kustomization?.lastAppliedRevision.endsWith(`@sha1:${head}`) ?? false
  }
  const stateOf = (service: string): number | undefined => assessed.get(service)?.state
  const editFile = async (edit: (text: string) => string | undefined): Promise<void> => {
    const text = (await world.fleetFiles(`clusters/${name}/apps`)).get(file) ?? ''
    await world.commitToFleet(new Map([[file, edit(text)]]), 'Change catalog-web by hand')
    await fetchNow()
  }
  /** As a webhook would: the source is read before its interval is over. */
  const fetchNow = async (): Promise<void> =>
    cluster.patch(
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        name: 'flux-system',
        namespace: 'flux-system',
      },
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() } } },
    )

  it('tells of an empty cluster that it lives and has nothing', async () => {
    const { reports, contacts } = await read()
    expect(reports).toEqual([])
    expect(contacts).toMatchObject([{ cluster: name }])
    const system = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' })
    expect(contacts[0]?.uid).toBe(system?.metadata.uid)
  })

  it('proves every service healthy within 5 seconds of its last workload', async () => {
    await world.bootstrap(cluster)
    let readyAt: number | undefined
    await eventually({ what: 'every service is assessed as healthy', seconds: 150 }, async () => {
      const { kustomizations, releases } = await listFlux(cluster)
      if (releases.length === services.length && [...kustomizations, ...releases].every(isReady))
        readyAt ??= performance.now()
      await read()
      return services.every((service) => stateOf(service) === PlacementState.healthy) || undefined
    }).catch((error: unknown) => {
      throw new Error(JSON.stringify([...assessed], undefined, 1), { cause: error })
    })
    expect(performance.now() - (readyAt ?? performance.now())).toBeLessThan(5000)
    expect([...latest.keys()].toSorted()).toEqual(services)
  })

  it('says what proves it: the chart by its digest and the workloads of the inventory', () => {
    const report = latest.get('ledger')
    expect(report?.chart?.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(report?.workloads).toMatchObject([{ kind: 'StatefulSet', name: 'ledger', current: true }])
    expect(report?.helmRelease?.status.history[0]).toMatchObject({ status: 'deployed', version: 1 })
  })

  it('proves an upgrade failed whose pods never become ready, with what the pods say', async () => {
    await editFile((text) =>
      text.replace('timeout: 5m', 'timeout: 45s').replaceAll(/tag: "?0\.18\.3"?/g, 'tag: 0.18.4-never-ready'),
    )
    await eventually({ what: 'the upgrade is assessed as failed', seconds: 180 }, async () => {
      await read()
      return stateOf('catalog-web') === PlacementState.failed || undefined
    })
    const evidence = assessed.get('catalog-web')?.evidence
    expect(evidence).toContain('UpgradeFailed')
    expect(evidence).toContain('Deployment/shop/catalog-web')
    expect(evidence).toContain('running but not ready')
    expect(stateOf('checkout')).toBe(PlacementState.healthy)
  })

  it('goes on after the API server crashed, and tells nothing twice', async () => {
    await editFile((text) => text.replaceAll('0.18.4-never-ready', '0.18.3'))
    await eventually({ what: 'the old version is healthy again', seconds: 120 }, async () => {
      await read()
      return stateOf('catalog-web') === PlacementState.healthy || undefined
    })
    const told = new Map([...latest].map(([service, report]) => [service, factsOf(report)]))
    const before = (await read()).contacts[0]?.at ?? 0
    await cluster.kill('kube-apiserver')
    await eventually({ what: 'the cluster is said to be out of reach', seconds: 30 }, async () => {
      return observer.problems.some(({ problem }) => problem?.kind === 'unreachable') || undefined
    })
    expect((await observer.read(cursor)).contacts[0]?.at).toBeLessThanOrEqual(before + 2)
    await cluster.restart('kube-apiserver')
    const doubled: string[] = []
    await eventually({ what: 'the cluster is heard again', seconds: 90 }, async () => {
      const { reports, contacts } = await read()
      for (const report of reports) if (factsOf(report) === told.get(report.name)) doubled.push(report.name)
      for (const report of reports) told.set(report.name, factsOf(report))
      return (contacts[0]?.at ?? 0) > before + 5 && observer.problems.at(-1)?.problem === undefined
        ? true
        : undefined
    })
    expect(doubled).toEqual([])
  })

  it('tells of a service that was removed that it is gone', async () => {
    await editFile(() => undefined)
    await eventually({ what: 'catalog-web is reported gone', seconds: 60 }, async () => {
      const { reports } = await read()
      return (
        reports.some((report) => report.name === 'catalog-web' && report.helmRelease === undefined) ||
        undefined
      )
    })
    expect(latest.get('catalog-web')).toMatchObject({ helmRelease: undefined, workloads: [] })
  })
})

/** All but when it was told. */
function factsOf(report: PlacementReport): string {
  return JSON.stringify({ ...report, at: 0 })
}
