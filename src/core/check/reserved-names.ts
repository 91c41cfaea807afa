import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'
import { namespacePath, servicePath } from '../render/paths.ts'
import { fluxNamespace } from '../render/render-cluster.ts'

/** The file that keeps a folder of the fleet repository in being is called so. */
const markerName = 'halyard'

/** Names that belong to others: namespaces of Flux and Kubernetes, and the markers of folders of the fleet repository. */
export function checkReservedNames({ services }: Catalog): readonly Finding[] {
  return [...services.values()].flatMap((service) => [
    ...(service.name === markerName ? [serviceTaken(service)] : []),
    ...(service.namespace === markerName ? [namespaceTaken(service)] : []),
    ...(service.namespace === fluxNamespace ? [namespaceOf(service, 'is where Flux itself runs')] : []),
    ...(service.namespace.startsWith('kube-')
      ? [namespaceOf(service, 'is reserved for Kubernetes, as all that begin with kube-')]
      : []),
  ])
}

function serviceTaken(service: Service): Finding {
  const path = servicePath('<cluster>', service.namespace, service.name)
  return errorOf(
    service,
    ['metadata', 'name'],
    `a service can not be called ${markerName}: ${path} is the marker of its folder`,
    'give the service and its folder another name',
  )
}

function namespaceTaken(service: Service): Finding {
  const path = namespacePath('<cluster>', service.namespace)
  return errorOf(
    service,
    ['spec', 'namespace'],
    `a namespace can not be called ${markerName}: ${path} is the marker of its folder`,
    'choose another namespace',
  )
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/: avoid the prefix `kube-`. */
function namespaceOf(service: Service, why: string): Finding {
  return errorOf(
    service,
    ['spec', 'namespace'],
    `${service.name} can not run in ${service.namespace}, which ${why}`,
    "choose a namespace of the service's own",
  )
}

function errorOf({ name, file }: Service, field: FieldPath, message: string, remedy: string): Finding {
  return { severity: 'error', scope: { kind: 'service', name }, file, field, message, remedy }
}
