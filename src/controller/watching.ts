import type { FleetState } from '../adapters/fleet/port.ts'
import type { Instant } from '../core/domain/time.ts'
import { type CatalogState, changedServices, readCatalogState } from './catalog-state.ts'
import type { ControllerDeps } from './controller.ts'
import { catalogEvents, editEvents, type Events } from './events.ts'
import { createObservations, type Observations } from './observations.ts'
import type { Planning } from './planning.ts'

/** What is looked at: the catalog, the fleet's main branch and the clusters, each as of the last look. */
export interface Watching {
  readonly observations: Observations
  look(): Promise<Watched | { readonly kind: 'empty'; readonly reason: string }>
  /** Only the fleet again, after main moved. */
  syncFleet(): Promise<FleetState>
  /** Throws before the first look. */
  fleet(): FleetState
  catalog(): CatalogState | undefined
}

export interface Watched {
  readonly kind: 'watched'
  readonly catalog: CatalogState
  /** Main's head of the fleet repository. */
  readonly head: string
}

/** Looks at everything and touches the plans of the services whose inputs changed. */
export function createWatching(deps: ControllerDeps, planning: Planning, events: Events): Watching {
  const { catalog, fleet, flux, store, clock } = deps
  const observations = createObservations({
    expectations: (blobs) => fleet.readExpectations(blobs),
    saved: (service) => store.columns(service),
    identities: store.identities(),
  })
  let catalogState: CatalogState | undefined
  let fleetState: FleetState | undefined
  let cursor: string | undefined

  const syncFleet = async (): Promise<FleetState> => {
    fleetState = await fleet.sync()
    planning.touch(observations.follow(fleetState))
    const { changed, edits } = fleetState
    events.emit(editEvents(edits))
    if (changed.restarted || changed.clusters.size > 0) planning.touch(undefined)
    planning.touch(servicesOf(changed.rollouts))
    return fleetState
  }
  const readCatalog = async (commit: string, { clusters }: FleetState): Promise<CatalogState> => {
    if (catalogState?.commit === commit) return catalogState
    const next = await readCatalogState(catalog, commit, clusters)
    events.emit(catalogEvents(next, catalogState))
    planning.touch(changedServices(next, catalogState))
    return (catalogState = next)
  }
  const observe = async ({ targets }: CatalogState): Promise<void> => {
    // What Git says of contacts is recalled once: who fell silent before a restart still is out of contact.
    if (cursor === undefined) observations.recall(await fleet.readStatus())
    const reports = await flux.read(cursor)
    const complete = cursor === undefined
    const { silentAfter } = targets.catalog.settings
    const soakOf = (cluster: number): number => targets.groupOf(cluster)?.strategy.soak ?? 0
    const touched = await observations.ingest(reports, { complete, now: clock.now(), silentAfter, soakOf })
    cursor = reports.cursor
    planning.touch(touched)
    for (const service of touched) store.saveColumns(service, observations.recorded(service))
    // Last, or a crash in between would leave what an old cluster proved under the name of the new one.
    store.saveIdentities(observations.newIdentities())
  }

  return {
    observations,
    syncFleet,
    catalog: () => (fleetState ? catalogState : undefined),
    fleet() {
      if (!fleetState) throw new Error('the fleet was not read yet')
      return fleetState
    },
    async look() {
      const commit = await catalog.head()
      if (commit === undefined) return { kind: 'empty', reason: 'the catalog repository has no commit yet' }
      const state = await syncFleet()
      if (state.head === undefined) return { kind: 'empty', reason: 'the fleet repository has no commit yet' }
      const read = await readCatalog(commit, state)
      if (store.clusters().length < state.clusters.size) store.saveClusters(state.clusters.names)
      await observe(read)
      if (followBlackouts(observations, read, state, clock.now())) planning.touch(undefined)
      return { kind: 'watched', catalog: read, head: state.head }
    },
  }
}

/** Whether a blackout began, ended or changed. Only clusters that could report count. */
function followBlackouts(
  observations: Observations,
  { targets }: CatalogState,
  { bootstrapped }: FleetState,
  now: Instant,
): boolean {
  const { health, silentAfter } = targets.catalog.settings
  const counts = (cluster: number): boolean =>
    bootstrapped[cluster] === 1 && targets.cordoned[cluster] !== 1 && targets.clusterAt(cluster) !== undefined
  return observations.followBlackouts(counts, { share: health.blackout, silentAfter }, now)
}

/** Of names of rollouts: `<group>/<service>`. */
function servicesOf(rollouts: ReadonlySet<string>): readonly string[] {
  return [...rollouts].map((rollout) => rollout.slice(rollout.indexOf('/') + 1))
}
