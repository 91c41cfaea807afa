import type { Catalog } from '../../core/domain/catalog.ts'
import { createClusterIndex } from '../../core/domain/cluster-index.ts'
import type { Cluster } from '../../core/domain/cluster.ts'
import { matchesSelector } from '../../core/plan/selector.ts'
import { createCatalogTargets } from '../../core/plan/service-inputs.ts'
import { KnownError } from '../known-error.ts'
import { unknownName } from '../nearest-name.ts'
import type { Workspace } from '../workspace.ts'

/** Throws `KnownError` for a cluster that the catalog does not have. */
export function requireCluster({ clusters }: Catalog, name: string): Cluster {
  const found = clusters.find((cluster) => cluster.name === name)
  if (found) return found
  throw unknownName(
    'cluster',
    name,
    clusters.map((cluster) => cluster.name),
  )
}

/** The one group that a cluster is in. Throws `KnownError` where there is none, or more than one. */
export function requireGroup({ groups }: Catalog, cluster: Pick<Cluster, 'name' | 'labels'>): string {
  const holding = groups.filter(({ clusterSelector }) => matchesSelector(clusterSelector, cluster))
  const [only, ...more] = holding.map(({ name }) => name)
  if (only !== undefined && more.length === 0) return only
  if (only === undefined)
    throw new KnownError(
      `no deployment group selects ${cluster.name} by its labels`,
      `give it labels that one of these selects: ${groups.map(({ name }) => name).join(', ')}`,
    )
  throw new KnownError(
    `${cluster.name} would be in ${more.length + 1} deployment groups: ${[only, ...more].join(', ')}`,
    'give it labels that only one of them selects',
  )
}

/** Services that target a cluster, by name. */
export function servicesOn(catalog: Catalog, cluster: string): readonly string[] {
  const index = createClusterIndex()
  const targets = createCatalogTargets(catalog, index)
  const ordinal = index.ordinalOf(cluster)
  if (ordinal === undefined) return []
  return [...catalog.services.keys()].filter((service) =>
    targets.groupsOf(service).some((group) => group.targets.includes(ordinal)),
  )
}

/** Services that have a file in a cluster's directory of the fleet repository, by name. */
export async function servicesInFleet(workspace: Workspace, cluster: string): Promise<readonly string[]> {
  const { state } = await workspace.fleet()
  const ordinal = state.clusters.ordinalOf(cluster)
  if (ordinal === undefined) return []
  return state.services.filter((service) => (state.desired(service).file[ordinal] ?? 0) !== 0)
}

/** `3 services: a, b and c` in a length that a line holds. */
export function countServices(services: readonly string[]): string {
  const shown = services.slice(0, 6).join(', ') + (services.length > 6 ? ', …' : '')
  const count = `${services.length} service${services.length === 1 ? '' : 's'}`
  return services.length === 0 ? 'no service' : `${count}: ${shown}`
}
