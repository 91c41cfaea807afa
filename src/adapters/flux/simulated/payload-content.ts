import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../core/domain/cluster.ts'
import type { Behaviour } from './behaviour.ts'
import { stringAt, valueAt } from './json.ts'
import type { Manifest } from './manifests.ts'
import type { ReleaseContent } from './release-content.ts'
import type { SimulatedCluster } from './state.ts'

const kustomizationKind = 'Kustomization.kustomize.toolkit.fluxcd.io/'

/** Whether an object is a Flux Kustomization, whatever it applies. */
export function isKustomization({ id }: Manifest): boolean {
  return id.startsWith(kustomizationKind)
}

/** Whether an object is a service's Kustomization: one over a payload, not over the cluster's own directory. */
export function isPayload(manifest: Manifest): boolean {
  return isKustomization(manifest) && stringAt(manifest.spec, 'sourceRef', 'name') !== 'flux-system'
}

/** Whether an object runs a service. */
export function isRelease(manifest: Manifest): boolean {
  return manifest.kind === 'HelmRelease' || isPayload(manifest)
}

/** What a source object fetched. */
export interface PayloadArtifact {
  /** As source-controller writes it. */
  readonly revision: string
  /** The commit or digest that is pinned. */
  readonly pin: string
}

/** The artifact of a Kustomization's source, which is what it is pinned to; undefined: there is none. */
export function payloadArtifact(
  { spec, namespace }: Manifest,
  cluster: SimulatedCluster,
): PayloadArtifact | undefined {
  const kind = stringAt(spec, 'sourceRef', 'kind') ?? ''
  const home = stringAt(spec, 'sourceRef', 'namespace') ?? namespace
  const name = stringAt(spec, 'sourceRef', 'name') ?? ''
  const source = cluster.objects.get(`${kind}.source.toolkit.fluxcd.io/${home}/${name}`)?.manifest
  const digest = stringAt(source?.spec, 'ref', 'digest')
  if (digest !== undefined) return { revision: digest, pin: digest }
  const commit = stringAt(source?.spec, 'ref', 'commit')
  if (commit === undefined) return undefined
  const branch = stringAt(source?.spec, 'ref', 'branch')
  return { revision: `${branch === undefined ? '' : `${branch}@`}sha1:${commit}`, pin: commit }
}

/**
 * What a kustomize build gives: what `behaviour.payloads` says of the pin, else a Deployment whose size the variables
 * `replicas`, `memory` and `cpu` set.
 */
export function payloadContent(
  manifest: Manifest,
  { revision, pin }: PayloadArtifact,
  behaviour: Behaviour,
): ReleaseContent {
  const { spec, namespace, name } = manifest
  const payload = behaviour.payloads[pin]
  const identity = JSON.stringify([pin, spec['path'], spec['postBuild'], spec['patches'], namespace, name])
  const variables = valueAt(spec, 'postBuild', 'substitute')
  return {
    key: createHash('sha256').update(identity).digest('hex').slice(0, 16),
    chartName: name,
    chartVersion: revision,
    releaseName: name,
    releaseNamespace: namespace,
    workload: {
      kind: payload?.kind ?? 'Deployment',
      namespace,
      name,
      replicas: Number(stringAt(variables, 'replicas') ?? 1),
      memory: payload?.memory ?? stringAt(variables, 'memory') ?? '0',
      cpu: payload?.cpu ?? stringAt(variables, 'cpu') ?? '0',
    },
  }
}

/** Whether Ready waits for the pods: for everything, or for a list of objects. */
export function waitsForHealth(spec: JsonObject | undefined): boolean {
  const checks = valueAt(spec, 'healthChecks')
  return valueAt(spec, 'wait') === true || (Array.isArray(checks) && checks.length > 0)
}
