import type { ClusterIndex } from '../../core/domain/cluster-index.ts'
import type { Oid } from '../git/port.ts'
import { detached } from './detached.ts'

/** What lies in each cluster's folder beside its services. */
export interface ClusterFolders {
  /** 1: there is a file below `flux-system/`; by ordinal, for all clusters of the index. */
  bootstrapped(): Uint8Array
  /** `path` from the cluster's folder. With `blob`: whether it is the file that lies there. */
  hasFile(cluster: number, path: string, blob?: Oid): boolean
  /** `step`: 1 for a file that came, -1 for one that went, 0 for one that changed. */
  countFlux(cluster: string, step: number): void
  /** Undefined: the file is gone. */
  setFile(cluster: string, path: string, blob: Oid | undefined): void
}

/**
 * Of each blob only the first 64 bits are kept, two numbers by ordinal: enough to tell one from another, and every
 * cluster's file is its own, so that a thousand namespaces on 5,000 clusters would be gigabytes of names.
 */
export function createClusterFolders(clusters: ClusterIndex): ClusterFolders {
  const fluxFiles = new Map<number, number>()
  const byPath = new Map<string, Uint32Array>()
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
    hasFile(cluster, path, blob) {
      const held = byPath.get(path)
      const [high, low] = [held?.[2 * cluster] ?? 0, held?.[2 * cluster + 1] ?? 0]
      if (blob === undefined) return high !== 0 || low !== 0
      return high === wordOf(blob, 0) && low === wordOf(blob, 1)
    },
    countFlux(cluster, step) {
      const ordinal = ordinalOf(cluster)
      fluxFiles.set(ordinal, (fluxFiles.get(ordinal) ?? 0) + step)
      column = undefined
    },
    setFile(cluster, path, blob) {
      const ordinal = ordinalOf(cluster)
      const held = withRoom(byPath.get(path), 2 * (ordinal + 1), 2 * clusters.size)
      byPath.set(detached(path), held)
      held[2 * ordinal] = blob === undefined ? 0 : wordOf(blob, 0)
      held[2 * ordinal + 1] = blob === undefined ? 0 : wordOf(blob, 1)
    },
  }
}

function wordOf(blob: Oid, word: 0 | 1): number {
  return Number.parseInt(blob.slice(8 * word, 8 * (word + 1)), 16)
}

/** The same words in at least `length`; grown to `roomy`, so that it is seldom copied. */
function withRoom(words: Uint32Array | undefined, length: number, roomy: number): Uint32Array {
  if (words && words.length >= length) return words
  const grown = new Uint32Array(Math.max(length, roomy))
  if (words) grown.set(words)
  return grown
}
