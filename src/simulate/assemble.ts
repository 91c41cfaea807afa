import { createHash } from 'node:crypto'
import { createCatalogSource } from '../adapters/catalog/git-source.ts'
import type { CatalogSource } from '../adapters/catalog/port.ts'
import { createFleet } from '../adapters/fleet/fleet.ts'
import { createGitLease } from '../adapters/fleet/lease.ts'
import {
  createSimulatedFleet,
  type ManifestFile,
  type SimulatedFleet,
} from '../adapters/flux/simulated/fleet.ts'
import { createLocalForge, type LocalForge } from '../adapters/forge/local/local-forge.ts'
import type { GitClone, GitRepository } from '../adapters/git/port.ts'
import type { Notifier } from '../adapters/notify/port.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import type { Clock } from '../controller/clock.ts'
import { type Controller, createController } from '../controller/controller.ts'
import { createClusterIndex } from '../core/domain/cluster-index.ts'
import type { ObjectTemplates } from '../core/domain/templates.ts'
import { summarizeService } from '../operations/status.ts'

/** What a world of simulated clusters stands on: repositories real or in memory, a clock real or not. */
export interface WorldGround {
  readonly catalogClone: GitClone
  readonly fleetClone: GitClone
  /** The bare fleet repository itself: the local forge lives in it and the clusters read it. */
  readonly fleetRepository: GitRepository
  readonly store: Store
  readonly clock: Clock
  readonly defaultTemplates: ObjectTemplates
  /** State of the simulated clusters, kept across restarts. */
  readonly clusterState: { load(): string | undefined; save(text: string): void }
  readonly holder: string
  readonly notifier: Notifier
  readonly onEvent: (event: Event) => void
  readonly pullRequestUrl?: (number: number) => string
  /** Files that the clusters of worlds over the same contents parsed already, by blob id. */
  readonly manifests?: Map<string, ManifestFile>
}

export interface World {
  readonly catalog: CatalogSource
  readonly controller: Controller
  readonly forge: LocalForge
  readonly clusters: SimulatedFleet
}

/** Long against any step, short against a person's patience. */
const leaseSeconds = 300

/** Puts the real controller to work on a fleet of simulated clusters. */
export function assembleWorld(ground: WorldGround): World {
  const { clock, fleetClone, fleetRepository, store } = ground
  const index = createClusterIndex(store.clusters())
  const clusters = createSimulatedFleet({
    repository: fleetRepository,
    branch: 'main',
    clock,
    state: ground.clusterState,
    ...(ground.manifests ? { manifests: ground.manifests } : {}),
    clusters: () =>
      (controller.view()?.catalog.targets.catalog.clusters ?? []).map(({ name }) => ({
        name,
        uid: uidOf(name),
      })),
  })
  const forge = createLocalForge({
    repository: fleetRepository,
    clock: () => clock.now(),
    ...(ground.pullRequestUrl ? { url: ground.pullRequestUrl } : {}),
  })
  const catalog = createCatalogSource({
    repository: ground.catalogClone,
    branch: 'main',
    defaultTemplates: ground.defaultTemplates,
  })
  const controller: Controller = createController({
    catalog,
    fleet: createFleet({ clone: fleetClone, clusters: index }),
    forge,
    flux: clusters,
    store,
    notifier: ground.notifier,
    clock,
    lease: createGitLease({
      clone: fleetClone,
      holder: ground.holder,
      ttlSeconds: leaseSeconds,
      now: () => clock.now(),
    }),
    holder: ground.holder,
    onEvent: ground.onEvent,
    summarize: summarizeService,
  })
  return { catalog, controller, forge, clusters }
}

/** A UID as a kube-system namespace has one, the same for the same name. */
function uidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}
