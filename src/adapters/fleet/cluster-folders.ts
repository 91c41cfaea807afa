import type { ClusterIndex } from '../../core/domain/cluster-index.ts'
import { detached } from './detached.ts'

/** What lies in each cluster's folder beside its services. */
export interface ClusterFolders {
  /** 1: there is a file below `flux-system/`; by ordinal, for all clusters of the index. */
  bootstrapped(): Uint8Array
  hasNamespace(cluster: number, namespace: string): boolean
  /** `step`: 1 for a file that came, -1 for one that went, 0 for one that changed. */
  countFlux(cluster: string, step: number): void
  setNamespace(cluster: string, namespace: string, there: boolean): void
}

export function createClusterFolders(clusters: ClusterIndex): ClusterFolders {
  const fluxFiles = new Map<number, number>()
  const byNamespace = new Map<string, Set<number>>()
  let column: Uint8Array | undefined
  const ordinalOf = (cluster: string): number =>
    clusters.ordinalOf(cluster) ?? clusters.intern(detached(cluster))

  return {
    bootstrapped() {
      if (column?.length === clusters.size) return column
      column = new Uint8Array(clusters.size)
      for (const [ordinal, count] of fluxFiles) column[ordinal] = Number(count > 0)
      return column
    },
    hasNamespace: (cluster, namespace) => byNamespace.get(namespace)?.has(cluster) ?? false,
    countFlux(cluster, step) {
      const ordinal = ordinalOf(cluster)
      fluxFiles.set(ordinal, (fluxFiles.get(ordinal) ?? 0) + step)
      column = undefined
    },
    setNamespace(cluster, namespace, there) {
      const holders = byNamespace.get(namespace) ?? new Set()
      byNamespace.set(detached(namespace), holders)
      if (there) holders.add(ordinalOf(cluster))
      else holders.delete(ordinalOf(cluster))
    },
  }
}
