import type { CatalogSnapshot } from '../adapters/catalog/port.ts'
import type { Catalog } from '../core/domain/catalog.ts'
import type { ClusterIndex } from '../core/domain/cluster-index.ts'
import type { Service } from '../core/domain/service.ts'
import { withinBudgets } from '../core/plan/budgets.ts'
import { createFleetNotices } from '../core/plan/fleet-notices.ts'
import { createLeaving } from '../core/plan/leaving.ts'
import { type EmptyingPlan, planDecommissions } from '../core/plan/plan-decommission.ts'
import { planService } from '../core/plan/plan-service.ts'
import { removalInputs } from '../core/plan/removal-inputs.ts'
import { type CatalogTargets, createCatalogTargets, servicePlanInput } from '../core/plan/service-inputs.ts'
import { withSickness } from '../core/plan/sick.ts'
import type { ServicePlan } from '../core/plan/service-plan.ts'
import { unknownName } from './nearest-name.ts'
import type { CatalogView, FleetView, PlannedService, PlanningView } from './workspace.ts'

/** Plans as a controller makes them, of what is there now. Apart from the workspace, as few questions need it. */
export function createPlanning(catalog: CatalogView, fleet: FleetView): PlanningView {
  const { services, settings } = catalog.snapshot.catalog
  const targets = targetsOf(catalog.snapshot.catalog, fleet.state.clusters)
  const observations = fleet.observe(settings.silentAfter)
  const seen = withSickness(targets, fleet.state, observations.view)
  const plans = new Map<string, PlannedService>()
  const leaving = createLeaving(targets, fleet.state)
  const planned = (service: string): PlannedService => {
    const known = plans.get(service)
    if (known) return known
    const input = servicePlanInput(targets, service, fleet.state, seen, catalog.freezes)
    if (!input) throw unknownName('service', service, services.keys())
    const removals = removalInputs(service, targets, fleet.state, observations.view, leaving)
    const complete = removals.length > 0 ? { ...input, removals } : input
    const found = { input: complete, plan: planService(complete, observations.at) }
    plans.set(service, found)
    return found
  }
  let within: ReadonlyMap<string, ServicePlan> | undefined
  const budgeted = (): ReadonlyMap<string, ServicePlan> => {
    if (within) return within
    const all = new Map([...services.keys()].map((service) => [service, planned(service).plan]))
    const { services: placed, desired } = fleet.state
    within = withinBudgets(all, { targets, services: placed, desired }, observations.at)
    return within
  }
  const emptyings = (): readonly EmptyingPlan[] =>
    planDecommissions({
      targets,
      fleet: fleet.state,
      observations: observations.view,
      frozenBy: catalog.frozenBy,
      now: observations.at,
    })
  return {
    emptyings,
    notices: () => createFleetNotices()(targets, fleet.state),
    catalog,
    fleet,
    targets,
    observations,
    services(service) {
      if (service === undefined) return [...services.keys()]
      if (!services.has(service)) throw unknownName('service', service, services.keys())
      return [service]
    },
    targetsLine: (service) => targetsLine(catalog.snapshot, services.get(service)),
    plan(service) {
      const found = planned(service)
      // What crosses services needs the plans of all of them.
      return settings.changeBudgets.length === 0
        ? found
        : { ...found, plan: budgeted().get(service) ?? found.plan }
    },
  }
}

function targetsLine({ locate }: CatalogSnapshot, service: Service | undefined): number | undefined {
  if (!service) return undefined
  const scope = { kind: 'service', name: service.name } as const
  const field = ['spec', 'targets']
  const about = { severity: 'warning', scope, file: service.file, field, message: '', remedy: '' } as const
  return locate([about])[0]?.position?.line
}

/** A server asks many questions about one catalog, over one index. */
const knownTargets = new WeakMap<Catalog, CatalogTargets>()

function targetsOf(catalog: Catalog, index: ClusterIndex): CatalogTargets {
  const known = knownTargets.get(catalog)
  const targets = known?.index === index ? known : createCatalogTargets(catalog, index)
  knownTargets.set(catalog, targets)
  return targets
}
