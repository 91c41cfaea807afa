import type { Instant, Seconds } from '../../../core/domain/time.ts'
import type { GitRepository, Oid } from '../../git/port.ts'
import { readArrivals } from './arrivals.ts'
import type { Arrival } from './arrivals.ts'
import { hash } from './behaviour.ts'
import type { Behaviour } from './behaviour.ts'
import { changesOf, createChangeLog } from './change-log.ts'
import type { ChangeLog, Subject } from './change-log.ts'
import { advanceCluster } from './cluster.ts'
import { createDirectoryReader } from './directory.ts'
import type { DirectoryReader } from './directory.ts'
import { createManifestReader } from './manifests.ts'
import type { ManifestFile, ManifestReader } from './manifests.ts'
import { parseFleet, restoreObjects, serialiseFleet } from './persistence.ts'
import { createCluster } from './state.ts'
import type { FleetState, SimulatedCluster } from './state.ts'

/** A cluster to simulate. */
export interface SimulatedClusterSpec {
  readonly name: string
  /** UID of its kube-system namespace. */
  readonly uid: string
  /** Bytes of its largest node; 64 GiB when absent. */
  readonly nodeMemory?: number
  /** Cores of its largest node; 16 when absent. */
  readonly nodeCpu?: number
}

export interface EngineDependencies {
  /** The fleet repository; only read. */
  readonly repository: GitRepository
  readonly branch: string
  readonly clock: { now(): Instant }
  /** Where the fleet lives on when the process ends. */
  readonly state: { load(): string | undefined; save(text: string): void }
  clusters(): readonly SimulatedClusterSpec[]
  /** Parsed files that fleets over the same contents share; each fleet its own when absent. */
  readonly manifests?: Map<Oid, ManifestFile>
}

/** Moves a fleet through time and keeps it. */
export interface Engine {
  readonly fleet: FleetState
  readonly log: ChangeLog
  advance(): Promise<void>
  /** Changes a cluster from outside; false: no such cluster, or nothing to change. */
  change(name: string, mutate: (cluster: SimulatedCluster, now: Instant) => boolean): boolean
}

const defaultNode = { memory: 64 * 2 ** 30, cpu: 16 }

export function createEngine(deps: EngineDependencies, behaviour: Behaviour): Engine {
  const fleet = loadFleet(deps)
  const log = createChangeLog([...fleet.clusters.values()].flatMap(changesOf))
  const manifests = createManifestReader(deps.repository, deps.manifests)
  const directories = createDirectoryReader(deps.repository)
  let unrestored: readonly SimulatedCluster[] = [...fleet.clusters.values()]
  let unsaved = false
  let running: Promise<void> = Promise.resolve()

  const touch = (cluster: SimulatedCluster, subject: Subject): void => {
    fleet.sequence += 1
    subject.sequence = fleet.sequence
    log.add({ cluster, subject, sequence: fleet.sequence })
    unsaved = true
  }

  const restore = async (): Promise<void> => {
    for (const cluster of unrestored) await restoreCluster(cluster, manifests, directories)
    unrestored = []
  }

  const advanceOne = (spec: SimulatedClusterSpec, arrivals: readonly Arrival[], now: Instant) => {
    const cluster = fleet.clusters.get(spec.name)
    if (cluster === undefined) return Promise.resolve()
    const node = { memory: spec.nodeMemory ?? defaultNode.memory, cpu: spec.nodeCpu ?? defaultNode.cpu }
    const context = { cluster, node, behaviour, manifests, directories, arrivals, branch: deps.branch }
    return advanceCluster({ ...context, touch: (subject) => touch(cluster, subject) }, fleet.advancedTo, now)
  }

  const advanceTo = async (now: Instant): Promise<void> => {
    await restore()
    const specs = deps.clusters()
    if (adoptClusters(fleet, specs, behaviour.pollInterval)) unsaved = true
    const arrivals = await readArrivals(deps.repository, deps.branch, fleet, now)
    for (const spec of specs) await advanceOne(spec, arrivals, now)
    fleet.head = arrivals.at(-1)?.commit
    fleet.advancedTo = now
    manifests.sweep(() => usedBlobs(fleet))
    save()
  }

  const save = (): void => {
    if (unsaved) deps.state.save(serialiseFleet(fleet))
    unsaved = false
  }

  return {
    fleet,
    log,
    // One advance at a time; one that fails does not stop the next.
    advance: () => {
      const previous = running.catch(() => undefined)
      running = previous.then(() => advanceTo(Math.max(deps.clock.now(), fleet.advancedTo)))
      return running
    },
    change: (name, mutate) => {
      const cluster = fleet.clusters.get(name)
      if (cluster === undefined || !mutate(cluster, deps.clock.now())) return false
      cluster.timersFrom = 0
      touch(cluster, cluster)
      save()
      return true
    },
  }
}

/** Reads again from Git what a loaded cluster had of it. */
async function restoreCluster(
  cluster: SimulatedCluster,
  manifests: ManifestReader,
  directories: DirectoryReader,
): Promise<void> {
  await restoreObjects(cluster, manifests)
  if (cluster.seen !== undefined) cluster.directory = await directories.read(cluster, cluster.seen)
}

function loadFleet(deps: EngineDependencies): FleetState {
  const text = deps.state.load()
  const loaded = text === undefined ? undefined : parseFleet(text)
  return loaded ?? { advancedTo: deps.clock.now(), sequence: 0, head: undefined, clusters: new Map() }
}

/** Clusters come and go with their specs. Polls of different clusters are spread over the interval. */
function adoptClusters(
  fleet: FleetState,
  specs: readonly SimulatedClusterSpec[],
  pollInterval: Seconds,
): boolean {
  let changed = false
  for (const { name, uid } of specs) {
    if (fleet.clusters.has(name)) continue
    fleet.clusters.set(
      name,
      createCluster(name, uid, fleet.advancedTo + 1 + (hash(name) % pollInterval), pollInterval),
    )
    changed = true
  }
  if (fleet.clusters.size === specs.length) return changed
  const named = new Set(specs.map((spec) => spec.name))
  for (const name of fleet.clusters.keys()) if (!named.has(name)) fleet.clusters.delete(name)
  return true
}

function* usedBlobs(fleet: FleetState): Generator<Oid> {
  for (const cluster of fleet.clusters.values()) {
    for (const { blobs } of cluster.kustomizations.values()) yield* blobs
    for (const { blob } of cluster.releases.values()) yield blob
  }
}
