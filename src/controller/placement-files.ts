import type { TreeChange } from '../adapters/git/port.ts'
import type { Cluster } from '../core/domain/cluster.ts'
import type { Service } from '../core/domain/service.ts'
import type { ServiceRelease } from '../core/domain/service-release.ts'
import { foundationNamespaces } from '../core/plan/foundation-namespaces.ts'
import type { PlacementChange } from '../core/render/diff-classes.ts'
import { blobId } from '../core/render/blob-id.ts'
import { clusterFolder } from '../core/render/paths.ts'
import { renderNamespace } from '../core/render/render-namespace.ts'
import { type ActContext, clusterAt } from './act-context.ts'

export type PlacementFiles =
  | {
      readonly kind: 'rendered'
      readonly changes: readonly TreeChange[]
      readonly differences: readonly PlacementChange[]
      readonly clusters: readonly Cluster[]
      readonly namespaces: NamespaceChanges
      /** Who made the version, for the commit's trailer. */
      readonly initiator: string
    }
  | { readonly kind: 'unrenderable'; readonly reason: string }

export interface NamespaceChanges {
  readonly namespace: string
  readonly created: number
  /** The skeleton changed, or which namespaces of the foundation go first. */
  readonly renewed: number
}

/**
 * The files that bring a release to clusters: the service's, and its namespace's where it is the first one there or main
 * has other ones than would be rendered today.
 */
export async function placementFiles(
  context: ActContext,
  release: ServiceRelease,
  ordinals: readonly number[],
  group: string,
): Promise<PlacementFiles> {
  const { catalog } = context.catalog.targets
  const service = catalog.services.get(release.service)
  const found = await context.releases.rendererOf(release, catalog)
  if (found.kind === 'unrenderable') return found
  if (!service) return { kind: 'unrenderable', reason: `service ${release.service} left the catalog` }
  const changes: TreeChange[] = []
  const after: { cluster: Cluster; ordinal: number; path: string; text: string }[] = []
  let [created, renewed] = [0, 0]
  for (const ordinal of ordinals) {
    const cluster = clusterAt(context, ordinal)
    if (!cluster)
      return {
        kind: 'unrenderable',
        reason: `cluster ${context.state.clusters.names[ordinal]} left the catalog`,
      }
    const outcome = found.renderer.render(cluster, group)
    if (outcome.kind === 'error') {
      return { kind: 'unrenderable', reason: outcome.errors.map((error) => error.message).join('; ') }
    }
    changes.push(outcome.file)
    after.push({ cluster, ordinal, ...outcome.file })
    const outdated = outdatedFiles(context, cluster, ordinal, service)
    changes.push(...outdated)
    if (!context.state.hasNamespace(ordinal, service.namespace)) created++
    else if (outdated.length > 0) renewed++
  }
  return {
    kind: 'rendered',
    changes,
    differences: await compareWithMain(context, release.service, after),
    clusters: after.map(({ cluster }) => cluster),
    namespaces: { namespace: service.namespace, created, renewed },
    initiator:
      catalog.versions.get(release.service)?.find(({ version }) => version === release.version)?.source
        .author ?? 'halyard',
  }
}

/** Pairs each new text with what main has; texts are read once per distinct blob. */
async function compareWithMain(
  { fleet, state }: ActContext,
  service: string,
  after: readonly { cluster: Cluster; ordinal: number; path: string; text: string }[],
): Promise<readonly PlacementChange[]> {
  const desired = state.desired(service)
  const blobOf = (ordinal: number): string => desired.files[desired.file[ordinal] ?? 0]?.blob ?? ''
  const blobs = [...new Set(after.map(({ ordinal }) => blobOf(ordinal)))].filter((blob) => blob !== '')
  const texts = await fleet.readBlobs(blobs)
  const textOf = new Map(blobs.map((blob, index) => [blob, texts[index]]))
  return after.map(({ cluster, ordinal, path, text }) => ({
    cluster: cluster.name,
    path,
    before: textOf.get(blobOf(ordinal)),
    after: text,
  }))
}

/** The files of a service's namespace that main does not have as they would be rendered today. */
function outdatedFiles(
  context: ActContext,
  cluster: Cluster,
  ordinal: number,
  service: Service,
): readonly TreeChange[] {
  const files = renderNamespace({
    cluster: cluster.name,
    namespace: service.namespace,
    tier: service.tier,
    templates: context.catalog.targets.catalog.templates,
    foundationNamespaces: foundationNamespaces(context.catalog.targets, ordinal),
  })
  const folder = `${clusterFolder(cluster.name)}/`
  return files.filter(
    ({ path, text }) => !context.state.hasFile(ordinal, path.slice(folder.length), blobId(text)),
  )
}
