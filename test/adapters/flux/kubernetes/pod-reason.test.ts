import { expect, it } from 'vitest'
import { podsReason } from '../../../../src/adapters/flux/kubernetes/pod-reason.ts'
import type { JsonObject } from '../../../../src/core/domain/cluster.ts'

function pod(container: JsonObject, status: JsonObject = {}): JsonObject {
  return {
    metadata: {},
    status: { phase: 'Running', containerStatuses: [{ name: 'app', ...container }], ...status },
  }
}

const crashing = pod({
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } },
  lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
})
const unready = pod({ ready: false, state: { running: { startedAt: '2026-11-22T14:00:00Z' } } })
const starting = pod({ ready: false, state: { waiting: { reason: 'ContainerCreating' } } })

it('tells of a crash loop how the container ended', () => {
  expect(podsReason([crashing])).toBe('CrashLoopBackOff (app: OOMKilled, exit code 137)')
})

it('tells a plain exit by its code alone', () => {
  const ended = pod({
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { reason: 'Error', exitCode: 2 } },
  })
  expect(podsReason([ended])).toBe('CrashLoopBackOff (app: exit code 2)')
})

it('tells of an image that can not be pulled what the kubelet says', () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "app:9"' }
  expect(podsReason([pod({ state: { waiting } })])).toBe(
    'ImagePullBackOff (app: Back-off pulling image "app:9")',
  )
})

it('tells of a failing init container', () => {
  const failing = pod(
    { state: { waiting: { reason: 'PodInitializing' } } },
    { initContainerStatuses: [{ name: 'migrate', state: { terminated: { exitCode: 1, reason: 'Error' } } }] },
  )
  expect(podsReason([failing])).toBe('migrate ended: exit code 1')
})

it('tells of a pod that fits nowhere what the scheduler says', () => {
  const message = '0/3 nodes are available: 3 Insufficient cpu.'
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]
  const pending = { metadata: {}, status: { phase: 'Pending', conditions } }
  expect(podsReason([pending])).toBe(`Unschedulable (${message})`)
})

it('tells of an evicted pod why', () => {
  const evicted = {
    metadata: {},
    status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' },
  }
  expect(podsReason([evicted])).toBe('Evicted (The node was low on memory.)')
})

it('tells of containers that run and are not ready', () => {
  expect(podsReason([unready])).toBe('running but not ready (app)')
})

it('takes the plainest account of several pods, in any order', () => {
  expect(podsReason([unready, starting, crashing])).toBe(podsReason([crashing, unready]))
})

it('finds nothing in pods that start, are ready or are being deleted', () => {
  const ready = pod({ ready: true, state: { running: { startedAt: '2026-11-22T14:00:00Z' } } })
  const going = { ...crashing, metadata: { deletionTimestamp: '2026-11-22T14:00:00Z' } }
  expect(podsReason([starting, ready, going, {}])).toBeUndefined()
})

it('bounds what it repeats of a message', () => {
  const waiting = { reason: 'CreateContainerConfigError', message: 'x'.repeat(100_000) }
  expect(podsReason([pod({ state: { waiting } })])?.length).toBeLessThan(400)
})
