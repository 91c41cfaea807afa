import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { Cluster } from '../domain/cluster.ts'
import type { ClusterIndex } from '../domain/cluster-index.ts'

/** Label that puts a cluster at the front of its group's waves. */
const canaryLabel = 'canary'

/**
 * The clusters of a group in the order in which waves take them, as ordinals: those labelled
 * `canary: "true"`, then one failure domain after the other, in each by a hash of group and cluster.
 * The hash keeps the same clusters from always being first, and a joining cluster moves no other.
 */
export function waveOrder(
  group: string,
  failureDomain: string | undefined,
  clusters: readonly Cluster[],
  index: ClusterIndex,
): Uint32Array {
  const domainOf = (cluster: Cluster): string => (failureDomain && cluster.labels[failureDomain]) || ''
  const ranked = clusters.map((cluster) => ({
    ordinal: index.intern(cluster.name),
    canary: cluster.labels[canaryLabel] === 'true' ? 0 : 1,
    domain: hash(`${group}/${domainOf(cluster)}`),
    hash: hash(`${group}/${cluster.name}`),
    name: cluster.name,
  }))
  ranked.sort(
    (a, b) =>
      a.canary - b.canary ||
      a.domain - b.domain ||
      a.hash - b.hash ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
  return Uint32Array.from(ranked, (cluster) => cluster.ordinal)
}

function hash(text: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = sha256(utf8ToBytes(text))
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}
