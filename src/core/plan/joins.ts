import { rejectedReleases } from '../domain/rollout.ts'
import { releaseId } from '../domain/service-release.ts'
import { hasBit } from './bitset.ts'
import { clusterPinsOf, isAllowed, pinOf, skipsOf } from './orders.ts'
import type { GroupPlanInput, ServicePlanInput } from './plan-input.ts'
import type { Join } from './proposals.ts'

/** New clusters get what is proven in their group, pinned for them and not kept from them, whatever rolls there now. */
export function joinsOf(
  input: ServicePlanInput,
  { group, targets, rollout }: GroupPlanInput,
): readonly Join[] {
  const { service, directives, clusters, frozenOn } = input
  const joining = targets.filter(
    (cluster) => !clusters.bootstrapped[cluster] && !clusters.cordoned[cluster] && !frozenOn?.has(cluster),
  )
  if (joining.length === 0) return []
  const rejected = new Set(rejectedReleases(rollout).map(({ release }) => releaseId(release)))
  const proven = rollout.proven
    .map(({ release }) => release)
    .filter((release) => !rejected.has(releaseId(release)) && isAllowed(directives, release, group.name))
    .toReversed()
  if (proven.length === 0) return []
  const pins = clusterPinsOf(directives, service.name, group.name)
  const groupPin = pinOf(directives, service.name, group.name)
  return [...joining].flatMap((cluster) => {
    const pin = pins.find((each) => hasBit(clusters.selected(each.clusters), cluster)) ?? groupPin
    const release = pin ? proven.find(({ version }) => version === pin.version) : proven[0]
    if (release === undefined) return []
    const skips = skipsOf(directives, release, group.name)
    if (skips.some((skip) => hasBit(clusters.selected(skip.clusters), cluster))) return []
    return [{ service: service.name, group: group.name, cluster, release }]
  })
}
