import type { ManifestReader } from './manifests.ts'
import { isRelease } from './payload-content.ts'
import type { ReleaseContent } from './release-content.ts'
import type { FleetState, KustomizationState, LiveObject, ReleaseState, SimulatedCluster } from './state.ts'

/** Raised when the saved form changes: older states are then not read but built anew. */
const format = 2

/** Contents are named by their keys, as most clusters run the same few. */
interface SavedRelease extends Omit<ReleaseState, 'manifest' | ContentField> {
  readonly attempted?: string | undefined
  readonly deployed?: string | undefined
  readonly running?: string | undefined
}
type ContentField = 'attempted' | 'deployed' | 'running'
interface SavedCluster extends Omit<
  SimulatedCluster,
  'kustomizations' | 'releases' | 'timersFrom' | 'objects' | 'directory'
> {
  readonly kustomizations: readonly KustomizationState[]
  readonly releases: readonly SavedRelease[]
}
interface SavedFleet extends Omit<FleetState, 'clusters'> {
  readonly format: number
  readonly clusters: readonly SavedCluster[]
  readonly contents: readonly ReleaseContent[]
}
type Contents = ReadonlyMap<string, ReleaseContent>

/** The fleet as text, without what Git gives back. */
export function serialiseFleet(fleet: FleetState): string {
  const clusters = fleet.clusters.values().map(saveCluster).toArray()
  const saved: SavedFleet = { ...fleet, format, clusters, contents: contentsOf(fleet) }
  return JSON.stringify(saved)
}

/** Reads what `serialiseFleet` wrote; undefined: another format. Manifests are still to be restored. */
export function parseFleet(text: string): FleetState | undefined {
  // Only serialiseFleet writes this text.
  const saved = JSON.parse(text) as SavedFleet
  if (saved.format !== format) return undefined
  const { advancedTo, sequence, head } = saved
  const contents = new Map(saved.contents.map((content) => [content.key, content]))
  const clusters = new Map(saved.clusters.map((one) => [one.name, loadCluster(one, contents)]))
  return { advancedTo, sequence, head, clusters }
}

/** Reads the live objects of a loaded cluster from Git again, by the blobs that its state names. */
export async function restoreObjects(cluster: SimulatedCluster, manifests: ManifestReader): Promise<void> {
  for (const state of cluster.kustomizations.values()) {
    for (const file of await manifests.read(state.blobs)) {
      if (file.kind === 'error') continue
      for (const manifest of file.objects) cluster.objects.set(manifest.id, { manifest, owner: state.key })
    }
  }
  for (const release of cluster.releases.values()) await restoreRelease(release, manifests)
}

async function restoreRelease(release: ReleaseState, manifests: ManifestReader): Promise<void> {
  if (release.blob === '') return
  const [file] = await manifests.read([release.blob])
  if (file?.kind !== 'objects') return
  release.manifest = file.objects.find(
    (manifest) =>
      isRelease(manifest) && manifest.namespace === release.namespace && manifest.name === release.name,
  )
}

function saveCluster(cluster: SimulatedCluster): SavedCluster {
  const {
    timersFrom: _timers,
    objects: _objects,
    directory: _directory,
    kustomizations,
    releases,
    ...rest
  } = cluster
  return {
    ...rest,
    kustomizations: [...kustomizations.values()],
    releases: releases.values().map(saveRelease).toArray(),
  }
}

function saveRelease({ manifest: _manifest, ...release }: ReleaseState): SavedRelease {
  const { attempted, deployed, running } = release
  return { ...release, attempted: attempted?.key, deployed: deployed?.key, running: running?.key }
}

/** JSON has no undefined: fields that were saved without a value are set again. */
function loadCluster(saved: SavedCluster, contents: Contents): SimulatedCluster {
  return {
    ...saved,
    seen: saved.seen,
    kustomizations: new Map(saved.kustomizations.map((one) => [one.key, { ...one, ready: one.ready }])),
    releases: new Map(
      saved.releases.map((one) => [`${one.namespace}/${one.name}`, loadRelease(one, contents)]),
    ),
    timersFrom: 0,
    objects: new Map<string, LiveObject>(),
    directory: new Map(),
  }
}

function loadRelease(saved: SavedRelease, contents: Contents): ReleaseState {
  return {
    ...saved,
    manifest: undefined,
    attempted: contents.get(saved.attempted ?? ''),
    deployed: contents.get(saved.deployed ?? ''),
    running: contents.get(saved.running ?? ''),
    chartDigest: saved.chartDigest,
    crash: saved.crash,
  }
}

function contentsOf(fleet: FleetState): readonly ReleaseContent[] {
  const contents = new Map<string, ReleaseContent>()
  for (const cluster of fleet.clusters.values()) {
    for (const { attempted, deployed, running } of cluster.releases.values()) {
      for (const content of [attempted, deployed, running]) if (content) contents.set(content.key, content)
    }
  }
  return [...contents.values()]
}
