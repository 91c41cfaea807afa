import { expect, test } from 'vitest'
import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import { emptyRollout, type Rollout } from '../../../src/core/domain/rollout.ts'
import { createLeaving } from '../../../src/core/plan/leaving.ts'
import { unobserved } from '../../../src/core/plan/recorded-columns.ts'
import { removalInputs } from '../../../src/core/plan/removal-inputs.ts'
import { createCatalogTargets } from '../../../src/core/plan/service-inputs.ts'
import { catalogOf, cluster, group, service } from '../check/build-catalog.ts'

const names = ['prod-0', 'prod-1']

/** `pay` has left both clusters, which did not tell so yet; the catalog has the clusters in `known`. */
function removedFrom(known: readonly string[]) {
  const removal = {
    attempt: 1,
    startedAt: 100,
    approval: undefined,
    waves: [{ quota: 2, openedAt: 100 }],
    clusters: [{ blob: 'b', clusters: names }],
  }
  const rollout: Rollout = { ...emptyRollout('pay', 'prod'), removal }
  const desired = {
    files: [{ blob: '', release: '' }],
    file: new Uint16Array(2),
    commit: new Uint32Array(2),
    mergedAt: new Uint32Array(2),
  }
  const fleet = {
    bootstrapped: new Uint8Array(2).fill(1),
    services: ['pay'],
    desired: () => desired,
    rollout: () => rollout,
    hasNamespace: () => true,
  }
  const observations = {
    silent: new Uint8Array(2).fill(1),
    contactAt: new Uint32Array(2).fill(50),
    blackouts: [],
    observed: () => unobserved(desired, 2),
  }
  const catalog = catalogOf({
    clusters: known.map((name) => cluster(name, 'prod')),
    groups: [group('prod')],
    services: [service('pay', { targets: 'none' })],
  })
  const targets = createCatalogTargets(catalog, createClusterIndex(names))
  return removalInputs('pay', targets, fleet, observations, createLeaving(targets, fleet))
}

test('a removal waits for a silent cluster, and no longer once that has left the catalog', () => {
  const goneOf = (known: readonly string[]) =>
    removedFrom(known).map(({ removed }) => removed.map(({ isGone }) => isGone))
  expect(goneOf(names)).toEqual([[false, false]])
  expect(goneOf(['prod-0'])).toEqual([[false, true]])
})

test('nothing more is taken off a cluster that has left the catalog', () => {
  expect(removedFrom(['prod-0']).map(({ emptied }) => emptied)).toEqual([[]])
})
