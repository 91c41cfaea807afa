import type { PublishedService, PublishedStatus, SharedCatalog } from '../adapters/fleet/port.ts'
import type { Catalog } from '../core/domain/catalog.ts'
import { createClusterIndex } from '../core/domain/cluster-index.ts'
import type { DesiredColumns } from '../core/domain/placement.ts'
import type { Seconds } from '../core/domain/time.ts'
import { unobserved } from '../core/plan/recorded-columns.ts'
import {
  createCatalogTargets,
  type FleetView,
  type Frozen,
  servicePlanInput,
  type StepView,
} from '../core/plan/service-inputs.ts'
import type { ServiceView, Workspace } from './workspace.ts'

/**
 * What a controller published lately of one service, with its plan; undefined: nothing, or it knows no such service or
 * cluster. Nothing is planned again, and of the catalog nothing is read but what all services share and the service.
 */
export async function publishedView(
  workspace: Workspace,
  service: string,
  cluster: string | undefined,
): Promise<ServiceView | undefined> {
  const published = await workspace.published()
  if (!published) return undefined
  const { status } = published
  const [shared, [found]] = await Promise.all([status.catalog(), status.services([service])])
  if (!found || (cluster !== undefined && !shared.clusters.some(({ name }) => name === cluster)))
    return undefined
  const others = new Set([...found.service.dependsOn, ...found.neighbours])
  const around = (await status.services([...others])).filter((each) => each !== undefined)
  const services = new Map([found, ...around].map((each) => [each.service.name, each]))
  const catalog = narrowCatalog(shared, services)
  const targets = createCatalogTargets(catalog, createClusterIndex(status.clusters))
  const step = stepOf(status, services, shared.settings.silentAfter)
  const input = servicePlanInput(targets, service, fleetOf(status, services), step, frozenOf(found))
  if (!input) return undefined
  const { publishedAt: at, contactAt } = status
  return {
    catalog: {
      snapshot: { catalog },
      lastChange: published.lastChange,
    },
    targetsLine: () => found.targetsLine,
    targets,
    observations: { at, contactAt },
    plan: () => ({ input, plan: found.plan }),
  }
}

type Services = ReadonlyMap<string, PublishedService>

/** The catalog without all other services. */
function narrowCatalog(shared: SharedCatalog, services: Services): Catalog {
  return {
    ...shared,
    services: new Map([...services].map(([name, { service }]) => [name, service])),
    versions: new Map([...services].map(([name, { versions }]) => [name, versions])),
  }
}

/** Columns of a service that no cluster has. */
const nowhere: DesiredColumns = {
  files: [{ blob: '', release: '' }],
  file: new Uint16Array(),
  commit: new Uint32Array(),
  mergedAt: new Uint32Array(),
}

function fleetOf({ bootstrapped }: PublishedStatus, services: Services): FleetView {
  return {
    bootstrapped,
    desired: (service) => services.get(service)?.desired ?? nowhere,
    rollout: (group, service) => services.get(service)?.rollouts.find((rollout) => rollout.group === group),
  }
}

/** Silence is counted to the moment of publication, as observations are in `publishedObservations`. */
function stepOf(
  { contactAt, blackouts, publishedAt, sickness }: PublishedStatus,
  services: Services,
  silentAfter: Seconds,
): StepView {
  return {
    contactAt,
    blackouts,
    silent: Uint8Array.from(contactAt, (contact) => (contact + silentAfter < publishedAt ? 1 : 0)),
    observed: (service) => services.get(service)?.observed ?? unobserved(nowhere, contactAt.length),
    sickness: () => sickness,
  }
}

function frozenOf({ frozenBy, frozenOn }: PublishedService): Frozen {
  return { reasonOf: () => frozenBy, placementsOf: () => frozenOn }
}
