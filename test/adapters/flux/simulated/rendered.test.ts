import { expect, test } from 'vitest'
import { PlacementState, placementStateNames } from '../../../../src/core/domain/placement.ts'
import { assess } from '../../../../src/core/plan/assess.ts'
import type { Assessment } from '../../../../src/core/plan/assess.ts'
import { renderClusterSync } from '../../../../src/core/render/render-cluster.ts'
import { renderNamespace } from '../../../../src/core/render/render-namespace.ts'
import { createReleaseRenderer } from '../../../../src/core/render/release-renderer.ts'
import type { ReleaseInputs } from '../../../../src/core/render/types.ts'
import { cluster, httpRepository, inputs, templates } from '../../../core/render/sample.ts'
import { createWorld, start } from './world.ts'

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
const payments: ReleaseInputs = { ...inputs, dependencies: [{ name: 'ledger', namespace: 'base' }] }

test.each([
  { title: 'an OCI registry', payments },
  { title: 'an HTTP repository', payments: { ...payments, chartRepository: httpRepository } },
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
  const states: string[] = []
  let assessment: Assessment | undefined
  for (let second = 1; second < 300; second++) {
    await world.leapTo(second)
    const report = world.report('c1', 'payments')
    if (report === undefined) continue
    const releaseBlobCurrent = report.kustomization?.lastAppliedRevision !== ''
    assessment = assess(report, { ...expected, releaseBlobCurrent, mergedAt: start }, assessment)
    const name = placementStateNames.find((state) => PlacementState[state] === assessment?.state) ?? ''
    if (states.at(-1) !== name) states.push(name)
  }
  expect(states).toEqual(['observed', 'progressing', 'healthy'])
  expect(assessment?.since).toBeGreaterThan(assessment?.observedAt ?? Infinity)
})
