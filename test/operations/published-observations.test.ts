import { expect, it } from 'vitest'
import type { FleetState } from '../../src/adapters/fleet/port.ts'
import { createClusterIndex } from '../../src/core/domain/cluster-index.ts'
import { PlacementState } from '../../src/core/domain/placement.ts'
import { publishedObservations, type RecordedStatus } from '../../src/operations/published-observations.ts'

const desired = {
  files: [
    { blob: '', release: '' },
    { blob: 'b1', release: '1.0.0@00000000' },
  ],
  file: Uint16Array.of(1, 1, 1),
  commit: Uint32Array.of(1, 1, 1),
  mergedAt: Uint32Array.of(100, 100, 100),
}

const state: FleetState = {
  head: 'h',
  clusters: createClusterIndex(['a', 'b', 'c']),
  bootstrapped: Uint8Array.of(1, 1, 1),
  services: ['payments'],
  commitOrdinal: () => 1,
  hasNamespace: () => true,
  hasFile: () => true,
  desired: () => desired,
  rollout: () => undefined,
  changed: {
    restarted: true,
    services: new Set(),
    renumbered: new Set(),
    clusters: new Set(),
    rollouts: new Set(),
  },
  problems: [],
  edits: [],
}

/** Published by a controller that numbers the clusters the other way round and does not know `a`. */
const status: RecordedStatus = {
  publishedAt: 1000,
  holder: 'controller',
  clusters: ['c', 'b'],
  contactAt: Uint32Array.of(995, 100),
  blackouts: [],
  recorded: () => ({
    blobs: ['b1', 'b1'],
    running: ['b1', ''],
    state: Uint8Array.of(PlacementState.healthy, PlacementState.failed),
    since: Uint32Array.of(200, 300),
    observedAt: Uint32Array.of(150, 150),
    evidence: new Map([[1, 'crashed']]),
  }),
}

it('finds each cluster by its name, whatever number the publisher gave it', () => {
  const observed = publishedObservations(status, state, 60, 5000).view.observed('payments')
  expect([...observed.state]).toEqual([PlacementState.merged, PlacementState.failed, PlacementState.healthy])
  expect([...observed.since]).toEqual([100, 300, 200])
  expect([...observed.evidence]).toEqual([[1, 'crashed']])
})

it('counts silence to the moment of publication, not to now', () => {
  const { view, at } = publishedObservations(status, state, 60, 5000)
  expect(at).toBe(1000)
  expect([...view.silent]).toEqual([1, 1, 0])
})

it('knows nothing when nobody published', () => {
  const { view, publishedBy, at } = publishedObservations(undefined, state, 60, 5000)
  expect(publishedBy).toBeUndefined()
  expect(at).toBe(5000)
  expect([...view.observed('payments').state]).toEqual(Array(3).fill(PlacementState.merged))
})
