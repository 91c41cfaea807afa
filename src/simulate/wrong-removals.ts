import type { World } from './assemble.ts'
import type { CommitFacts, PlacedFile } from './commit-facts.ts'

/**
 * What a removal deleted against the rules, told from the catalog and main alone: a placement that is a target, one
 * before its dependents, a namespace in which something is left, and more than a quarter of a service unapproved.
 */
export function wrongRemovals(
  { kind, trailers, placements, changes }: CommitFacts,
  placed: ReadonlyMap<string, PlacedFile>,
  { controller }: World,
): readonly string[] {
  const targets = controller.view()?.catalog.targets
  if (kind !== 'removal' || !targets) return []
  const { catalog, index } = targets
  const service = trailers.get('Service') ?? ''
  const wanted = new Set(targets.groupsOf(service).flatMap((group) => [...group.targets]))
  const removed = placements.filter(({ after }) => !after).map(({ cluster }) => cluster)
  const dependents = [...catalog.services.values()].filter(({ dependsOn }) => dependsOn.includes(service))
  const all = [...placed.keys()].filter((key) => key.endsWith(`/${service}`)).length
  const isApproved = catalog.directives.some(
    (order) => order.kind === 'Approve' && order.digest === trailers.get('Approval'),
  )
  const isLarge = removed.length > Math.max(1, Math.floor(all / 4))
  return [
    ...removed
      .filter((cluster) => wanted.has(index.ordinalOf(cluster) ?? -1))
      .map((cluster) => `${service} is removed from ${cluster}, which it targets`),
    ...removed.flatMap((cluster) =>
      dependents
        .filter(({ name }) => placed.has(`${cluster}/${name}`))
        .map(({ name }) => `${service} leaves ${cluster} before ${name}, which depends on it`),
    ),
    ...(isLarge && !isApproved
      ? [`${removed.length} of ${all} placements of ${service} leave unapproved`]
      : []),
    ...changes.flatMap(({ path }) => {
      const [, cluster = '', space = ''] = /^clusters\/([^/]+)\/namespaces\/([^/]+)\.yaml$/.exec(path) ?? []
      const left = [...catalog.services.values()].find(
        ({ name, namespace }) => namespace === space && placed.has(`${cluster}/${name}`),
      )
      return left ? [`namespace ${space} of ${cluster} goes while ${left.name} is there`] : []
    }),
  ]
}
