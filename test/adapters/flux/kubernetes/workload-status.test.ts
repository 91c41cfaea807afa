import { describe, expect, it } from 'vitest'
import { workloadStatus } from '../../../../src/adapters/flux/kubernetes/workload-status.ts'
import type { JsonObject } from '../../../../src/core/domain/cluster.ts'

/** Cases of kstatus' own tests (pkg/kstatus/status/status_compute_test.go), in our words. */

const done = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }
const available = { type: 'Available', status: 'True' }

function workload(spec: JsonObject, status: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { metadata: { generation: 1, ...metadata }, spec, status }
}

const full = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 }

function deployment(status: JsonObject, spec: JsonObject = {}): JsonObject {
  return workload(
    { replicas: 2, progressDeadlineSeconds: 600, ...spec },
    { observedGeneration: 1, ...full, conditions: [done, available], ...status },
  )
}

describe('a Deployment', () => {
  it('is current when all replicas are updated, ready and available', () => {
    expect(workloadStatus('Deployment', deployment({}))).toEqual({ current: true })
  })

  it('is not without a status', () => {
    expect(workloadStatus('Deployment', workload({ replicas: 2 }, {}))).toMatchObject({
      message: '0/2 created',
    })
  })

  it('counts one replica where none is named', () => {
    const one = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 }
    const status = { ...one, conditions: [done, available] }
    expect(workloadStatus('Deployment', workload({}, status))).toEqual({ current: true })
  })

  it('is not while its generation is not observed', () => {
    const stale = deployment({ observedGeneration: 0 })
    expect(workloadStatus('Deployment', stale)).toMatchObject({ message: 'generation 1 is not observed yet' })
  })

  it.each([
    [{ updatedReplicas: 1 }, '1/2 updated'],
    [{ replicas: 3 }, '1 to be terminated'],
    [{ availableReplicas: 1 }, '1/2 available'],
    [{ readyReplicas: 1 }, '1/2 ready'],
    [
      { conditions: [{ ...done, reason: 'ReplicaSetUpdated' }, available] },
      'its ReplicaSet is not available',
    ],
    [{ conditions: [done, { ...available, status: 'False' }] }, 'is not available'],
  ])('is not with %o', (status, message) => {
    expect(workloadStatus('Deployment', deployment(status))).toEqual({
      current: false,
      message,
      failed: false,
    })
  })

  it('has failed once its progress deadline is exceeded', () => {
    const late = { ...done, status: 'False', reason: 'ProgressDeadlineExceeded' }
    const status = workloadStatus('Deployment', deployment({ readyReplicas: 0, conditions: [late] }))
    expect(status).toEqual({ current: false, message: '0/2 ready, progress deadline exceeded', failed: true })
  })

  it('needs no Progressing condition where it has no progress deadline', () => {
    const endless = deployment({ conditions: [available] }, { progressDeadlineSeconds: 2 ** 31 - 1 })
    expect(workloadStatus('Deployment', endless)).toEqual({ current: true })
  })

  it('is not while it is being deleted', () => {
    const going = {
      ...deployment({}),
      metadata: { generation: 1, deletionTimestamp: '2026-11-22T14:00:00Z' },
    }
    expect(workloadStatus('Deployment', going)).toMatchObject({ message: 'is being deleted' })
  })

  it('follows the conditions of kstatus where a controller writes them', () => {
    const stalled = { type: 'Stalled', status: 'True', message: 'no quota' }
    expect(workloadStatus('Deployment', deployment({ conditions: [done, available, stalled] }))).toEqual({
      current: false,
      message: 'no quota',
      failed: true,
    })
  })
})

describe('a StatefulSet', () => {
  const rolled = { currentRevision: 'a', updateRevision: 'a', currentReplicas: 2 }
  const set = (status: JsonObject, spec: JsonObject = {}) =>
    workload({ replicas: 2, ...spec }, { observedGeneration: 1, ...full, ...rolled, ...status })

  it('is current when all replicas are ready in the newest revision', () => {
    expect(workloadStatus('StatefulSet', set({}))).toEqual({ current: true })
  })

  it.each([
    [{ replicas: 1 }, '1/2 created'],
    [{ readyReplicas: 1 }, '1/2 ready'],
    [{ replicas: 3 }, '1 to be terminated'],
    [{ currentReplicas: 1 }, '1/2 updated'],
    [{ updateRevision: 'b' }, 'its update is not complete'],
  ])('is not with %o', (status, message) => {
    expect(workloadStatus('StatefulSet', set(status))).toEqual({ current: false, message, failed: false })
  })

  it('waits with a partition for the replicas above it alone', () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } }
    const spec = { updateStrategy }
    expect(workloadStatus('StatefulSet', set({ updatedReplicas: 1, updateRevision: 'b' }, spec))).toEqual({
      current: true,
    })
    expect(workloadStatus('StatefulSet', set({ updatedReplicas: 0 }, spec))).toMatchObject({
      message: '0/1 updated',
    })
  })

  it('is current whatever it has where people update it by deleting pods', () => {
    expect(
      workloadStatus('StatefulSet', set({ readyReplicas: 0 }, { updateStrategy: { type: 'OnDelete' } })),
    ).toEqual({
      current: true,
    })
  })
})

describe('a DaemonSet', () => {
  const everywhere = {
    observedGeneration: 1,
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
    numberReady: 3,
  }
  const set = (status: JsonObject) => workload({}, { ...everywhere, ...status })

  it('is current when every node that it wants runs it', () => {
    expect(workloadStatus('DaemonSet', set({}))).toEqual({ current: true })
    expect(workloadStatus('DaemonSet', set({ desiredNumberScheduled: 0 }))).toEqual({ current: true })
  })

  it.each([
    [{ currentNumberScheduled: 2 }, '2/3 scheduled'],
    [{ updatedNumberScheduled: 2 }, '2/3 updated'],
    [{ numberAvailable: 2 }, '2/3 available'],
    [{ numberReady: 2 }, '2/3 ready'],
  ])('is not with %o', (status, message) => {
    expect(workloadStatus('DaemonSet', set(status))).toMatchObject({ current: false, message })
  })

  it('is not before its controller has looked at it', () => {
    expect(workloadStatus('DaemonSet', workload({}, {}))).toMatchObject({ message: 'is not observed yet' })
    expect(workloadStatus('DaemonSet', workload({}, { observedGeneration: 1 }))).toMatchObject({
      message: 'is not scheduled yet',
    })
  })
})

describe('a Job', () => {
  const job = (status: JsonObject) => workload({}, status)

  it('is current while it runs, when it is complete and when it is suspended', () => {
    expect(workloadStatus('Job', job({ startTime: '2026-11-22T14:00:00Z', active: 1 }))).toEqual({
      current: true,
    })
    for (const type of ['Complete', 'Suspended'])
      expect(workloadStatus('Job', job({ conditions: [{ type, status: 'True' }] }))).toEqual({
        current: true,
      })
  })

  it('is not before it started, and has failed with its reason', () => {
    expect(workloadStatus('Job', job({}))).toMatchObject({ message: 'is not started', failed: false })
    const failed = { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }
    expect(workloadStatus('Job', job({ failed: 3, conditions: [failed] }))).toEqual({
      current: false,
      message: '3 failed, BackoffLimitExceeded',
      failed: true,
    })
  })
})
