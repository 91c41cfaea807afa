import { fileURLToPath } from 'node:url'

import { createCatalogSource } from '../../src/adapters/catalog/git-source.ts'
import type { CatalogSource } from '../../src/adapters/catalog/port.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createFleet } from '../../src/adapters/fleet/fleet.ts'
import { createGitLease } from '../../src/adapters/fleet/lease.ts'
import type { Fleet } from '../../src/adapters/fleet/port.ts'
import type { FluxObserver } from '../../src/adapters/flux/port.ts'
import { createLocalForge } from '../../src/adapters/forge/local/local-forge.ts'
import type { Forge } from '../../src/adapters/forge/port.ts'
import { openClone, openRepository } from '../../src/adapters/git/system.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import { type Controller, createController } from '../../src/controller/controller.ts'
import { createClusterIndex } from '../../src/core/domain/cluster-index.ts'
import type { Instant } from '../../src/core/domain/time.ts'
import { startAt, type WorldPaths } from './build-world.ts'
import { createHealthyClusters } from './healthy-clusters.ts'

/** Ports as the controller gets them, to be wrapped by who measures. */
export interface Ports {
  readonly fleet: Fleet
  readonly forge: Forge
  readonly flux: FluxObserver
}

export interface OpenedController {
  readonly controller: Controller
  /** The time that the controller sees stands still but for this. */
  advance(seconds: number): void
  /** How long the first read of the catalog took. */
  catalogMs(): number
  /** Whether the clusters have reported everything that is to report. */
  allReported(): boolean
  close(): Promise<void>
}

/** The real controller on real repositories and a real store; only the clusters' reports are made here. */
export async function openController(
  paths: WorldPaths,
  folder: string,
  wrap: (ports: Ports) => Ports,
): Promise<OpenedController> {
  let now: Instant = startAt
  const clock = { now: () => now, sleep: async () => undefined }
  const catalogClone = await openClone({ path: `${folder}/catalog.git`, url: paths.catalog })
  const fleetClone = await openClone({ path: `${folder}/fleet.git`, url: paths.fleet })
  const fleetRepository = await openRepository(
    paths.fleet.startsWith('file:') ? fileURLToPath(paths.fleet) : paths.fleet,
  )
  const store = openStore(`${folder}/store.sqlite`)
  const clusters = createClusterIndex(store.clusters())
  const fleet = createFleet({ clone: fleetClone, clusters })
  let state: Awaited<ReturnType<Fleet['sync']>> | undefined
  const watched: Fleet = { ...fleet, sync: async () => (state = await fleet.sync()) }
  const clusterReports = createHealthyClusters({ state: () => state, fleet: () => fleet, now: clock.now })
  const ports = wrap({
    fleet: watched,
    forge: createLocalForge({ repository: fleetRepository, clock: clock.now }),
    flux: clusterReports,
  })
  const defaultTemplates = await readDefaultTemplates()
  const catalog = createCatalogSource({ repository: catalogClone, branch: 'main', defaultTemplates })
  let catalogMs = 0
  const timedCatalog: CatalogSource = {
    ...catalog,
    async readWithHistory(commit) {
      const start = performance.now()
      const snapshot = await catalog.readWithHistory(commit)
      catalogMs ||= performance.now() - start
      return snapshot
    },
  }
  const controller = createController({
    ...ports,
    catalog: timedCatalog,
    store,
    notifier: { notify: async () => undefined },
    clock,
    lease: createGitLease({ clone: fleetClone, holder: 'bench', ttlSeconds: 100_000, now: clock.now }),
    holder: 'bench',
    onEvent: () => undefined,
  })
  return {
    controller,
    catalogMs: () => catalogMs,
    allReported: clusterReports.isQuiet,
    advance: (seconds) => void (now += seconds),
    async close() {
      store.close()
      await Promise.all([catalogClone, fleetClone, fleetRepository].map((each) => each.close()))
    },
  }
}
