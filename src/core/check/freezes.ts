import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import { type Payload, repositoryOf } from '../domain/service-version.ts'
import { isEmpty, subtract } from '../plan/bitset.ts'
import { resolveSelections, type Selections, targetedGroups } from './selections.ts'

/** What the errors of a catalog stop at its last good state. */
export interface Freezes {
  /** Everything is frozen. */
  readonly all: boolean
  readonly services: ReadonlySet<string>
  readonly clusters: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
  /** Why a service is frozen, in words; undefined: it is not. */
  reasonOf(service: string): string | undefined
  /** Why a service is frozen on some clusters only, in words, by name of the cluster. */
  placementsOf(service: string): ReadonlyMap<string, string>
}

/**
 * Errors stay where they are: a service's error freezes that service, a group's the services that it holds, a
 * repository's the services with payloads from it, one about some clusters its service there. Warnings freeze
 * nothing.
 */
export function freezes(catalog: Catalog, findings: readonly Finding[]): Freezes {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const everything = errors.find(({ scope }) => scope.kind === 'catalog')
  const reasons = new Map<string, string>()
  const freeze = (service: string, finding: Finding): void => {
    if (!reasons.has(service)) reasons.set(service, reasonFor(finding))
  }
  const spread = createSpread(catalog)
  for (const error of errors) {
    for (const service of spread(error)) freeze(service, error)
  }
  const placements = frozenPlacements(errors)
  const named = (kind: 'cluster' | 'group'): ReadonlySet<string> =>
    new Set(errors.flatMap(({ scope }) => (scope.kind === kind ? [scope.name] : [])))
  return {
    all: everything !== undefined,
    services: new Set(reasons.keys()),
    clusters: named('cluster'),
    groups: named('group'),
    placementsOf: (service) => placements.get(service) ?? none,
    reasonOf: (service) => (everything === undefined ? reasons.get(service) : reasonFor(everything)),
  }
}

const none: ReadonlyMap<string, string> = new Map()

/** By service, then by cluster: the first error about the two. */
function frozenPlacements(errors: readonly Finding[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const placements = new Map<string, Map<string, string>>()
  for (const error of errors) {
    if (error.scope.kind !== 'placements') continue
    const { service, clusters } = error.scope
    const reasons = placements.get(service) ?? new Map<string, string>()
    placements.set(service, reasons)
    for (const cluster of clusters) if (!reasons.has(cluster)) reasons.set(cluster, reasonFor(error))
  }
  return placements
}

function reasonFor({ file, position, message }: Finding): string {
  return `${file}${position === undefined ? '' : `:${position.line}`}: ${message}`
}

/** The services that one error freezes. Selections are resolved only for errors of groups. */
function createSpread(catalog: Catalog): (finding: Finding) => readonly string[] {
  let selections: Selections | undefined
  return ({ scope }) => {
    switch (scope.kind) {
      case 'service':
        return [scope.name]
      case 'group':
        selections ??= resolveSelections(catalog)
        return servicesOfGroup(catalog, selections, scope.name)
      case 'chartRepository':
        return servicesOfRepository(catalog, 'chart', scope.name)
      case 'sourceRepository':
        return servicesOfRepository(catalog, 'kustomize', scope.name)
      case 'cluster':
      case 'placements':
      case 'catalog':
        return []
    }
  }
}

function servicesOfGroup(catalog: Catalog, selections: Selections, group: string): readonly string[] {
  const names = [...catalog.services.keys()]
  if (selections.members.has(group))
    return names.filter((name) => targetedGroups(name, selections).has(group))
  // The group's document could not be read: its clusters are among those that no group holds.
  return names.filter((name) => {
    const ungrouped = selections.targets.get(name)?.slice() ?? new Uint32Array()
    for (const members of selections.members.values()) subtract(ungrouped, members)
    return !isEmpty(ungrouped)
  })
}

function servicesOfRepository(
  { versions }: Catalog,
  kind: Payload['kind'],
  repository: string,
): readonly string[] {
  return [...versions]
    .filter(([, list]) =>
      list.some(({ payload }) => payload.kind === kind && repositoryOf(payload) === repository),
    )
    .map(([name]) => name)
}
