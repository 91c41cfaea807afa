import { describe, expect, it } from 'vitest'
import type { RenderedObject } from '../../../src/adapters/helm/port.ts'
import { judgeObject } from '../../../src/operations/validate-charts/forbidden.ts'

describe('judgeObject', () => {
  const service = { name: 'pay', namespace: 'shop', tier: 'standard' } as const
  const plain: RenderedObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'a',
    namespace: undefined,
    serviceAccount: undefined,
    hasKubeConfig: false,
    otherNamespaces: [],
  }
  const release = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', serviceAccount: 'halyard' }

  it.each<[string, Partial<RenderedObject>]>([
    ['an object without a namespace', {}],
    ['one in the namespace of the service', { namespace: 'shop' }],
    ['pods of their own account', { kind: 'Deployment', serviceAccount: 'pay' }],
    ['a HelmRelease by the account that installs', { ...release, otherNamespaces: ['shop'] }],
  ])('allows %s', (_, object) => {
    expect(judgeObject({ ...plain, ...object }, service, 'halyard')).toBeUndefined()
  })

  it.each<[string, Partial<RenderedObject>]>([
    ['another namespace', { namespace: 'kube-system' }],
    ['a Namespace', { kind: 'Namespace' }],
    ['a ClusterRoleBinding', { kind: 'ClusterRoleBinding' }],
    ['a kubeConfig', { ...release, hasKubeConfig: true }],
    ['a target namespace', { ...release, otherNamespaces: ['kube-system'] }],
    ['Flux as another account', { ...release, serviceAccount: 'admin' }],
    ['Flux as itself', { ...release, serviceAccount: undefined }],
    ['pods as the account that installs', { kind: 'CronJob', serviceAccount: 'halyard' }],
  ])('refuses %s', (_, object) => {
    expect(judgeObject({ ...plain, ...object }, service, 'halyard')).toBeDefined()
  })

  it('allows the foundation what belongs to the cluster, and no other cluster', () => {
    const foundation = { ...service, tier: 'foundation' } as const
    expect(judgeObject({ ...plain, kind: 'Namespace' }, foundation, 'halyard')).toBeUndefined()
    expect(judgeObject({ ...plain, hasKubeConfig: true }, foundation, 'halyard')).toBeDefined()
    expect(judgeObject({ ...plain, namespace: 'kube-system' }, foundation, 'halyard')).toBeDefined()
  })
})
