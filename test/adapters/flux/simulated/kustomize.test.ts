import { expect, test } from 'vitest'
import type { SimulatedFleetDependencies } from '../../../../src/adapters/flux/simulated/fleet.ts'
import { renderNamespace } from '../../../../src/core/render/render-namespace.ts'
import { createReleaseRenderer } from '../../../../src/core/render/release-renderer.ts'
import type { ReleaseInputs } from '../../../../src/core/render/types.ts'
import { cluster, kustomizeInputs, templates } from '../../../core/render/sample.ts'
import { createWorld, syncFiles } from './world.ts'

const commit = (digit: string) => ({ pin: { kind: 'commit', commit: digit.repeat(40) } }) as const
const namespace = renderNamespace({
  cluster: 'c1',
  namespace: 'pay',
  tier: 'standard',
  templates,
  foundationNamespaces: [],
})

function fileOf(inputs: ReleaseInputs) {
  const renderer = createReleaseRenderer({ ...inputs, dependencies: inputs.dependencies.slice(0, 0) })
  const outcome = 'errors' in renderer ? undefined : renderer.render(cluster('c1'), 'prod')
  if (outcome?.kind !== 'file') throw new Error('the sample does not render')
  return outcome.file
}

async function worldWith(behaviour: SimulatedFleetDependencies['behaviour'] = {}) {
  const world = createWorld([{ name: 'c1', uid: 'uid-1', nodeMemory: 2 ** 30 }], { behaviour })
  await world.commit([...syncFiles('c1'), ...namespace, fileOf(kustomizeInputs(commit('a')))])
  await world.leapTo(100)
  const status = () => world.report('c1', 'payments')?.payloadKustomization?.status
  const ready = () => status()?.conditions.find(({ type }) => type === 'Ready')
  return { world, status, ready }
}

test('a payload is applied by a Kustomization of its own, and reported with its revision', async () => {
  const { world, status, ready } = await worldWith({
    payloads: { ['a'.repeat(40)]: { kind: 'StatefulSet' } },
  })
  expect(status()).toMatchObject({
    observedGeneration: 1,
    lastAppliedRevision: `sha1:${'a'.repeat(40)}`,
    history: [{ status: 'ReconciliationSucceeded' }],
  })
  expect(ready()).toMatchObject({ status: 'True', reason: 'ReconciliationSucceeded' })
  const report = world.report('c1', 'payments')
  expect(report?.helmRelease).toBeUndefined()
  expect(report?.workloads).toMatchObject([{ kind: 'StatefulSet', namespace: 'pay', current: true }])
})

test('pods that never get ready fail the health check, are tried again and stay until Git goes back', async () => {
  const { world, status, ready } = await worldWith({ payloads: { ['b'.repeat(40)]: { memory: '4Gi' } } })
  await world.commit([fileOf(kustomizeInputs(commit('b')))])
  await world.leapTo(450)
  expect(ready()).toMatchObject({
    status: 'False',
    reason: 'HealthCheckFailed',
    message:
      "health check failed after 5m0s: timeout waiting for: [Deployment/pay/payments status: 'InProgress']",
  })
  expect(status()).toMatchObject({
    observedGeneration: 1,
    lastAppliedRevision: `sha1:${'a'.repeat(40)}`,
    lastAttemptedRevision: `sha1:${'b'.repeat(40)}`,
  })
  await world.leapTo(500)
  expect(ready()).toMatchObject({ status: 'Unknown', reason: 'Progressing' })
  expect(world.report('c1', 'payments')?.workloads).toMatchObject([{ current: false }])

  await world.commit([fileOf(kustomizeInputs(commit('a')))])
  await world.leapTo(600)
  expect(status()).toMatchObject({ observedGeneration: 3, lastAppliedRevision: `sha1:${'a'.repeat(40)}` })
  expect(world.report('c1', 'payments')?.workloads).toMatchObject([{ current: true }])
})

test('a payload that does not build leaves what runs', async () => {
  const { world, ready } = await worldWith({ payloads: { ['b'.repeat(40)]: { error: 'no such file' } } })
  await world.commit([fileOf(kustomizeInputs(commit('b')))])
  await world.leapTo(200)
  expect(ready()).toMatchObject({ reason: 'BuildFailed', message: 'kustomize build failed: no such file' })
  expect(world.report('c1', 'payments')?.workloads).toMatchObject([{ current: true }])
})

test('a payload whose state was saved goes on in another process', async () => {
  const { world } = await worldWith()
  const before = world.report('c1', 'payments')
  world.restart()
  await world.leapTo(101)
  expect({ ...world.report('c1', 'payments'), at: before?.at }).toEqual(before)
})

test('a removed payload takes its pods along', async () => {
  const { world, status } = await worldWith()
  await world.commit([{ path: 'clusters/c1/apps/pay/payments.yaml', remove: true }])
  await world.leapTo(200)
  expect(status()).toBeUndefined()
  expect(world.report('c1', 'payments')?.workloads).toEqual([])
})
