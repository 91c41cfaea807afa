import type { CatalogSource } from '../adapters/catalog/port.ts'
import type { Fleet, FleetState } from '../adapters/fleet/port.ts'
import type { FluxObserver } from '../adapters/flux/port.ts'
import type { Forge, PullRequest } from '../adapters/forge/port.ts'
import type { Notifier } from '../adapters/notify/port.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import type { Instant } from '../core/domain/time.ts'
import { admit } from '../core/plan/admit.ts'
import type { ServicePlan } from '../core/plan/types.ts'
import type { ActContext } from './act-context.ts'
import { actRound } from './act-round.ts'
import { wantedBranches } from './branches.ts'
import { type CatalogState, changedServices, readCatalogState } from './catalog-state.ts'
import type { Clock } from './clock.ts'
import { catalogEvents, createEvents, progressEvents } from './events.ts'
import type { Lease } from './lease.ts'
import { createObservations, type Observations } from './observations.ts'
import { createPlanning } from './planning.ts'
import { createReleases } from './releases.ts'
import { createStatusPublisher } from './status.ts'

export interface ControllerDeps {
  readonly catalog: CatalogSource
  readonly fleet: Fleet
  readonly forge: Forge
  readonly flux: FluxObserver
  readonly store: Store
  readonly notifier: Notifier
  readonly clock: Clock
  readonly lease: Lease
  /** Names this controller in the lease and in what it publishes. */
  readonly holder: string
  /** Told of every event once, in order. */
  readonly onEvent: (event: Event) => void
}

/** What the controller knows between two steps, for the questions of people. */
export interface ControllerView {
  readonly catalog: CatalogState
  readonly fleet: FleetState
  readonly observations: Observations
  readonly plans: ReadonlyMap<string, ServicePlan>
  readonly now: Instant
}

export type StepResult =
  | { readonly kind: 'standby'; readonly until: Instant }
  | { readonly kind: 'empty'; readonly reason: string }
  | {
      readonly kind: 'stepped'
      /** Whether main moved or something waits to be tried again at once. */
      readonly acted: boolean
      readonly planned: number
      /** When the plans change by time alone. */
      readonly validUntil: Instant
      /** No rollout is under way and nothing is left to propose. */
      readonly settled: boolean
    }

/** One step may see the effects of its own merges this many times; the rest is left to the next step. */
const roundsPerStep = 8

/**
 * Observes, plans and acts. A step may be killed anywhere: what it did has a deterministic name and is found
 * again by the next one. Nothing is remembered here that Git and the clusters could not give back.
 */
