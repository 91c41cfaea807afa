import type { Catalog } from '../domain/catalog.ts'
import type { Service } from '../domain/service.ts'
import type { Payload } from '../domain/service-version.ts'
import type { ReleaseInputs } from './types.ts'

/**
 * The services that a service's Flux object waits for, with their namespaces. A HelmRelease waits for HelmReleases
 * only, and a Kustomization for Kustomizations; one that does not exist is left to the checks.
 */
export function resolveDependencies(
  service: Service,
  kind: Payload['kind'],
  catalog: Pick<Catalog, 'services' | 'versions'>,
): ReleaseInputs['dependencies'] {
  return service.dependsOn.flatMap((name) => {
    const dependency = catalog.services.get(name)
    return dependency === undefined || payloadKindOf(name, catalog) !== kind
      ? []
      : [{ name, namespace: dependency.namespace }]
  })
}

/** What all versions of a service hold; the lowest one says it. Without versions: a chart. */
export function payloadKindOf(service: string, { versions }: Pick<Catalog, 'versions'>): Payload['kind'] {
  return versions.get(service)?.[0]?.payload.kind ?? 'chart'
}
