import type { PruneGuard } from '../domain/settings.ts'
import { createBitset, addBit, hasBit } from './bitset.ts'
import type { Removed } from './removal-input.ts'
import { defaultPruneGuard, isBeyond } from './prune-guard.ts'
import type { CatalogTargets, FleetView } from './service-inputs.ts'

/** Which placements are no targets any more, counted once for one state of catalog and fleet. */
export interface LeavingPlacements {
  /** Ordinals in the catalog, in no order; none on clusters that are emptied as a whole. */
  of(service: string): readonly number[]
  /** What the prune guard says of all that leaves, in words; empty: no person has to agree. */
  beyond(service: string, removed: readonly Removed[]): readonly string[]
}

export function createLeaving(targets: CatalogTargets, fleet: FleetView): LeavingPlacements {
  const { catalog, index } = targets
  const known = new Map<string, readonly number[]>()
  const of = (service: string): readonly number[] => {
    const before = known.get(service)
    if (before) return before
    const found = leavingOf(service, targets, fleet)
    known.set(service, found)
    return found
  }
  let totals: Totals | undefined
  const totalsOf = (): Totals => (totals ??= countAll([...catalog.services.keys()], index.size, fleet, of))

  return {
    of,
    beyond(service, removed) {
      const guard = catalog.settings.pruneGuard ?? defaultPruneGuard
      const selector = catalog.services.get(service)?.targets
      const doomed = of(service)
      const placed = fleet.desired(service).file.reduce((sum, file) => sum + Math.min(file, 1), 0)
      const own = { leaving: doomed.length + removed.length, of: placed + removed.length }
      return [
        ...(selector === 'none' ? ['targets: none removes it everywhere'] : []),
        ...(isBeyond(guard.service, own) ? [`${own.leaving} of its ${own.of} placements leave`] : []),
        ...beyondShared(doomed, totalsOf(), guard, index.names),
      ]
    },
  }
}

function leavingOf(
  service: string,
  { catalog, groupsOf, groupOf, clusterAt }: CatalogTargets,
  fleet: FleetView,
): readonly number[] {
  if (!catalog.services.has(service)) return []
  const { file } = fleet.desired(service)
  const wanted = createBitset(file.length)
  for (const { targets } of groupsOf(service)) for (const cluster of targets) addBit(wanted, cluster)
  const leaving: number[] = []
  for (let cluster = 0; cluster < file.length; cluster++) {
    if (!file[cluster] || hasBit(wanted, cluster)) continue
    const document = clusterAt(cluster)
    // A cluster that left the catalog is not managed; one in no group is an error of its own.
    if (document && !document.decommission && groupOf(cluster)) leaving.push(cluster)
  }
  return leaving
}

interface Totals {
  readonly leaving: Uint16Array
  readonly placed: Uint16Array
}

function countAll(
  services: readonly string[],
  size: number,
  fleet: FleetView,
  leavingOf: (service: string) => readonly number[],
): Totals {
  const [leaving, placed] = [new Uint16Array(size), new Uint16Array(size)]
  for (const service of services) {
    const { file } = fleet.desired(service)
    for (let cluster = 0; cluster < size; cluster++) {
      if (file[cluster]) placed[cluster] = (placed[cluster] ?? 0) + 1
    }
    for (const cluster of leavingOf(service)) leaving[cluster] = (leaving[cluster] ?? 0) + 1
  }
  return { leaving, placed }
}

function beyondShared(
  doomed: readonly number[],
  { leaving, placed }: Totals,
  guard: PruneGuard,
  names: readonly string[],
): readonly string[] {
  const sum = (column: Uint16Array): number => column.reduce((all, one) => all + one, 0)
  const fleet = { leaving: sum(leaving), of: sum(placed) }
  const hit = doomed.find((cluster) =>
    isBeyond(guard.cluster, { leaving: leaving[cluster] ?? 0, of: placed[cluster] ?? 0 }),
  )
  return [
    ...(hit === undefined ? [] : [`${leaving[hit]} of the ${placed[hit]} placements on ${names[hit]} leave`]),
    ...(isBeyond(guard.fleet, fleet) ? [`${fleet.leaving} of all ${fleet.of} placements leave`] : []),
  ]
}
