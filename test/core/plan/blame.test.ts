import { expect, test } from 'vitest'
import { faultOf, faultOfEvidence, withFault } from '../../../src/core/plan/blame.ts'

const observed = { silent: false, observed: true, evidence: undefined }

test.each([
  ["UpgradeFailed: timeout waiting for: [Deployment/shop/pay status: 'InProgress']", 'service'],
  ['Deployment/shop/pay: 0/3 ready, CrashLoopBackOff', 'service'],
  ['Deployment/shop/pay: 0/3 available, CrashLoopBackOff (app: OOMKilled, exit code 137)', 'service'],
  [
    'Deployment/shop/pay: 0/3 available, Unschedulable (0/3 nodes are available: 3 Insufficient cpu.)',
    'service',
  ],
  [
    'Deployment/shop/pay: 0/3 available, Unschedulable (1 node(s) had untolerated taint {a: }, 2 Insufficient cpu.)',
    'service',
  ],
  [
    "Deployment/shop/pay: 0/3 available, Unschedulable (3 node(s) didn't match Pod's node affinity/selector.)",
    'service',
  ],
  ['Deployment/shop/pay: 0/3 available, ImagePullBackOff (app: registry/app:9: not found)', 'service'],
  [
    'Deployment/shop/pay: 0/3 available, Unschedulable (0/3 nodes are available: 3 node(s) were unschedulable.)',
    'platform',
  ],
  ['UpgradeFailed: timeout; Deployment/shop/pay: 1/3 ready, NodeShutdown (Pod was terminated.)', 'platform'],
  [
    'Deployment/shop/pay: 0/3 available, ImagePullBackOff (app: dial tcp 10.0.0.1:443: i/o timeout)',
    'platform',
  ],
  ['not healthy by its deadline', 'service'],
  ['Kustomization BuildFailed: kustomize build failed', 'platform'],
  ['HelmRelease/shop/pay does not exist', 'platform'],
  ['HelmRelease/shop/pay differs from the desired spec', 'platform'],
  ["SourceNotReady: HelmChart 'shop/pay' is not ready", 'platform'],
  ['chart digest is not reported', 'platform'],
  ['suspended on the cluster', 'platform'],
])('%s: %s fault', (evidence, fault) => {
  expect(faultOfEvidence(evidence)).toBe(fault)
  expect(withFault(evidence)).toBe(`${evidence} (${fault} fault)`)
})

test('what never reached the cluster is no fault of the service', () => {
  expect(faultOf({ ...observed, observed: false })).toBe('platform')
})

test('silence is the fault of the cluster, whatever it said last', () => {
  expect(faultOf({ ...observed, silent: true, evidence: 'Kustomization BuildFailed: x' })).toBe('cluster')
})

test('a placement that is merely not healthy is up to its service', () => {
  expect(faultOf(observed)).toBe('service')
})
