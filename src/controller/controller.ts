import type { CatalogSource } from '../adapters/catalog/port.ts'
import type { Fleet, FleetState } from '../adapters/fleet/port.ts'
import type { FluxObserver } from '../adapters/flux/port.ts'
import type { Forge } from '../adapters/forge/port.ts'
import type { Notifier } from '../adapters/notify/port.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import type { Instant } from '../core/domain/time.ts'
import { withinBudgets } from '../core/plan/budgets.ts'
import type { FleetNotice } from '../core/plan/fleet-notices.ts'
import type { EmptyingPlan } from '../core/plan/plan-decommission.ts'
import type { Gate, ServicePlan } from '../core/plan/service-plan.ts'
import { createActing } from './acting.ts'
import type { CatalogState } from './catalog-state.ts'
import type { Clock } from './clock.ts'
import { createEvents } from './events.ts'
import type { Lease } from './lease.ts'
import type { Observations } from './observations.ts'
import { createPlanning } from './planning.ts'
import { createReleases } from './releases.ts'
import { budgetFacts } from './round-context.ts'
import { createStatusPublisher, type Summarize } from './status.ts'
import { createVariants } from './variants.ts'
import { createWatching } from './watching.ts'

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
  /** What is published of each service for those who ask about all; absent: they work it out for themselves. */
  readonly summarize?: Summarize
}

/** What the controller knows between two steps, for the questions of people. */
export interface ControllerView {
  readonly catalog: CatalogState
  readonly fleet: FleetState
  readonly observations: Observations
  readonly plans: ReadonlyMap<string, ServicePlan>
  /** How far the clusters are that shall be emptied. */
  readonly emptyings: readonly EmptyingPlan[]
  /** What is amiss in the fleet that no plan mends. */
  readonly notices: readonly FleetNotice[]
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

/**
 * Observes, plans and acts. A step may be killed anywhere: what it did has a deterministic name and is found
 * again by the next one. Nothing is remembered here that Git and the clusters could not give back.
 */
export function createController(deps: ControllerDeps) {
  const { fleet, clock } = deps
  const releases = createReleases(deps.catalog)
  const planning = createPlanning(createVariants(releases, deps.catalog))
  const events = createEvents(deps.store, clock, deps.onEvent)
  const watching = createWatching(deps, planning, events)
  const acting = createActing(deps, planning, events, watching, releases)
  const status = createStatusPublisher(fleet, deps.holder, deps.summarize)

  const viewOf = (catalog: CatalogState): ControllerView => {
    const now = clock.now()
    return {
      catalog,
      fleet: watching.fleet(),
      observations: watching.observations,
      plans: withinBudgets(planning.plans, budgetFacts(catalog, watching.fleet()), now),
      emptyings: planning.emptyings,
      notices: planning.notices,
      now,
    }
  }

  return {
    /** One idempotent step. Throws what is wrong with a repository, the forge or the store; the next step goes on. */
    async step(): Promise<StepResult> {
      const lease = await deps.lease.acquire()
      if (lease.kind === 'taken') return { kind: 'standby', until: lease.until }
      const watched = await watching.look()
      if (watched.kind === 'empty') return watched
      const { acted, planned, waiting } = await acting.act(watched)
      const view = viewOf(watched.catalog)
      await status.publish(view)
      const plans = [...view.plans.values()]
      const isLeaving = view.emptyings.some(({ waitsFor }) => waitsFor.some(isOfClusters))
      const isRolling = isLeaving || plans.some((plan) => plan.groups.some(isUnderWay))
      const settled = !acted && waiting === 0 && !isRolling
      const validUntil = plans.reduce((first, plan) => Math.min(first, plan.validUntil), Infinity)
      return { kind: 'stepped', acted, planned, validUntil, settled }
    },
    /** Undefined before the first step. */
    view(): ControllerView | undefined {
      const catalog = watching.catalog()
      return catalog && viewOf(catalog)
    },
  }
}

export type Controller = ReturnType<typeof createController>

function isUnderWay(group: ServicePlan['groups'][number]): boolean {
  // What waits for other services goes on only when they do, and they are watched themselves.
  const isBarred = group.waitsFor.length > 0 && group.waitsFor.every(({ gate }) => gate === 'requires')
  return (
    (group.state === 'rolling' && !isBarred) ||
    group.waitsFor.some((gate) => gate.opensAt !== undefined || isOfClusters(gate))
  )
}

/** Clusters that report will open it. */
function isOfClusters({ gate }: Gate): boolean {
  return gate === 'removal'
}
