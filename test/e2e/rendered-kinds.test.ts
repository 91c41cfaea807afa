import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { Cluster } from './harness/cluster.ts'
import { type KubernetesObject, parseObjects } from './harness/client.ts'
import { describeOnStack } from './harness/use-stack.ts'

const golden = join(import.meta.dirname, '../core/render/golden')

describeOnStack('The API server', (stack) => {
  let cluster: Cluster
  let objects: readonly KubernetesObject[]

  beforeAll(async () => {
    const names = (await readdir(golden)).filter(
      (name) => name.endsWith('.yaml') && !name.startsWith('rollout'),
    )
    const texts = await Promise.all(names.map(async (name) => readFile(join(golden, name), 'utf8')))
    objects = texts.flatMap(parseObjects)
    cluster = await stack().createCluster('rendered-kinds')
    const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))
    for (const name of namespaces)
      await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }])
  })

  it('takes every kind of object that is ever rendered, with strict validation of fields', async () => {
    const kinds = new Set(objects.map(({ kind }) => kind))
    for (const kind of [
      'ExternalSecret',
      'HelmRelease',
      'OCIRepository',
      'Kustomization',
      'GitRepository',
      'Namespace',
    ])
      expect(kinds).toContain(kind)
    const outcomes = await Promise.all(objects.map(cluster.dryRun))
    expect(outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? outcome.message : []))).toEqual([])
  })
})
