import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'
import { findCycles } from './find-cycles.ts'
import { clustersWithout, type Selections } from './selections.ts'
import { listNames, missing, type UnreadFiles } from './words.ts'

/** Services that others depend on exist, run on the same clusters, and do not wait for each other in a circle. */
export function checkDependencies(
  catalog: Catalog,
  selections: Selections,
  unread: UnreadFiles,
): readonly Finding[] {
  const { services } = catalog
  const edges = [...services.values()].flatMap((service) =>
    service.dependsOn.flatMap((name, index) => {
      const field = ['spec', 'dependsOn', index]
      if (!services.has(name)) return [unknownDependency(service, name, field, unread)]
      return checkEdge(catalog, selections, service, name, field)
    }),
  )
  const cycles = findCycles(new Map([...services].map(([name, { dependsOn }]) => [name, dependsOn])))
  const circles = cycles.flatMap((cycle) =>
    cycle.slice(1).flatMap((name) => {
      const service = services.get(name)
      return service === undefined ? [] : [circleOf(service, cycle)]
    }),
  )
  return [...edges, ...circles]
}

/** The dependent is frozen too: where its dependency lives is not known. */
function unknownDependency(service: Service, name: string, field: FieldPath, unread: UnreadFiles): Finding {
  const { message, remedy } = missing(`service ${name}`, `services/${name}/service.yaml`, unread)
  return errorOf(service, field, message, remedy)
}

function checkEdge(
  { services, clusters }: Catalog,
  { targets }: Selections,
  service: Service,
  name: string,
  field: FieldPath,
): readonly Finding[] {
  const dependency = services.get(name)
  if (service.tier === 'foundation' && dependency?.tier === 'standard') {
    const message = `${service.name} is of tier foundation, which is installed before ${name} of tier standard`
    return [errorOf(service, field, message, `make ${name} foundation, or take it out of dependsOn`)]
  }
  const none = new Uint32Array()
  const without = clustersWithout(clusters, targets.get(service.name) ?? none, targets.get(name) ?? none)
  if (without.length === 0) return []
  const where = listNames(without.map((cluster) => cluster.name))
  const message = `${service.name} would wait for ever on ${where}, where ${name} does not run`
  return [
    errorOf(service, field, message, `let ${name} target these clusters too, or take it out of dependsOn`),
  ]
}

function circleOf(service: Service, cycle: readonly string[]): Finding {
  const message = `services wait for each other in a circle: ${cycle.join(' → ')}`
  return errorOf(
    service,
    ['spec', 'dependsOn'],
    message,
    'take one of these services out of the dependsOn of the other',
  )
}

function errorOf({ name, file }: Service, field: FieldPath, message: string, remedy: string): Finding {
  return { severity: 'error', scope: { kind: 'service', name }, file, field, message, remedy }
}
