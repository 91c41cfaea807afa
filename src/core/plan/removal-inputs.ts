import { PlacementState } from '../domain/placement.ts'
import { emptyRollout } from '../domain/rollout.ts'
import type { LeavingPlacements } from './leaving.ts'
import type { GroupRemovalInput, Removed } from './removal-input.ts'
import type { CatalogTargets, FleetView, ObservedView } from './service-inputs.ts'

/** What removals read of the fleet beside its placements. */
export interface RemovalFleet extends FleetView {
  /** Every service that has or had a file. */
  readonly services: readonly string[]
  hasNamespace(cluster: number, namespace: string): boolean
}

/** The groups that a service leaves, or has left without all of its clusters having told so. */
export function removalInputs(
  name: string,
  targets: CatalogTargets,
  fleet: RemovalFleet,
  observations: ObservedView,
  leaving: LeavingPlacements,
): readonly GroupRemovalInput[] {
  const { catalog, groupOf, waveOrderOf } = targets
  const service = catalog.services.get(name)
  if (!service) return []
  const doomed = new Set(leaving.of(name))
  const open = catalog.groups.filter((group) => fleet.rollout(group.name, name)?.removal !== undefined)
  if (doomed.size === 0 && open.length === 0) return []
  const left = new Set([...doomed].map((cluster) => groupOf(cluster)?.name))
  const groups = catalog.groups.filter((group) => left.has(group.name) || open.includes(group))
  const removedIn = groups.map((group) => removedOf(name, targets, fleet, observations, group.name))
  const beyond = doomed.size === 0 ? [] : leaving.beyond(name, removedIn.flat())
  return groups.map((group, at): GroupRemovalInput => {
    const removed = removedIn[at] ?? []
    return {
      group,
      rollout: fleet.rollout(group.name, name) ?? emptyRollout(name, group.name),
      leaving: waveOrderOf(group.name).filter((cluster) => doomed.has(cluster)),
      removed,
      dependents: dependentsOf(name, targets, fleet, doomed),
      emptied: removed
        .filter(({ isGone }) => isGone)
        .map(({ cluster }) => cluster)
        .filter((cluster) => isEmptied(cluster, service.namespace, targets, fleet, observations)),
      beyond,
    }
  })
}

/** What left the group in the removal under way and did not come back since. */
function removedOf(
  name: string,
  { index, clusterAt }: CatalogTargets,
  fleet: FleetView,
  observations: ObservedView,
  group: string,
): readonly Removed[] {
  const removal = fleet.rollout(group, name)?.removal
  const { file } = fleet.desired(name)
  return (removal?.clusters ?? []).flatMap(({ blob, clusters }) =>
    clusters.flatMap((cluster): Removed[] => {
      const ordinal = index.ordinalOf(cluster)
      if (ordinal === undefined || file[ordinal]) return []
      // Nobody waits for a cluster that left the catalog: it is not managed any more.
      const left = clusterAt(ordinal) === undefined
      return [{ cluster: ordinal, blob, isGone: left || isGone(name, ordinal, observations) }]
    }),
  )
}

/** Whether a cluster told, in this process, that it has no such object. See `Observations`: what it still lists is merged. */
export function isGone(service: string, cluster: number, observations: ObservedView): boolean {
  if (!observations.contactAt[cluster] || observations.silent[cluster]) return false
  return observations.observed(service).state[cluster] === PlacementState.absent
}

function dependentsOf(
  name: string,
  { catalog }: CatalogTargets,
  fleet: FleetView,
  doomed: ReadonlySet<number>,
): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>()
  for (const { name: other, dependsOn } of catalog.services.values()) {
    if (!dependsOn.includes(name)) continue
    const { file } = fleet.desired(other)
    for (const cluster of doomed) {
      if (file[cluster]) found.set(cluster, [...(found.get(cluster) ?? []), other])
    }
  }
  return found
}

/** A namespace file goes when no service of the namespace has a file or is still there. */
function isEmptied(
  cluster: number,
  namespace: string,
  { catalog, clusterAt }: CatalogTargets,
  fleet: RemovalFleet,
  observations: ObservedView,
): boolean {
  if (!clusterAt(cluster) || !fleet.hasNamespace(cluster, namespace)) return false
  return fleet.services.every((name) => {
    const service = catalog.services.get(name)
    // Where a service that left the catalog lives is not known, so that it keeps every namespace.
    if (!service) return !fleet.desired(name).file[cluster]
    if (service.namespace !== namespace) return true
    return !fleet.desired(name).file[cluster] && isGone(name, cluster, observations)
  })
}
