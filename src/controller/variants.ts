import type { CatalogSource } from '../adapters/catalog/port.ts'
import type { FleetState } from '../adapters/fleet/port.ts'
import type { Cluster } from '../core/domain/cluster.ts'
import type { DeploymentGroup } from '../core/domain/deployment-group.ts'
import type { Rollout } from '../core/domain/rollout.ts'
import { releaseId, type ServiceRelease } from '../core/domain/service-release.ts'
import { byHand, settledRelease } from '../core/plan/refresh.ts'
import type { CatalogTargets } from '../core/plan/service-inputs.ts'
import type { StalePlacements } from '../core/plan/plan-input.ts'
import type { ReleaseRenderer } from '../core/render/release-renderer.ts'
import type { Releases } from './releases.ts'

/** Tells which placements have an old file of the release of their group. */
export interface Variants {
  /** Undefined: none of the service's has. Costs one look at a cluster's fields when its document or group changed. */
  staleOf(service: string, targets: CatalogTargets, fleet: FleetState): Promise<StalePlacements | undefined>
}

/** What the releases of one service render for the clusters as they were looked at last. */
interface Rendered {
  /** The catalog's commit. */
  readonly commit: string
  readonly clusters: readonly Cluster[]
  readonly groups: readonly DeploymentGroup[]
  /** Release id by group. */
  readonly releases: ReadonlyMap<string, string>
  /** By ordinal: index into `blobs` of the file that a cluster shall have; 0: not known. */
  readonly file: Uint32Array
  readonly blobs: string[]
}

export function createVariants(releases: Releases, source: CatalogSource): Variants {
  const known = new Map<string, Rendered>()
  const changedBetween = createChangedClusters()
  const clustersAt = createClustersAt(source)

  const render = (
    before: Rendered | undefined,
    targets: CatalogTargets,
    groups: readonly GroupVariants[],
  ): Rendered => {
    const { commit, clusters, groups: all } = targets.catalog
    const releases = new Map(groups.map(({ name, release }) => [name, releaseId(release)]))
    const isKept = before !== undefined && before.groups === all
    const file = new Uint32Array(targets.index.size)
    const blobs = isKept ? before.blobs : ['']
    const changed = isKept ? changedBetween(before.clusters, targets) : undefined
    for (const { name, renderer, members } of groups) {
      const isNew = !isKept || before.releases.get(name) !== releases.get(name)
      for (const cluster of members) {
        const document = targets.clusterAt(cluster)
        // What was no target the last time is not known for the present release.
        const kept = isNew || changed?.has(cluster) ? 0 : (before.file[cluster] ?? 0)
        if (document) file[cluster] = kept || numberOf(blobs, renderer.blobOf(document, name))
      }
    }
    return { commit, clusters, groups: all, releases, file, blobs }
  }

  return {
    async staleOf(service, targets, fleet) {
      const groups = await withRenderers(releases, service, targets, fleet)
      const before = known.get(service)
      const rendered = before && isOf(before, targets, groups) ? before : render(before, targets, groups)
      known.set(service, rendered)
      const edited = editedOn(service, fleet)
      const isRepaired = targets.catalog.settings.fleet.repairEdits === true
      const left = isRepaired ? none : edited
      const stale = staleAmong(groups, fleet.desired(service), rendered, left)
      if (!stale) return undefined
      const told = await describe(groups, stale, targets, clustersAt)
      return { file: stale, wanted: rendered.blobs, changed: withEdits(told, stale, edited) }
    },
  }
}

/** Whether it still is what these releases render: mostly only what clusters report has changed. */
function isOf(
  { commit, releases }: Rendered,
  { catalog }: CatalogTargets,
  groups: readonly GroupVariants[],
): boolean {
  return (
    commit === catalog.commit &&
    releases.size === groups.length &&
    groups.every(({ name, release }) => releases.get(name) === releaseId(release))
  )
}

interface GroupVariants {
  readonly name: string
  readonly release: ServiceRelease
  readonly rollout: Rollout
  readonly renderer: ReleaseRenderer
  readonly members: Uint32Array
}

/** The groups of a service whose release can be rendered. */
async function withRenderers(
  releases: Releases,
  service: string,
  targets: CatalogTargets,
  fleet: FleetState,
): Promise<readonly GroupVariants[]> {
  const found: GroupVariants[] = []
  for (const { group, targets: members } of targets.groupsOf(service)) {
    const rollout = fleet.rollout(group.name, service)
    const current = rollout?.current?.state === 'rejected' ? settledRelease(rollout) : rollout?.current
    if (!rollout || !current) continue
    const outcome = await releases.rendererOf(current.release, targets.catalog)
    if (outcome.kind === 'unrenderable') continue
    const { renderer } = outcome
    found.push({ name: group.name, release: current.release, rollout, renderer, members })
  }
  return found
}

