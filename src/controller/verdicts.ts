import type { FleetState } from '../adapters/fleet/port.ts'
import type { Notification } from '../adapters/notify/port.ts'
import type { Event } from '../adapters/store/port.ts'
import type { RejectedRelease, Rollout } from '../core/domain/rollout.ts'
import type { Service } from '../core/domain/service.ts'
import { releaseId } from '../core/domain/service-release.ts'
import type { Instant } from '../core/domain/time.ts'
import { withFault } from '../core/plan/blame.ts'
import type { CatalogTargets } from '../core/plan/service-inputs.ts'
import { brokenPages } from './broken-requirements.ts'
import type { Clock } from './clock.ts'
import { page, type PagingDeps } from './paging.ts'

/** A verdict that was found after so long is history, also for a process that lost its store. */
const newsFor = 24 * 3600

export interface VerdictDeps extends PagingDeps {
  readonly clock: Clock
}

/**
 * Names a verdict, the same whoever tells it: the one who wrote it, or one who found it in the ledger. One attempt may
 * have several: what halted may halt again after a Retry, or go back by order.
 */
export function verdictKey({ service, group, current, rejected }: Rollout): string {
  return `verdict/${service}/${group}/${current ? releaseId(current.release) : ''}/${rejected.at(-1)?.at ?? 0}`
}

export interface Verdicts {
  /** Tells of the verdicts on these services, and of those that could not be told before. */
  announce(services: Iterable<string>, targets: CatalogTargets, fleet: FleetState): Promise<void>
}

/**
 * Pages the owner of every release that was rejected or halted, once. The ledger says so for as long as it is true,
 * so a crash between the verdict and the page loses neither; between page and record it pages again, under one key.
 * A pager out of reach stops nothing: it is tried again at every step.
 */
export function createVerdicts(deps: VerdictDeps): Verdicts {
  const untold = new Set<string>()
  return {
    async announce(services, targets, fleet) {
      for (const service of services) untold.add(service)
      for (const name of untold) {
        const service = targets.catalog.services.get(name)
        const pages = targets.groupsOf(name).flatMap(({ group }) => {
          const rollout = fleet.rollout(group.name, name)
          return service && rollout
            ? [...verdictPages(service, rollout), ...brokenPages(service, rollout)]
            : []
        })
        const told = await Promise.all(pages.map((page) => announceOne(page, deps)))
        if (told.every(Boolean)) untold.delete(name)
      }
    },
  }
}

function isVerdict({ current, rejected }: Rollout): boolean {
  if (current?.state === 'rejected' || current?.state === 'halted') return true
  // A rejected refresh leaves its release proven.
  const last = rejected.at(-1)
  return current?.state === 'proven' && last?.files !== undefined && last.at >= current.startedAt
}

/** Something that its owner has to hear of, as the ledger tells it. */
export interface Page {
  readonly at: Instant
  readonly version: string
  readonly reason: string
  readonly kind: Event['kind']
  /** The line in the history of events. */
  readonly told: string
  readonly notification: Notification
}

/** False: it could not be told now. */
async function announceOne(
  { at, version, reason, kind, told, notification }: Page,
  deps: VerdictDeps,
): Promise<boolean> {
  const { service, group, owner, key } = notification
  if (at + newsFor < deps.clock.now() || deps.store.knows(`page/${key}`)) return true
  const about = { service, group, cluster: undefined, pullRequest: undefined }
  // Known already when the one who wrote the verdict could still tell it.
  deps.emit({ ...about, kind, text: `${version}  ${told}`, key })
  return page(deps, notification, about, {
    paged: `${version}  paged ${owner}: ${reason}`,
    missed: `${version}  ${owner} could not be paged`,
  })
}

function verdictPages(service: Service, rollout: Rollout): readonly Page[] {
  const { current, group } = rollout
  const verdict = rollout.rejected.at(-1)
  if (!current || !verdict || !isVerdict(rollout)) return []
  const kind = current.state === 'halted' ? 'halted' : 'rejected'
  const { at, reason } = verdict
  const told = `${kind} in ${group}: ${reason}`
  const notification = pageOf(service, rollout, verdict)
  return [{ at, version: current.release.version, reason, kind, told, notification }]
}

function pageOf(
  service: Service,
  rollout: Rollout,
  { release, reason, evidence }: RejectedRelease,
): Notification {
  const state = rollout.current?.state === 'halted' ? 'halted' : 'rejected'
  return {
    service: service.name,
    owner: service.owner,
    group: rollout.group,
    severity: 'page',
    title: `${service.name} ${release.version} ${state} in ${rollout.group}`,
    text: [reason, ...evidence.map((failed) => `${failed.cluster}: ${withFault(failed.evidence)}`)].join(
      '\n',
    ),
    key: verdictKey(rollout),
  }
}