export function createController(deps: ControllerDeps) {
  const { catalog, fleet, forge, flux, store, clock } = deps
  const planning = createPlanning()
  const releases = createReleases(catalog)
  const observations = createObservations({
    expectations: (blobs) => fleet.readExpectations(blobs),
    saved: (service) => store.columns(service),
  })
  const events = createEvents(store, clock, deps.onEvent)
  const status = createStatusPublisher(fleet, deps.holder)
  let catalogState: CatalogState | undefined
  let fleetState: FleetState | undefined
  let cursor: string | undefined
  /** The branches that the plans asked for when the others were last swept away; undefined: not known any more. */
  let sweptFor: string | undefined

  const syncFleet = async (): Promise<FleetState> => {
    fleetState = await fleet.sync()
    planning.touch(observations.follow(fleetState))
    const { changed } = fleetState
    if (changed.restarted || changed.clusters.size > 0) planning.touch(undefined)
    planning.touch([...changed.rollouts].map((rollout) => rollout.slice(rollout.indexOf('/') + 1)))
    return fleetState
  }

  const readCatalog = async (commit: string, state: FleetState): Promise<CatalogState> => {
    if (catalogState?.commit === commit) return catalogState
    const next = await readCatalogState(catalog, commit, state.clusters)
    events.emit(catalogEvents(next, catalogState))
    planning.touch(changedServices(next, catalogState))
    return (catalogState = next)
  }

  const observe = async (state: CatalogState): Promise<void> => {
    const reports = await flux.read(cursor)
    const { silentAfter } = state.targets.catalog.settings
    const touched = await observations.ingest(reports, clock.now(), silentAfter)
    cursor = reports.cursor
    planning.touch(touched)
    for (const service of touched) store.saveColumns(service, observations.recorded(service))
  }

  const openPullRequests = async (): Promise<ReadonlyMap<string, PullRequest>> =>
    new Map((await forge.list()).map((pullRequest) => [pullRequest.branch, pullRequest]))

  /** Plans and carries out until nothing more is proposed; false when the last round left work for a next step. */
  const act = async (
    head: string,
    state: CatalogState,
  ): Promise<{ acted: boolean; planned: number; waiting: number }> => {
    let [acted, planned, waiting] = [false, 0, 0]
    let current: FleetState & { head: string } = { ...requireFleet(fleetState), head }
    for (let round = 0; round < roundsPerStep; round++) {
      const now = clock.now()
      const replanned = planning.refresh(state, current, observations, now)
      planned += replanned.length
      for (const service of replanned)
        events.emit(progressEvents(planning.plans.get(service), state.targets, current))
      const admitted = admit(planning.plans.values(), newClusters(state, current))
      const proposals =
        admitted.returns.length +
        admitted.verdicts.length +
        admitted.bootstraps.length +
        admitted.waves.length
      const wanted = wantedBranches(admitted, current.clusters.names)
      const sweepKey = [...wanted].join('\n')
      const swept = sweptFor === sweepKey
      if (proposals === 0 && swept) return { acted, planned, waiting: 0 }
      sweptFor = undefined
      const context: ActContext = {
        fleet,
        forge,
        state: current,
        catalog: state,
        releases,
        now,
        pullRequests: await openPullRequests(),
        gatesStillHold: async () => (await catalog.head()) === state.commit,
        emit: (event) => events.emit([event]),
        notify: (notification) => deps.notifier.notify(notification),
      }
      const outcomes = await actRound(context, admitted)
      waiting = outcomes.filter(({ kind }) => kind !== 'done').length
      if (outcomes.every(({ kind }) => kind === 'waits')) {
        if (!swept) await sweep(context, wanted)
        sweptFor = sweepKey
        return { acted, planned, waiting }
      }
      acted = true
      const next = await syncFleet()
      current = { ...next, head: next.head ?? head }
    }
    return { acted, planned, waiting }
  }

  /** Closes pull requests and branches that no present decision asks for: superseded, or decided otherwise. */
  const sweep = async ({ pullRequests }: ActContext, wanted: ReadonlySet<string>): Promise<void> => {
    for (const { branch, number } of pullRequests.values()) {
      if (!wanted.has(branch)) await forge.close(number, 'Closed: a newer decision took its place.')
    }
    for (const [branch, head] of await fleet.branches()) {
      if (!wanted.has(branch) && !pullRequests.has(branch)) await fleet.deleteBranch(branch, head)
    }
  }

  return {
    /** One idempotent step. Throws what is wrong with a repository, the forge or the store; the next step goes on. */
    async step(): Promise<StepResult> {
      const lease = await deps.lease.acquire()
      if (lease.kind === 'taken') return { kind: 'standby', until: lease.until }
      const commit = await catalog.head()
      if (commit === undefined) return { kind: 'empty', reason: 'the catalog repository has no commit yet' }
      const synced = await syncFleet()
      if (synced.head === undefined)
        return { kind: 'empty', reason: 'the fleet repository has no commit yet' }
      const state = await readCatalog(commit, synced)
      if (store.clusters().length < synced.clusters.size) store.saveClusters(synced.clusters.names)
      await observe(state)
      const { acted, planned, waiting } = await act(synced.head, state)
      await status.publish({
        catalog: state,
        fleet: requireFleet(fleetState),
        observations,
        now: clock.now(),
        acted,
      })
      const rolling = [...planning.plans.values()].some((plan) => plan.groups.some(isUnderWay))
      return {
        kind: 'stepped',
        acted,
        planned,
        validUntil: planning.validUntil(),
        settled: !acted && waiting === 0 && !rolling,
      }
    },
    /** Undefined before the first step. */
    view(): ControllerView | undefined {
      if (!catalogState || !fleetState) return undefined
      return {
        catalog: catalogState,
        fleet: fleetState,
        observations,
        plans: planning.plans,
        now: clock.now(),
      }
    },
  }
}

export type Controller = ReturnType<typeof createController>

function isUnderWay(group: ServicePlan['groups'][number]): boolean {
  return group.state === 'rolling' || group.waitsFor.some((gate) => gate.opensAt !== undefined)
}

/** Ordinals of the catalog's clusters that have no directory in the fleet yet and belong to a group. */
function newClusters({ targets, freezes }: CatalogState, state: FleetState): readonly number[] {
  return targets.catalog.clusters.flatMap(({ name }) => {
    const ordinal = targets.index.intern(name)
    const isNew =
      !state.bootstrapped[ordinal] &&
      targets.groupOf(ordinal) !== undefined &&
      !freezes.all &&
      !freezes.clusters.has(name)
    return isNew ? [ordinal] : []
  })
}

function requireFleet(state: FleetState | undefined): FleetState {
  if (!state) throw new Error('the fleet was not read yet')
  return state
}
