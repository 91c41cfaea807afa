import { beforeAll, expect, it } from 'vitest'
import type { Cluster } from './harness/cluster.ts'
import { parseObjects } from './harness/client.ts'
import { eventually } from './harness/eventually.ts'
import { describeOnStack } from './harness/use-stack.ts'

const deployment = (name: string, image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers: [{ name: main, image: "${image}" }]
`

describeOnStack('A cluster of the stack', (stack) => {
  let cluster: Cluster
  let milliseconds: number

  beforeAll(async () => {
    const startedAt = performance.now()
    cluster = await stack().createCluster('smoke')
    milliseconds = performance.now() - startedAt
  })

  const conditionOf = async (kind: string, name: string, type: string): Promise<string | undefined> => {
    const object = await cluster.get({ apiVersion: 'apps/v1', kind, name, namespace: 'default' })
    return object?.['status']?.conditions?.find((each: { type: string }) => each.type === type)?.status
  }

  it('starts within 10 seconds, with ready nodes and the kinds of Flux and External Secrets', async () => {
    expect(milliseconds).toBeLessThan(10_000)
    const crds = await cluster.list('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
    const names = crds.map(({ metadata }) => metadata.name)
    expect(names).toContain('helmreleases.helm.toolkit.fluxcd.io')
    expect(names).toContain('kustomizations.kustomize.toolkit.fluxcd.io')
    expect(names).toContain('externalsecrets.external-secrets.io')
    const nodes = await cluster.list('v1', 'Node')
    expect(nodes).toHaveLength(3)
  })

  it('makes the pods of a Deployment ready', async () => {
    await cluster.apply(parseObjects(deployment('web', 'web:1.0.0')))
    const status = await eventually({ what: 'the Deployment is available', seconds: 30 }, async () => {
      const object = await cluster.get({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: 'web',
        namespace: 'default',
      })
      return object?.['status']?.availableReplicas === 2 ? object['status'] : undefined
    })
    expect(status).toMatchObject({ replicas: 2, readyReplicas: 2, observedGeneration: 1 })
  })

  it('leaves pods unready whose image asks for it', async () => {
    await cluster.apply(parseObjects(deployment('broken', 'web:1.0.1-never-ready')))
    const pods = await eventually({ what: 'both pods run', seconds: 30 }, async () => {
      const all = await cluster.list('v1', 'Pod', 'default')
      const own = all.filter(({ metadata }) => metadata.labels?.['app'] === 'broken')
      return own.length === 2 && own.every((pod) => pod['status'].phase === 'Running') ? own : undefined
    })
    for (const pod of pods) {
      expect(pod['status'].containerStatuses).toMatchObject([{ ready: false, started: true }])
    }
    expect(await conditionOf('Deployment', 'broken', 'Available')).toBe('False')
  })

  it('lets pods crash that were ready, where their image asks for it', async () => {
    await cluster.apply(parseObjects(deployment('crashing', 'web:1.0.2-crash-loops')))
    const isAvailable = async (wanted: 'True' | 'False') =>
      eventually({ what: `Available is ${wanted}`, seconds: 60 }, async () =>
        (await conditionOf('Deployment', 'crashing', 'Available')) === wanted ? true : undefined,
      )
    await isAvailable('True')
    await isAvailable('False')
    const all = await cluster.list('v1', 'Pod', 'default')
    const pod = all.find(({ metadata }) => metadata.labels?.['app'] === 'crashing')
    expect(pod?.['status'].containerStatuses[0].state.waiting.reason).toBe('CrashLoopBackOff')
  })

  it('answers again after its API server crashed and was started anew', async () => {
    await cluster.kill('kube-apiserver')
    await expect(cluster.list('v1', 'Node')).rejects.toThrow('ECONNREFUSED')
    await cluster.restart('kube-apiserver')
    expect(await cluster.list('v1', 'Node')).toHaveLength(3)
  })
})
