import { blobId } from '../render/blob-id.ts'
import { clusterFolder } from '../render/paths.ts'
import { renderClusterSync } from '../render/render-cluster.ts'
import { clustersOf } from './gates.ts'
import type { CatalogTargets, FleetView } from './service-inputs.ts'

/** What is amiss in the fleet and no plan mends by itself: a person has to. */
export interface FleetNotice {
  /** `orphan`: files of a service that the catalog does not have; `sync`: clusters that sync in another way than they should. */
  readonly kind: 'orphan' | 'sync'
  readonly service: string | undefined
  readonly clusters: number
  readonly text: string
  readonly remedy: string
}

export interface NoticedFleet extends Pick<FleetView, 'desired'> {
  readonly head: string | undefined
  readonly services: readonly string[]
  hasFile(cluster: number, path: string, blob?: string): boolean
}

/** The same list for as long as catalog and fleet stay the same; each cluster is rendered once for the same settings. */
export function createFleetNotices() {
  const syncOf = createSyncBlobs()
  let last: { readonly of: CatalogTargets; readonly head: string | undefined } | undefined
  let notices: readonly FleetNotice[] = []
  return (targets: CatalogTargets, fleet: NoticedFleet): readonly FleetNotice[] => {
    if (last?.of === targets && last.head === fleet.head) return notices
    last = { of: targets, head: fleet.head }
    return (notices = [...orphans(targets, fleet), ...outdatedSync(targets, fleet, syncOf)])
  }
}

/** Without a document nothing is known of a service: neither what depends on it nor whether it shall go. */
function orphans({ catalog, clusterAt }: CatalogTargets, fleet: NoticedFleet): readonly FleetNotice[] {
  return fleet.services.flatMap((service): FleetNotice[] => {
    if (catalog.services.has(service)) return []
    const isManaged = (file: number, cluster: number): boolean =>
      file !== 0 && clusterAt(cluster) !== undefined
    const clusters = fleet.desired(service).file.filter(isManaged).length
    if (clusters === 0) return []
    return [
      {
        kind: 'orphan',
        service,
        clusters,
        text: `${service} is on ${clustersOf(clusters)}, but the catalog has no services/${service}/service.yaml that can be read: nothing of it is changed or deleted`,
        remedy:
          'put the folder back with targets: none first, approve what leaves, and remove the folder when it has left',
      },
    ]
  })
}

function outdatedSync(
  targets: CatalogTargets,
  fleet: NoticedFleet,
  syncOf: ReturnType<typeof createSyncBlobs>,
): readonly FleetNotice[] {
  const outdated = targets.catalog.clusters.filter(({ name }) => {
    const ordinal = targets.index.ordinalOf(name)
    if (ordinal === undefined || !fleet.hasFile(ordinal, syncFile)) return false
    return !fleet.hasFile(ordinal, syncFile, syncOf(targets, name))
  })
  const [first] = outdated
  if (!first) return []
  return [
    {
      kind: 'sync',
      service: undefined,
      clusters: outdated.length,
      text: `outdated sync of ${clustersOf(outdated.length)}, for example ${first.name}: their ${syncFile} is not what settings and skeletons give today`,
      remedy: 'change these files by pull request, some clusters at a time: docs/operators.md',
    },
  ]
}

/** From the cluster's folder. */
const syncFile = 'flux-system/sync.yaml'

function createSyncBlobs() {
  let from: readonly unknown[] = []
  let known = new Map<string, string>()
  return ({ catalog: { settings, templates } }: CatalogTargets, cluster: string): string => {
    if (from[0] !== settings.fleet || from[1] !== templates) {
      from = [settings.fleet, templates]
      known = new Map()
    }
    const before = known.get(cluster)
    if (before !== undefined) return before
    const path = `${clusterFolder(cluster)}/${syncFile}`
    const file = renderClusterSync({ cluster, settings, templates }).find((each) => each.path === path)
    const blob = blobId(file?.text ?? '')
    known.set(cluster, blob)
    return blob
  }
}
