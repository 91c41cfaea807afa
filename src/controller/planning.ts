import type { FleetState } from '../adapters/fleet/port.ts'
import type { Instant } from '../core/domain/time.ts'
import { planService } from '../core/plan/plan-service.ts'
import { servicePlanInput } from '../core/plan/service-inputs.ts'
import type { RequiresGraph } from '../core/plan/requires-graph.ts'
import { withSickness } from '../core/plan/sick.ts'
import { createFleetNotices, type FleetNotice } from '../core/plan/fleet-notices.ts'
import { createLeaving } from '../core/plan/leaving.ts'
import { type EmptyingPlan, planDecommissions } from '../core/plan/plan-decommission.ts'
import { removalInputs } from '../core/plan/removal-inputs.ts'
import type { DecommissionProposal } from '../core/plan/proposals.ts'
import type { Gate, ServicePlan } from '../core/plan/service-plan.ts'
import type { CatalogState } from './catalog-state.ts'
import type { Observations } from './observations.ts'
import type { Variants } from './variants.ts'

/** The plans of all services, each made again only when an input changed or its time is over. */
export interface Planning {
  readonly plans: ReadonlyMap<string, ServicePlan>
  /** Marks services whose inputs changed; undefined marks all. */
  touch(services: Iterable<string> | undefined): void
  /** Brings all plans up to date; returns the services planned again. */
  refresh(
    catalog: CatalogState,
    fleet: FleetState,
    observations: Observations,
    now: Instant,
  ): Promise<readonly string[]>
  /** How far the clusters are that shall be emptied, as of the last refresh. */
  readonly emptyings: readonly EmptyingPlan[]
  /** What is amiss in the fleet that no plan mends, as of the last refresh; the same list while nothing changes. */
  readonly notices: readonly FleetNotice[]
  decommissions(): readonly DecommissionProposal[]
}

export function createPlanning(variants: Variants): Planning {
  const plans = new Map<string, ServicePlan>()
  let touched: Set<string> | 'all' = 'all'
  let emptyings: readonly EmptyingPlan[] = []
  let notices: readonly FleetNotice[] = []
  const noticesOf = createFleetNotices()

  return {
    plans,
    get emptyings() {
      return emptyings
    },
    get notices() {
      return notices
    },
    decommissions: () => emptyings.flatMap(({ proposal }) => proposal ?? []),
    touch(services) {
      if (services === undefined) touched = 'all'
      else if (touched !== 'all') for (const service of services) touched.add(service)
    },
    async refresh(catalog, fleet, observations, now) {
      const { services } = catalog.targets.catalog
      const concerned = touched === 'all' ? touched : concernedBy(touched, plans, catalog.targets.requires)
      const isDue = (name: string): boolean => {
        const plan = plans.get(name)
        return plan === undefined || plan.validUntil <= now || concerned === 'all' || concerned.has(name)
      }
      const due = [...services.keys()].filter(isDue)
      const seen = withSickness(catalog.targets, fleet, observations)
      const leaving = createLeaving(catalog.targets, fleet)
      for (const name of plans.keys()) if (!services.has(name)) plans.delete(name)
      for (const name of due) {
        const input = servicePlanInput(catalog.targets, name, fleet, seen, catalog.freezes)
        if (!input) continue
        const stale = await variants.staleOf(name, catalog.targets, fleet)
        const removals = removalInputs(name, catalog.targets, fleet, observations, leaving)
        const more = { ...(stale ? { stale } : {}), ...(removals.length > 0 ? { removals } : {}) }
        plans.set(name, planService({ ...input, ...more }, now))
      }
      emptyings = planDecommissions({
        targets: catalog.targets,
        fleet,
        observations,
        frozenBy: (service) => catalog.freezes.reasonOf(service),
        now,
      })
      notices = noticesOf(catalog.targets, fleet)
      touched = new Set()
      return due
    },
  }
}

/** Services whose plans look at those that changed: by what versions require, or because they found a cluster sick. */
function concernedBy(
  touched: ReadonlySet<string>,
  plans: ReadonlyMap<string, ServicePlan>,
  { readersOf }: RequiresGraph,
): ReadonlySet<string> {
  if (touched.size === 0) return touched
  const concerned = new Set(touched)
  for (const service of touched) for (const reader of readersOf(service)) concerned.add(reader)
  for (const { service, groups } of plans.values())
    if (groups.some(({ tally, waitsFor }) => tally.sick > 0 || waitsFor.some(isOfRemoval)))
      concerned.add(service)
  return concerned
}

/** What else leaves decides over it. */
function isOfRemoval({ gate }: Gate): boolean {
  return gate === 'dependents' || gate === 'approval' || gate === 'removal'
}
