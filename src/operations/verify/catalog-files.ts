import type { Catalog } from '../../core/domain/catalog.ts'
import type { Cluster } from '../../core/domain/cluster.ts'
import { createClusterIndex } from '../../core/domain/cluster-index.ts'
import { foundationNamespaces } from '../../core/plan/foundation-namespaces.ts'
import { createCatalogTargets } from '../../core/plan/service-inputs.ts'
import { renderClusterSync } from '../../core/render/render-cluster.ts'
import { renderNamespace } from '../../core/render/render-namespace.ts'
import type { RenderedFile } from '../../core/render/types.ts'

/** The files of a cluster that no release decides, as one catalog gives them. */
export interface CatalogFiles {
  cluster(name: string): Cluster | undefined
  /** The group that a cluster is in; empty: none. */
  groupOf(cluster: string): string
  sync(cluster: string): readonly RenderedFile[]
  /** Empty: no service of the catalog lives in the namespace, or the cluster is not in it. */
  namespace(cluster: string, namespace: string): readonly RenderedFile[]
}

export function createCatalogFiles(catalog: Catalog): CatalogFiles {
  const { settings, templates } = catalog
  const targets = createCatalogTargets(catalog, createClusterIndex())
  const clusters = new Map(catalog.clusters.map((cluster) => [cluster.name, cluster]))
  const tiers = new Map([...catalog.services.values()].map(({ namespace, tier }) => [namespace, tier]))
  const foundations = new Map<string, readonly string[]>()
  const foundationsOf = (cluster: string): readonly string[] => {
    const known =
      foundations.get(cluster) ?? foundationNamespaces(targets, targets.index.ordinalOf(cluster) ?? -1)
    foundations.set(cluster, known)
    return known
  }
  return {
    cluster: (name) => clusters.get(name),
    groupOf: (cluster) => targets.groupOf(targets.index.ordinalOf(cluster) ?? -1)?.name ?? '',
    sync: (cluster) => (clusters.has(cluster) ? renderClusterSync({ cluster, settings, templates }) : []),
    namespace(cluster, namespace) {
      const tier = tiers.get(namespace)
      if (tier === undefined || !clusters.has(cluster)) return []
      const foundationNamespaces = foundationsOf(cluster)
      return renderNamespace({ cluster, namespace, tier, templates, foundationNamespaces })
    },
  }
}
