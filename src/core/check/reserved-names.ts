import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'
import { namespacePath, servicePath } from '../render/paths.ts'

/** The file that keeps a folder of the fleet repository in being is called so. */
const markerName = 'halyard'

/** Names whose file in the fleet repository would take the place of the marker of its folder. */
export function checkReservedNames({ services }: Catalog): readonly Finding[] {
  return [...services.values()].flatMap((service) => [
    ...(service.name === markerName ? [serviceTaken(service)] : []),
    ...(service.namespace === markerName ? [namespaceTaken(service)] : []),
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

function errorOf({ name, file }: Service, field: FieldPath, message: string, remedy: string): Finding {
  return { severity: 'error', scope: { kind: 'service', name }, file, field, message, remedy }
}
