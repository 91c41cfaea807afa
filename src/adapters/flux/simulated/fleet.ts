import type { KustomizationReport, PlacementReport } from '../../../core/domain/report.ts'
import type { Instant } from '../../../core/domain/time.ts'
import type { FluxObserver } from '../port.ts'
import { defaultBehaviour } from './behaviour.ts'
import type { Behaviour } from './behaviour.ts'
import { nextEventAt } from './cluster.ts'
import { createEngine } from './engine.ts'
import type { EngineDependencies } from './engine.ts'
import { crashPods, healPods, rebuildCluster } from './faults.ts'
import { inspectCluster, readReports } from './report.ts'

export type { SimulatedClusterSpec } from './engine.ts'
export type { ManifestFile } from './manifests.ts'

export interface SimulatedFleetDependencies extends EngineDependencies {
  readonly behaviour?: Partial<Behaviour>
}

export interface SimulatedFleet extends FluxObserver {
  /** Brings every cluster to the clock's now; what was due in between happens at its own time. */
  advance(): Promise<void>
  /** When something may happen next; undefined: there are no clusters. */
  nextEventAt(): Instant | undefined
  inspect(cluster: string): ClusterInspection | undefined
  /** Takes a cluster out of contact: it neither reads Git nor reports until then. Its workloads run on. */
  silence(cluster: string, until: Instant): void
  /** Replaces a cluster by an empty one of the same name. */
  rebuild(cluster: string): void
  /** The pods that a service runs on a cluster now fail, also if they come back later. False: it runs none. */
  crashWorkload(cluster: string, service: string, message: string): boolean
  /** Ends what `crashWorkload` began. */
  heal(cluster: string, service: string): boolean
}

/** A cluster as a page shows it. */
export interface ClusterInspection {
  readonly name: string
  readonly uid: string
  readonly silentUntil: Instant
  /** Commit that its source last fetched. */
  readonly commit: string | undefined
  /** By `<namespace>/<name>`. */
  readonly kustomizations: ReadonlyMap<string, KustomizationReport>
  readonly placements: readonly PlacementReport[]
}

/**
 * Clusters with Flux that exist only in memory, but read the real fleet repository and report as real ones do.
 * Reading advances them first, so a reader needs to call nothing else.
 */
export function createSimulatedFleet(deps: SimulatedFleetDependencies): SimulatedFleet {
  const behaviour: Behaviour = { ...defaultBehaviour, ...deps.behaviour }
  const engine = createEngine(deps, behaviour)
  const { fleet, log } = engine
  return {
    advance: () => engine.advance(),
    read: async (cursor) => {
      await engine.advance()
      return readReports(fleet, log, cursor)
    },
    nextEventAt: () => {
      const events = fleet.clusters.values().map((cluster) => nextEventAt(cluster, fleet.advancedTo))
      const earliest = events.reduce((a, b) => Math.min(a, b), Infinity)
      return earliest === Infinity ? undefined : earliest
    },
    inspect: (name) => inspectCluster(fleet, name),
    silence: (name, until) => {
      engine.change(name, (cluster) => {
        cluster.silentUntil = until
        return true
      })
    },
    rebuild: (name) => {
      engine.change(name, (cluster) => {
        rebuildCluster(cluster)
        return true
      })
    },
    crashWorkload: (name, service, message) =>
      engine.change(name, (cluster, now) => crashPods(cluster, service, message, now)),
    heal: (name, service) =>
      engine.change(name, (cluster, now) => healPods(cluster, service, behaviour, now)),
  }
}
