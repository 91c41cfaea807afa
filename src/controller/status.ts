import type { Fleet, FleetState } from '../adapters/fleet/port.ts'
import type { Instant } from '../core/domain/time.ts'
import type { CatalogState } from './catalog-state.ts'
import type { Observations } from './observations.ts'

/** The status document is published at most this often, unless something was decided or acknowledged. */
const publishEvery = 60

export interface StatusSubject {
  readonly catalog: CatalogState
  readonly fleet: FleetState
  readonly observations: Observations
  readonly now: Instant
}

/** Publishes what the controller sees at `refs/halyard/status`, for people without a server: a Hold at once. */
export function createStatusPublisher(fleet: Fleet, holder: string) {
  let publishedAt = -Infinity
  let acknowledged = ''
  let told: Observations['blackouts'] | undefined

  return {
    async publish({ catalog, fleet: state, observations, now }: StatusSubject): Promise<void> {
      const holds = catalog.targets.catalog.directives
        .filter(({ kind }) => kind === 'Hold')
        .map(({ name }) => name)
      const blackouts = observations.blackouts
      const isNews = holds.join(' ') !== acknowledged || blackouts !== told
      if (!isNews && now < publishedAt + publishEvery) return
      await fleet.publishStatus({
        publishedAt: now,
        holder,
        catalogCommit: catalog.commit,
        fleetCommit: state.head,
        acknowledged: holds,
        clusters: state.clusters.names,
        contactAt: observations.contactAt,
        blackouts,
        services: new Map(
          [...catalog.targets.catalog.services.keys()].map((service) => [
            service,
            observations.recorded(service),
          ]),
        ),
      })
      publishedAt = now
      acknowledged = holds.join(' ')
      told = blackouts
    },
  }
}
