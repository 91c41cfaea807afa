import type { Catalog } from '../../core/domain/catalog.ts'
import { createClusterIndex } from '../../core/domain/cluster-index.ts'
import type { DirectiveScope, Freeze, Hold } from '../../core/domain/directive.ts'
import { clustersOf } from '../../core/plan/gates.ts'
import { ordersOf } from '../../core/plan/orders.ts'
import { createCatalogTargets } from '../../core/plan/service-inputs.ts'
import { KnownError } from '../known-error.ts'
import { unknownName } from '../nearest-name.ts'
import type { Affected } from './order.ts'

/** Throws `KnownError` for a service or group that does not exist, and for a service that does not go to the group. */
export function requireScope(catalog: Catalog, { service, group }: DirectiveScope): void {
  if (service !== undefined && !catalog.services.has(service))
    throw unknownName('service', service, catalog.services.keys())
  const groups = catalog.groups.map(({ name }) => name)
  if (group !== undefined && !groups.includes(group)) throw unknownName('deployment group', group, groups)
  if (service === undefined || group === undefined) return
  const targeted = affectedBy(catalog, { service, group: undefined }).map((each) => each.group)
  if (targeted.includes(group)) return
  const goes = targeted.length > 0 ? `it goes to ${listed(targeted)}` : 'it targets no cluster'
  throw new KnownError(`${service} does not go to ${group}`, goes)
}

/** Throws `KnownError` for a version that a service does not have. */
export function requireVersion({ versions }: Catalog, service: string, version: string): void {
  const known = versions.get(service)?.map((each) => each.version) ?? []
  if (!known.includes(version)) throw unknownName(`version of ${service}`, version, known.toReversed())
}

/** The clusters of a scope by group, from the catalog alone: an order must not wait for the fleet to be read. */
export function affectedBy(catalog: Catalog, { service, group }: DirectiveScope): readonly Affected[] {
  const targets = createCatalogTargets(catalog, createClusterIndex())
  const clusters = new Map<string, Set<number>>()
  for (const name of service === undefined ? catalog.services.keys() : [service]) {
    for (const each of targets.groupsOf(name)) {
      if (group !== undefined && each.group.name !== group) continue
      const known = clusters.get(each.group.name) ?? new Set<number>()
      for (const cluster of each.targets) known.add(cluster)
      clusters.set(each.group.name, known)
    }
  }
  return [...clusters].map(([name, { size }]) => ({
    service: service ?? null,
    group: name,
    clusters: size,
    failing: 0,
  }))
}

/** Holds that stop something of a scope too. */
export function holdsOver({ directives }: Catalog, scope: DirectiveScope): readonly Hold[] {
  return ordersOf(directives, 'Hold').filter((hold) => overlaps(hold.scope, scope))
}

/** Freezes that stop something of a scope too. */
export function freezesOver({ directives }: Catalog, scope: DirectiveScope): readonly Freeze[] {
  return ordersOf(directives, 'Freeze').filter((freeze) => overlaps(freeze.scope, scope))
}

export function overlaps(one: DirectiveScope, other: DirectiveScope): boolean {
  const meets = (a: string | undefined, b: string | undefined): boolean =>
    a === undefined || b === undefined || a === b
  return meets(one.service, other.service) && meets(one.group, other.group)
}

/** `payments in prod`, `payments`, `prod`, `everything`. */
export function scopeWords({ service, group }: DirectiveScope): string {
  if (service !== undefined) return group === undefined ? service : `${service} in ${group}`
  return group ?? 'everything'
}

/** How many clusters all of the groups together have, in words. */
export function clustersIn(affects: readonly Affected[]): string {
  return clustersOf(affects.reduce((sum, each) => sum + each.clusters, 0))
}

/** At most eight names: `prod-euw1-01, prod-euw1-02, …`. */
export function namesOf(names: readonly string[]): string {
  return names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '')
}

/** `devel, prod-canary and prod` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
