import type { ManifestReader } from './manifests.ts'
import type { FleetState, KustomizationState, LiveObject, ReleaseState, SimulatedCluster } from './state.ts'

/** Raised when the saved form changes: older states are then not read but built anew. */
const format = 1

type SavedRelease = Omit<ReleaseState, 'manifest'>
interface SavedCluster extends Omit<
  SimulatedCluster,
  'kustomizations' | 'releases' | 'objects' | 'directory'
> {
  readonly kustomizations: readonly KustomizationState[]
  readonly releases: readonly SavedRelease[]
}
interface SavedFleet extends Omit<FleetState, 'clusters'> {
  readonly format: number
  readonly clusters: readonly SavedCluster[]
}

/** The fleet as text, without what Git gives back. */
export function serialiseFleet(fleet: FleetState): string {
  const clusters = fleet.clusters.values().map(saveCluster).toArray()
  const saved: SavedFleet = { ...fleet, format, clusters }
  return JSON.stringify(saved)
}

/** Reads what `serialiseFleet` wrote; undefined: another format. Manifests are still to be restored. */
export function parseFleet(text: string): FleetState | undefined {
  // Only serialiseFleet writes this text.
  const saved = JSON.parse(text) as SavedFleet
  if (saved.format !== format) return undefined
  const { advancedTo, sequence, head } = saved
  return {
    advancedTo,
    sequence,
    head,
    clusters: new Map(saved.clusters.map((one) => [one.name, loadCluster(one)])),
  }
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
    ({ kind, namespace, name }) =>
      kind === 'HelmRelease' && namespace === release.namespace && name === release.name,
  )
}

function saveCluster(cluster: SimulatedCluster): SavedCluster {
  const { objects: _objects, directory: _directory, kustomizations, releases, ...rest } = cluster
  return {
    ...rest,
    kustomizations: [...kustomizations.values()],
    releases: releases.values().map(saveRelease).toArray(),
  }
}

function saveRelease({ manifest: _manifest, ...saved }: ReleaseState): SavedRelease {
  return saved
}

/** JSON has no undefined: fields that were saved without a value are set again. */
function loadCluster(saved: SavedCluster): SimulatedCluster {
  return {
    ...saved,
    seen: saved.seen,
    kustomizations: new Map(saved.kustomizations.map((one) => [one.key, { ...one, ready: one.ready }])),
    releases: new Map(saved.releases.map((one) => [`${one.namespace}/${one.name}`, loadRelease(one)])),
    objects: new Map<string, LiveObject>(),
    directory: new Map(),
  }
}

function loadRelease(saved: SavedRelease): ReleaseState {
  return { ...saved, manifest: undefined }
}
