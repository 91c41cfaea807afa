import type { Catalog } from '../domain/catalog.ts'
import type { Cluster } from '../domain/cluster.ts'
import { createClusterIndex } from '../domain/cluster-index.ts'
import type { Service } from '../domain/service.ts'
import { type Bitset, createBitset, hasBit, intersect, isEmpty, subtract } from '../plan/bitset.ts'
import { createTargeting } from '../plan/targeting.ts'

/** What every selector of a catalog selects, as sets of positions in `catalog.clusters`. */
export interface Selections {
  /** Clusters of each group, by group name. */
  readonly members: ReadonlyMap<string, Bitset>
  /** Clusters that shall run each service, by service name; empty for `none`. */
  readonly targets: ReadonlyMap<string, Bitset>
}

export function resolveSelections(catalog: Catalog): Selections {
  const { clusters, groups, services } = catalog
  const targeting = createTargeting(clusters, createClusterIndex(clusters.map(({ name }) => name)))
  const targetsOf = ({ targets }: Service): Bitset =>
    targets === 'none' ? createBitset(clusters.length) : targeting.select(targets)
  return {
    members: new Map(groups.map((group) => [group.name, targeting.select(group.clusterSelector)])),
    targets: new Map([...services].map(([name, service]) => [name, targetsOf(service)])),
  }
}

/** Names of the groups in which a service has targets. */
export function targetedGroups(service: string, { members, targets }: Selections): ReadonlySet<string> {
  const wanted = targets.get(service) ?? createBitset(0)
  const isTargeted = (group: Bitset): boolean => {
    const common = group.slice()
    intersect(common, wanted)
    return !isEmpty(common)
  }
  return new Set([...members].filter(([, group]) => isTargeted(group)).map(([name]) => name))
}

/** Clusters that are in the first set and not in the second. */
export function clustersWithout(
  clusters: readonly Cluster[],
  these: Bitset,
  those: Bitset,
): readonly Cluster[] {
  const rest = these.slice()
  subtract(rest, those)
  return isEmpty(rest) ? [] : clusters.filter((_, ordinal) => hasBit(rest, ordinal))
}
