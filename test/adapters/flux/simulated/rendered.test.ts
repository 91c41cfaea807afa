import { expect, test } from 'vitest'
import { PlacementState, placementStateNames } from '../../../../src/core/domain/placement.ts'
import { assess } from '../../../../src/core/plan/assess.ts'
import type { Assessment } from '../../../../src/core/plan/assess.ts'
import { renderClusterSync } from '../../../../src/core/render/render-cluster.ts'
import { renderNamespace } from '../../../../src/core/render/render-namespace.ts'
import { createReleaseRenderer } from '../../../../src/core/render/release-renderer.ts'
import type { ExpectedRelease } from '../../../../src/core/render/release-renderer.ts'
import type { ReleaseInputs } from '../../../../src/core/render/types.ts'
import {
  cluster,
  httpRepository,
  inputs,
  chartFrom,
  kustomizeInputs,
  templates,
  withPatches,
  withSecrets,
} from '../../../core/render/sample.ts'
import { createWorld, start } from './world.ts'
import type { World } from './world.ts'

const c1 = cluster('c1')
const settings = { fleet: { url: 'https://git.example.com/fleet', branch: 'main', secretRef: undefined } }
const foundation = ['base']

function namespaceOf(namespace: string, tier: 'foundation' | 'standard') {
  return renderNamespace({ cluster: 'c1', namespace, tier, templates, foundationNamespaces: foundation })
}

/** The file of a service on `c1`, and what shall prove it. */
function rendered(release: ReleaseInputs) {
  const renderer = createReleaseRenderer(release)
  if ('errors' in renderer) throw new Error('the sample does not compile')
  const [file, proof] = [renderer.render(c1, 'prod'), renderer.expectedOf(c1, 'prod')]
  if (file.kind === 'error' || proof.kind === 'error') throw new Error('the sample does not render')
  return { file: file.file, expected: proof.expected }
}

const ledger: ReleaseInputs = {
  ...inputs,
  service: { ...inputs.service, name: 'ledger', releaseName: 'ledger', namespace: 'base', dependsOn: [] },
  dependencies: [],
}
const kustomized: ReleaseInputs = { ...kustomizeInputs(), dependencies: [] }
const payments: ReleaseInputs = { ...inputs, dependencies: [{ name: 'ledger', namespace: 'base' }] }

/** The states that `payments` is judged to pass through, looked at every second. */
async function judge(world: World, expected: ExpectedRelease, seconds: number) {
  const mergedAt = world.clock.now()
  const states: string[] = []
  let last: Assessment | undefined
  for (let second = mergedAt - start + 1; second < mergedAt - start + seconds; second++) {
    await world.leapTo(second)
    const report = world.report('c1', 'payments')
    if (report === undefined) continue
    const head = (await world.repository.resolve('refs/heads/main')) ?? ''
    const releaseBlobCurrent = report.kustomization?.lastAppliedRevision === `main@sha1:${head}`
    last = assess(report, { ...expected, releaseBlobCurrent, mergedAt }, last)
    const name = placementStateNames.find((state) => PlacementState[state] === last?.state) ?? ''
    if (states.at(-1) !== name) states.push(name)
  }
  return { states, last }
}

test.each([
  { title: 'an OCI registry', payments },
  { title: 'an HTTP repository', payments: { ...payments, source: chartFrom(httpRepository) } },
  { title: 'a kustomize payload', payments: kustomized },
  {
    title: 'a version with secrets and patches',
    payments: { ...payments, version: { ...withSecrets, patches: withPatches.patches } },
  },
])('what Halyard renders from $title becomes healthy by evidence', async (row) => {
  const world = createWorld([{ name: 'c1', uid: 'uid-1' }])
  const { file, expected } = rendered(row.payments)
  const sync = renderClusterSync({ cluster: 'c1', settings, templates })
  await world.commit([
    ...sync,
    ...namespaceOf('base', 'foundation'),
    ...namespaceOf('pay', 'standard'),
    rendered(ledger).file,
    file,
  ])
  const { states, last } = await judge(world, expected, 300)
  expect(states).toEqual(['observed', 'progressing', 'healthy'])
  expect(last?.since).toBeGreaterThan(last?.observedAt ?? Infinity)
})

test('an upgrade that no node can take fails with its cause, and the file before it is healthy again', async () => {
  const world = createWorld([{ name: 'c1', uid: 'uid-1', nodeMemory: 2 ** 30 }])
  const before = rendered(payments)
  const { version } = payments
  const values = { ...version.values, resources: { requests: { memory: '2Gi' } } }
  const upgrade = rendered({ ...payments, version: { ...version, version: '1.5.0', values } })
  const sync = renderClusterSync({ cluster: 'c1', settings, templates })
  const namespaces = [...namespaceOf('base', 'foundation'), ...namespaceOf('pay', 'standard')]
  await world.commit([...sync, ...namespaces, rendered(ledger).file, before.file])
  await world.leapTo(300)

  await world.commit([upgrade.file])
  const failing = await judge(world, upgrade.expected, 900)
  expect(failing.states).toEqual(['merged', 'observed', 'progressing', 'failed'])
  expect(failing.last?.evidence).toBe(
    "UpgradeFailed: timeout waiting for: [Deployment/pay/payments status: 'InProgress']; " +
      'Deployment/pay/payments: 0/6 ready, Unschedulable: Insufficient memory',
  )

  await world.commit([before.file])
  const back = await judge(world, before.expected, 100)
  expect(back.states).toEqual(['merged', 'observed', 'healthy'])
})
