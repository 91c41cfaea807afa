import type { ClusterClient, KubernetesObject } from './client.ts'

/** metav1.Condition as the API server returns it. */
export interface LiveCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number
}

export function conditionOf(object: KubernetesObject | undefined, type: string): LiveCondition | undefined {
  const conditions = (object?.['status']?.conditions ?? []) as readonly LiveCondition[]
  return conditions.find((condition) => condition.type === type)
}

/** Ready and not a word of an older generation. */
export function isReady(object: KubernetesObject | undefined): boolean {
  return (
    object?.['status']?.observedGeneration === object?.metadata.generation &&
    conditionOf(object, 'Ready')?.status === 'True'
  )
}

/** `Kind/namespace/name: reason message` of each that is not ready, for the message of a test that waits in vain. */
export function describeUnready(objects: readonly KubernetesObject[]): readonly string[] {
  return objects
    .filter((object) => !isReady(object))
    .map((object) => {
      const ready = conditionOf(object, 'Ready')
      const { namespace, name } = object.metadata
      return `${object.kind}/${namespace}/${name}: ${ready ? `${ready.reason} ${ready.message}` : 'no condition yet'}`
    })
}

export async function listFlux(cluster: ClusterClient): Promise<{
  readonly kustomizations: readonly KubernetesObject[]
  readonly releases: readonly KubernetesObject[]
}> {
  const [kustomizations, releases] = await Promise.all([
    cluster.list('kustomize.toolkit.fluxcd.io/v1', 'Kustomization'),
    cluster.list('helm.toolkit.fluxcd.io/v2', 'HelmRelease'),
  ])
  return { kustomizations, releases }
}
