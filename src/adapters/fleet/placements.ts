import type { ClusterIndex } from '../../core/domain/cluster-index.ts'
import type { DesiredColumns, DesiredFile } from '../../core/domain/placement.ts'
import { detached } from './detached.ts'
import { createServiceColumns } from './service-columns.ts'
import type { CommitPlace, ServiceColumns } from './service-columns.ts'

/** Which file of which service each cluster has. */
export interface Placements {
  /** Services that have or had a file, sorted. */
  services(): readonly string[]
  desired(service: string): DesiredColumns
  /** A file of the service that is known already. */
  find(service: string, blob: string): DesiredFile | undefined
  apply(change: PlacementChange, at: CommitPlace): PlacementOutcome
}

export interface PlacementChange {
  readonly cluster: string
  readonly namespace: string
  readonly service: string
  /** Undefined: the file is gone, or counts as gone. */
  readonly file: DesiredFile | undefined
}

export type PlacementOutcome =
  | { readonly kind: 'applied'; readonly renumbered: boolean }
  /** Nothing was applied: the service's files lie in another namespace. */
  | { readonly kind: 'elsewhere'; readonly namespace: string }

interface PlacedService {
  namespace: string
  readonly columns: ServiceColumns
}

/** `former`: services that are to be listed though they have no file. */
export function createPlacements(clusters: ClusterIndex, former: readonly string[]): Placements {
  const byName = new Map<string, PlacedService>()
  const nothing = createServiceColumns(0)
  let sorted: readonly string[] | undefined

  const open = (service: string, namespace: string): PlacedService => {
    const known = byName.get(service)
    if (known !== undefined) return known
    const placed = { namespace: detached(namespace), columns: createServiceColumns(clusters.size) }
    byName.set(detached(service), placed)
    sorted = undefined
    return placed
  }
  for (const service of former) open(service, '')

  return {
    services: () => (sorted ??= [...byName.keys()].toSorted()),
    desired: (service) => (byName.get(service)?.columns ?? nothing).snapshot(clusters.size),
    find: (service, blob) => byName.get(service)?.columns.find(blob),
    apply({ cluster, namespace, service, file }, at) {
      const placed = open(service, namespace)
      const { columns } = placed
      if (placed.namespace !== namespace) {
        if (columns.placements > 0) return { kind: 'elsewhere', namespace: placed.namespace }
        placed.namespace = detached(namespace)
      }
      const ordinal = clusters.ordinalOf(cluster) ?? clusters.intern(detached(cluster))
      if (file !== undefined)
        return { kind: 'applied', renumbered: columns.set(ordinal, file, at) === 'renumbered' }
      if (columns.has(ordinal)) columns.remove(ordinal, at)
      return { kind: 'applied', renumbered: false }
    },
  }
}
