import type { Catalog } from '../../core/domain/catalog.ts'
import { createClusterIndex } from '../../core/domain/cluster-index.ts'
import { createCatalogTargets } from '../../core/plan/service-inputs.ts'
import type { Affected } from './order.ts'
import { listed } from './scope.ts'

/** Some clusters of a group. */
export interface Place {
  readonly group: string
  readonly clusters: number
  /** Clusters of the whole group. */
  readonly of: number
  readonly services: readonly string[]
}

/** Clusters by their group, from the catalog alone; those of no group are left out. */
export function placesOf(catalog: Catalog, names: readonly string[]): readonly Place[] {
  const targets = createCatalogTargets(catalog, createClusterIndex())
  const ordinals = new Set(names.map((name) => targets.index.intern(name)))
  const all = catalog.clusters.map(({ name }) => targets.index.intern(name))
  return catalog.groups.flatMap(({ name: group }) => {
    const members = all.filter((cluster) => targets.groupOf(cluster)?.name === group)
    const clusters = members.filter((cluster) => ordinals.has(cluster)).length
    const services = [...catalog.services.keys()].filter((service) =>
      targets
        .groupsOf(service)
        .some((each) => each.group.name === group && each.targets.some((cluster) => ordinals.has(cluster))),
    )
    return clusters === 0 ? [] : [{ group, clusters, of: members.length, services }]
  })
}

export function affectedAt(places: readonly Place[]): readonly Affected[] {
  return places.map(({ group, clusters }) => ({ service: null, group, clusters, failing: 0 }))
}

/** How many services go to the clusters, and how much of each group they are. */
export function placesText(places: readonly Place[]): readonly string[] {
  const services = new Set(places.flatMap((place) => place.services)).size
  const shares = places.map(({ group, clusters, of }) => `${clusters} of ${of} of ${group}`)
  const all = places.filter(({ clusters, of }) => clusters === of).map(({ group }) => group)
  return [
    places.length === 0
      ? 'no deployment group selects them'
      : `they are ${listed(shares)}; ${services === 1 ? '1 service goes' : `${services} services go`} there`,
    ...(all.length === 0 ? [] : [`that is all of ${listed(all)}: no version can be proven there meanwhile`]),
  ]
}
