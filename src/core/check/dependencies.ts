import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'
import { findCycles } from './find-cycles.ts'
import { clustersWithout, type Selections } from './selections.ts'
import { listNames } from './words.ts'

/** Services that others depend on exist, run on the same clusters, and do not wait for each other in a circle. */
export function checkDependencies(catalog: Catalog, selections: Selections): readonly Finding[] {
  const { services } = catalog
  const edges = [...services.values()].flatMap((service) =>
    service.dependsOn.flatMap((name, index) =>
      checkEdge(catalog, selections, service, name, ['spec', 'dependsOn', index]),
    ),
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

function checkEdge(
  { services, clusters }: Catalog,
  { targets }: Selections,
  service: Service,
  name: string,
  field: FieldPath,
): readonly Finding[] {
  const dependency = services.get(name)
  if (dependency === undefined) {
    return [
      errorOf(
        service,
        field,
        `there is no service ${name}`,
        `add services/${name}/service.yaml, or correct the name`,
      ),
    ]
  }
  if (service.tier === 'foundation' && dependency.tier === 'standard') {
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
