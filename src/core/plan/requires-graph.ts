import type { Catalog } from '../domain/catalog.ts'
import type { Requirement } from '../domain/service-version.ts'

/** Who requires whom, by what the versions of a catalog say. Services that nothing crosses cost nothing. */
export interface RequiresGraph {
  /** What a version requires; nothing for a version that the catalog does not have. */
  requirementsOf(service: string, version: string): readonly Requirement[]
  /** Services that some version of this one requires, by name. */
  dependenciesOf(service: string): readonly string[]
  /** Services of which some version requires this one, by name. */
  dependentsOf(service: string): readonly string[]
  /** Services whose plans look at the placements of this one. */
  readersOf(service: string): readonly string[]
  /** Whether what one of them does may change what the other may do. */
  areJoined(one: string, other: string): boolean
}

export function createRequiresGraph({
  services,
  versions,
}: Pick<Catalog, 'services' | 'versions'>): RequiresGraph {
  const requirements = new Map<string, readonly Requirement[]>()
  const down = new Map<string, Set<string>>()
  const up = new Map<string, Set<string>>()
  for (const [service, all] of versions) {
    if (!services.has(service)) continue
    for (const { version, requires } of all) {
      if (requires.length === 0) continue
      requirements.set(`${service}@${version}`, requires)
      for (const { service: dependency } of requires) {
        addTo(down, service, dependency)
        addTo(up, dependency, service)
      }
    }
  }
  const [dependencies, dependents] = [sortedLists(down), sortedLists(up)]
  const readers = new Map<string, readonly string[]>()
  const readersOf = (service: string): readonly string[] => {
    const known = readers.get(service)
    if (known) return known
    // A dependency that goes back looks at all that rests on it, however far up.
    const below = reachable(service, dependencies)
    const found = [...new Set([...(dependents.get(service) ?? []), ...below])].toSorted()
    readers.set(service, found)
    return found
  }
  const isCrossed = (service: string): boolean => dependencies.has(service) || dependents.has(service)
  return {
    requirementsOf: (service, version) => requirements.get(`${service}@${version}`) ?? [],
    dependenciesOf: (service) => dependencies.get(service) ?? [],
    dependentsOf: (service) => dependents.get(service) ?? [],
    readersOf: (service) => (isCrossed(service) ? readersOf(service) : []),
    areJoined: (one, other) =>
      isCrossed(one) &&
      isCrossed(other) &&
      (readersOf(one).includes(other) || readersOf(other).includes(one)),
  }
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key)
  if (set) set.add(value)
  else sets.set(key, new Set([value]))
}

function sortedLists(sets: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, readonly string[]> {
  return new Map([...sets].map(([key, set]) => [key, [...set].toSorted()]))
}

function reachable(from: string, edges: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>()
  const ahead = [...(edges.get(from) ?? [])]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next === from || found.has(next)) continue
    found.add(next)
    ahead.push(...(edges.get(next) ?? []))
  }
  return found
}
