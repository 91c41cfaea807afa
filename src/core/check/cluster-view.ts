import type { Catalog } from '../domain/catalog.ts'
import type { Cluster } from '../domain/cluster.ts'
import type { ExpressionContext, ReadPath } from '../expressions/types.ts'
import { type Bitset, createBitset, hasBit } from '../plan/bitset.ts'
import { createVariants } from '../render/release-renderer.ts'
import type { Selections } from './selections.ts'

export type ClusterFields = ExpressionContext['cluster']

/** The clusters that a view held, to tell later ones from. The same value stands for the same fields. */
export type KnownClusters = ReadonlySet<ClusterFields>

/** A catalog's clusters as expressions read them, by position in `catalog.clusters`. */
export interface ClusterView {
  readonly clusters: KnownClusters
  /** Positions of all clusters that are in a group. */
  readonly all: readonly number[]
  /** Positions of clusters that were not there, or had other fields or another group. */
  since(earlier: KnownClusters): readonly number[]
  positionsOf(clusters: KnownClusters): readonly number[]
  equals(earlier: KnownClusters): boolean
  among(positions: readonly number[], set: Bitset): readonly number[]
  fieldsAt(position: number): ClusterFields | undefined
  /** The same small number for clusters that are alike in what is read; for each list of reads counted anew. */
  variantsOf(reads: readonly ReadPath[]): (position: number) => number
}

/** Clusters without a group are left out: a finding of their own tells of them, and nothing reaches them. */
export function createClusterView({ clusters, groups }: Catalog, { members }: Selections): ClusterView {
  const groupOf = new Map<number, string>()
  for (const { name } of groups) {
    const holding = members.get(name) ?? createBitset(0)
    for (let at = 0; at < clusters.length; at++)
      if (!groupOf.has(at) && hasBit(holding, at)) groupOf.set(at, name)
  }
  const fields = clusters.map((cluster, at) => {
    const group = groupOf.get(at)
    return group === undefined ? undefined : fieldsOf(cluster, group)
  })
  const all = clusters.flatMap((_, at) => (groupOf.has(at) ? [at] : []))
  const known = new Set(fields.filter((each) => each !== undefined))
  const changes = new Map<KnownClusters, readonly number[]>()
  const since = (earlier: KnownClusters): readonly number[] => {
    const positions = changes.get(earlier) ?? all.filter((at) => !holds(earlier, fields[at]))
    changes.set(earlier, positions)
    return positions
  }
  const columns = new Map<string, (position: number) => number>()
  return {
    clusters: known,
    all,
    since,
    positionsOf: (some) => (some.size === 0 ? [] : all.filter((at) => holds(some, fields[at]))),
    equals: (earlier) => earlier.size === known.size && since(earlier).length === 0,
    among: (positions, set) => positions.filter((at) => hasBit(set, at)),
    fieldsAt: (position) => fields[position],
    variantsOf(reads) {
      const key = JSON.stringify(reads)
      const column = columns.get(key) ?? createColumn(reads, clusters, groupOf)
      columns.set(key, column)
      return column
    },
  }
}

function holds(clusters: KnownClusters, fields: ClusterFields | undefined): boolean {
  return fields !== undefined && clusters.has(fields)
}

/** Numbers variants when they are asked for, each cluster's once. */
function createColumn(
  reads: readonly ReadPath[],
  clusters: readonly Cluster[],
  groupOf: ReadonlyMap<number, string>,
): (position: number) => number {
  const variantOf = createVariants(reads)
  const variants = new Int32Array(clusters.length).fill(-1)
  return (at) => {
    let variant = variants[at] ?? -1
    const cluster = clusters[at]
    if (variant < 0 && cluster !== undefined)
      variants[at] = variant = variantOf(cluster, groupOf.get(at) ?? '')
    return variant
  }
}

const knownFields = new WeakMap<Cluster, ClusterFields>()

function fieldsOf(cluster: Cluster, group: string): ClusterFields {
  const known = knownFields.get(cluster)
  if (known?.group === group) return known
  const fields = { name: cluster.name, labels: cluster.labels, metadata: cluster.metadata, group }
  knownFields.set(cluster, fields)
  return fields
}
