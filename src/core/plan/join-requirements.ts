import type { Service } from '../domain/service.ts'
import { isInRange } from './requirements.ts'
import type { RequiresGraph } from './requires-graph.ts'
import type { Join } from './proposals.ts'

/**
 * What a new cluster can begin with: everything whose requirements are met by what joins in the same bootstrap, as
 * nothing else is there yet. The others wait for a wave. In the order of installation: foundation first, then what
 * others require or depend on, then by name.
 */
export function joinable<Joining extends Pick<Join, 'service' | 'release'>>(
  joins: readonly Joining[],
  graph: RequiresGraph,
  services: ReadonlyMap<string, Service>,
): readonly Joining[] {
  let rest = joins
  for (let before = -1; before !== rest.length;) {
    before = rest.length
    const present = new Map(rest.map(({ service, release }) => [service, release.version]))
    rest = rest.filter(({ service, release }) =>
      graph
        .requirementsOf(service, release.version)
        .every((required) => isInRange(present.get(required.service) ?? '', required.range)),
    )
  }
  return inOrder(rest, graph, services)
}

function inOrder<Joining extends Pick<Join, 'service' | 'release'>>(
  joins: readonly Joining[],
  graph: RequiresGraph,
  services: ReadonlyMap<string, Service>,
): readonly Joining[] {
  const tierOf = ({ service }: Joining): number => (services.get(service)?.tier === 'foundation' ? 0 : 1)
  const named = joins.toSorted(
    (a, b) => tierOf(a) - tierOf(b) || (a.service < b.service ? -1 : a.service > b.service ? 1 : 0),
  )
  const byService = new Map(named.map((join) => [join.service, join]))
  const ordered = new Set<Joining>()
  const visiting = new Set<string>()
  const visit = (join: Joining): void => {
    if (visiting.has(join.service)) return
    visiting.add(join.service)
    const before = [
      ...(services.get(join.service)?.dependsOn ?? []),
      ...graph.requirementsOf(join.service, join.release.version).map(({ service }) => service),
    ]
    for (const service of before) {
      const other = byService.get(service)
      if (other) visit(other)
    }
    ordered.add(join)
  }
  for (const join of named) visit(join)
  return [...ordered]
}
