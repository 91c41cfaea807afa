import type { Service } from '../domain/service.ts'
import type { ReleaseInputs } from './types.ts'

/** The services that a service depends on, with their namespaces; one that does not exist is left to the checks. */
export function resolveDependencies(
  service: Service,
  services: ReadonlyMap<string, Service>,
): ReleaseInputs['dependencies'] {
  return service.dependsOn.flatMap((name) => {
    const dependency = services.get(name)
    return dependency === undefined ? [] : [{ name, namespace: dependency.namespace }]
  })
}