/** By ordinal the number of the file that a cluster should have instead; undefined: all have theirs. */
function staleAmong(
  groups: readonly GroupVariants[],
  desired: ReturnType<FleetState['desired']>,
  { file, blobs }: Pick<Rendered, 'file' | 'blobs'>,
  left: ReadonlySet<number>,
): Uint32Array | undefined {
  const numbers = new Map(blobs.map((blob, number) => [blob, number]))
  const onMain = desired.files.map(({ blob }) => numbers.get(blob) ?? -1)
  let stale: Uint32Array | undefined
  for (const { release, members } of groups) {
    const id = releaseId(release)
    const isOn = desired.files.map((each) => each.release === id)
    for (const cluster of members) {
      const at = desired.file[cluster] ?? 0
      const wanted = file[cluster] ?? 0
      if (at === 0 || wanted === 0 || !isOn[at] || onMain[at] === wanted || left.has(cluster)) continue
      stale ??= new Uint32Array(file.length)
      stale[cluster] = wanted
    }
  }
  return stale
}

/** Ordinals of the clusters on which a person edited the service's file. */
function editedOn(service: string, { edits, clusters }: FleetState): ReadonlySet<number> {
  const own = edits.filter(({ path }) => path.endsWith(`/${service}.yaml`) && path.includes('/apps/'))
  if (own.length === 0) return none
  return new Set(own.flatMap(({ path }) => clusters.ordinalOf(path.split('/')[1] ?? '') ?? []))
}

function withEdits(
  told: ReadonlyMap<number, string>,
  stale: Uint32Array,
  edited: ReadonlySet<number>,
): ReadonlyMap<number, string> {
  const repaired = [...edited].filter((cluster) => stale[cluster] !== 0)
  return repaired.length === 0 ? told : new Map([...told, ...repaired.map((at) => [at, byHand] as const)])
}

function numberOf(blobs: string[], blob: string | undefined): number {
  if (blob === undefined) return 0
  const known = blobs.indexOf(blob)
  return known >= 0 ? known : blobs.push(blob) - 1
}

/** The clusters whose documents are others than in an earlier catalog, compared once for all services. */
function createChangedClusters() {
  let last:
    | {
        readonly from: readonly Cluster[]
        readonly to: readonly Cluster[]
        readonly changed: ReadonlySet<number>
      }
    | undefined
  return (from: readonly Cluster[], { catalog, index }: CatalogTargets): ReadonlySet<number> => {
    const { clusters: to } = catalog
    if (from === to) return none
    if (last?.from === from && last.to === to) return last.changed
    const same = new Set(from)
    const changed = new Set(to.filter((cluster) => !same.has(cluster)).map(({ name }) => index.intern(name)))
    last = { from, to, changed }
    return changed
  }
}

const none: ReadonlySet<number> = new Set()

type ClustersAt = (commit: string) => Promise<ReadonlyMap<string, Cluster>>

/** The clusters of an earlier catalog; only the last one asked for is kept. */
function createClustersAt(source: CatalogSource): ClustersAt {
  let last: { readonly commit: string; readonly clusters: ReadonlyMap<string, Cluster> } | undefined
  return async (commit) => {
    if (last?.commit === commit) return last.clusters
    const { catalog } = await source.read(commit)
    const clusters = new Map(catalog.clusters.map((cluster) => [cluster.name, cluster]))
    last = { commit, clusters }
    return clusters
  }
}

/** What changed on each stale cluster since its release was proven. */
async function describe(
  groups: readonly GroupVariants[],
  stale: Uint32Array,
  targets: CatalogTargets,
  clustersAt: ClustersAt,
): Promise<ReadonlyMap<number, string>> {
  const told = new Map<number, string>()
  for (const { rollout, release, renderer, members } of groups) {
    const affected = members.filter((cluster) => stale[cluster] !== 0)
    if (affected.length === 0) continue
    const before = await clustersAt(rollout.proven.at(-1)?.release.catalogCommit ?? release.catalogCommit)
    for (const cluster of affected) {
      const now = targets.clusterAt(cluster)
      const then = now && before.get(now.name)
      const fields = now && then ? renderer.changedFields(then, now) : []
      if (fields.length > 0) told.set(cluster, fields.join(' and '))
    }
  }
  return told
}
