import { expect, test } from 'vitest'
import { faultOf, faultOfEvidence, withFault } from '../../../src/core/plan/blame.ts'

const observed = { silent: false, observed: true, evidence: undefined }

test.each([
  ["UpgradeFailed: timeout waiting for: [Deployment/shop/pay status: 'InProgress']", 'service'],
  ['Deployment/shop/pay: 0/3 ready, CrashLoopBackOff', 'service'],
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
