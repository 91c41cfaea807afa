import { Watch } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Cluster } from './harness/cluster.ts'
import type { KubernetesObject } from './harness/client.ts'
import { eventually } from './harness/eventually.ts'
import { createFleetWorld, type FleetWorld } from './harness/fleet-world.ts'
import { conditionOf, describeUnready, isReady, listFlux } from './harness/flux-status.ts'
import { observeContacts } from './harness/observers.ts'
import { describeOnStack } from './harness/use-stack.ts'

const name = 'devel-euw1-01'
const service = {
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  name: 'catalog-web',
  namespace: 'shop',
}
const path = `clusters/${name}/apps/shop/catalog-web.yaml`

describeOnStack('A version whose pods never become ready', (stack) => {
  let cluster: Cluster
  let world: FleetWorld
  let before: KubernetesObject
  /** Each status of the release from the change on, oldest first. */
  const seen: KubernetesObject[] = []

  beforeAll(async () => {
    cluster = await stack().createCluster(name)
    world = await createFleetWorld({
      folder: await stack().makeFolder('world'),
      clusters: [name],
      flux: observeContacts(() => [cluster]),
    })
    await world.stepUntilIdle()
    // No time-out of the organisation is worth waiting for here.
    await editFile((text) => text.replace('timeout: 5m', 'timeout: 15s'))
    await world.bootstrap(cluster)
    before = await eventually(
      { what: 'the first version is ready', seconds: 100 },
      release((object) => isReady(object)),
    )
    const watch = await watchRelease()
    await editFile((text) => text.replaceAll(/tag: "?0\.18\.3"?/g, 'tag: 0.18.4-never-ready'))
    await fetchNow()
    await eventually(
      { what: 'the change reached the cluster', seconds: 60 },
      release(({ metadata }) => metadata.generation === 2),
    )
    // The history follows some moments after the conditions.
    await eventually({ what: 'the release was rolled back', seconds: 120 }, async () => {
      const last = seen.at(-1)
      const isStalled = conditionOf(last, 'Stalled')?.status === 'True'
      return (isStalled && last?.['status'].history[0]?.version === 3) || undefined
    })
    watch.abort()
  })
  afterAll(async () => world?.close())

  const editFile = async (edit: (text: string) => string): Promise<void> => {
    const text =
      (await world.fleetFiles(path)).get(path) ?? (await world.fleetFiles(`clusters/${name}/apps`)).get(path)
    if (text === undefined || edit(text) === text) throw new Error(`${path} has nothing to edit`)
    await world.commitToFleet(new Map([[path, edit(text)]]), 'Change catalog-web by hand')
  }
  const release = (accept: (object: KubernetesObject) => boolean) => async () => {
    const object = await cluster.get(service)
    return object && accept(object) ? object : undefined
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
  /** Every status of the release from now on: looks at intervals would miss some. */
  const watchRelease = async (): Promise<AbortController> =>
    new Watch(cluster.config).watch(
      '/apis/helm.toolkit.fluxcd.io/v2/namespaces/shop/helmreleases',
      { fieldSelector: 'metadata.name=catalog-web', resourceVersion: before.metadata.resourceVersion },
      (_phase, object: KubernetesObject) => seen.push(object),
      () => {},
    )

  it('was ready in the version before', () => {
    expect(before['status'].history[0]).toMatchObject({ status: 'deployed', version: 1 })
  })

  it('is never ready under its own generation, though the old Ready stays for a moment beside the new generation', () => {
    const early = seen.find((object) => conditionOf(object, 'Reconciling')?.status === 'True')
    expect(early?.metadata.generation).toBe(2)
    expect(early?.['status'].observedGeneration).toBe(1)
    expect(seen.filter(isReady)).toEqual([])
  })

  it('is reported as in progress, under the generation before', () => {
    const upgrading = seen.find((object) => conditionOf(object, 'Ready')?.status === 'Unknown')
    expect(conditionOf(upgrading, 'Reconciling')?.status).toBe('True')
    expect(upgrading?.['status'].observedGeneration).toBe(1)
  })

  it('then as a failed upgrade, by the condition under its own generation', () => {
    const failed = seen.find((object) => conditionOf(object, 'Ready')?.reason === 'UpgradeFailed')
    const ready = conditionOf(failed, 'Ready')
    expect(ready).toMatchObject({ status: 'False', observedGeneration: 2 })
    // The deadline may end Flux's client in the middle of a look at the workload, which is then not named.
    expect(ready?.message).toMatch(/Deployment\/shop\/catalog-web|would exceed context deadline/)
    expect(conditionOf(failed, 'Released')).toMatchObject({ status: 'False', observedGeneration: 2 })
    // Flux writes history and the attempted generation apart from the conditions, some moments later.
    const recorded = seen.find((object) => object['status'].history[0].version === 2)
    expect(recorded?.['status'].lastAttemptedGeneration).toBe(2)
    expect(seen.some((object) => object['status'].history[0].status === 'failed')).toBe(true)
  })

  it('ends stalled, remediated and rolled back, with the old release deployed anew', () => {
    const last = seen.at(-1)
    expect(conditionOf(last, 'Stalled')).toMatchObject({ status: 'True', reason: 'RetriesExceeded' })
    expect(conditionOf(last, 'Ready')).toMatchObject({ status: 'False', reason: 'RollbackSucceeded' })
    expect(conditionOf(last, 'Remediated')?.status).toBe('True')
    expect(last?.['status'].history[0]).toMatchObject({ status: 'deployed', version: 3 })
  })

  it('leaves the pods of the old version at work and every other service healthy', async () => {
    const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'catalog-web', namespace: 'shop' }
    const deployment = await eventually({ what: 'the old pods are at work', seconds: 30 }, async () => {
      const object = await cluster.get(reference)
      return object?.['status'].availableReplicas === object?.['spec'].replicas ? object : undefined
    })
    expect(deployment['spec'].template.spec.containers[0].image).toMatch(/:0\.18\.3$/)
    const others = async () =>
      (await listFlux(cluster)).releases.filter(({ metadata }) => metadata.name !== service.name)
    await eventually(
      { what: 'the others are healthy', seconds: 60 },
      async () => (await others()).every(isReady) || undefined,
    )
    expect(describeUnready(await others())).toEqual([])
  })
})
