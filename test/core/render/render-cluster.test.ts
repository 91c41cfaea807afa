import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { renderClusterSync } from '../../../src/core/render/render-cluster.ts'
import { renderNamespace } from '../../../src/core/render/render-namespace.ts'
import { templates } from './sample.ts'

const settings = { fleet: { url: 'https://git.example.com/fleet.git', branch: 'main', secretRef: 'fleet' } }
const namespace = (tier: 'foundation' | 'standard', foundationNamespaces: readonly string[]) =>
  renderNamespace({ cluster: 'prod-euw1-04', namespace: 'pay', tier, templates, foundationNamespaces })

describe('the sync of a cluster', () => {
  const files = renderClusterSync({ cluster: 'prod-euw1-04', settings, templates })

  test('reads only its own directory', async () => {
    expect(files[0]?.path).toBe('clusters/prod-euw1-04/flux-system/sync.yaml')
    await expect(files[0]?.text).toMatchFileSnapshot('golden/sync.yaml')
  })

  test('acts as the account of Flux itself, as the default one may do nothing under its lockdown', () => {
    expect(files[0]?.text.match(/serviceAccountName: kustomize-controller/g)).toHaveLength(2)
  })

  test('keeps an object in namespaces/, so that Flux prunes the last one', async () => {
    expect(files[1]?.path).toBe('clusters/prod-euw1-04/namespaces/halyard.yaml')
    await expect(files[1]?.text).toMatchFileSnapshot('golden/namespaces-marker.yaml')
  })
})

describe('a namespace', () => {
  test('of services waits once for the foundation', async () => {
    const [file, marker] = namespace('standard', ['mesh', 'cert-manager'])
    expect(file?.path).toBe('clusters/prod-euw1-04/namespaces/pay.yaml')
    await expect(file?.text).toMatchFileSnapshot('golden/namespace.yaml')
    expect(marker?.path).toBe('clusters/prod-euw1-04/apps/pay/halyard.yaml')
    await expect(marker?.text).toMatchFileSnapshot('golden/apps-marker.yaml')
  })

  test('has the same bytes whatever the order of foundation namespaces', () => {
    expect(namespace('standard', ['mesh', 'cert-manager'])).toEqual(
      namespace('standard', ['cert-manager', 'mesh']),
    )
  })

  test('lets the foundation install what belongs to no namespace, and nobody else', () => {
    const [file] = namespace('foundation', [])
    const documents = parseAllDocuments(file?.text ?? '').map((document): unknown => document.toJS())
    const binding = documents.find((document) => Object(document).kind === 'ClusterRoleBinding')
    expect(binding).toMatchObject({
      metadata: { name: 'halyard-pay' },
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'halyard', namespace: 'pay' }],
    })
    expect(namespace('standard', [])[0]?.text).not.toContain('ClusterRoleBinding')
  })

  test('of the foundation waits for nothing', () => {
    expect(namespace('foundation', ['mesh', 'pay'])[0]?.text).not.toContain('dependsOn')
  })
})
