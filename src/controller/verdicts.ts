import type { FleetState } from '../adapters/fleet/port.ts'
import type { Notification, Notifier } from '../adapters/notify/port.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import type { RejectedRelease, Rollout } from '../core/domain/rollout.ts'
import type { Service } from '../core/domain/service.ts'
import { releaseId } from '../core/domain/service-release.ts'
import { withFault } from '../core/plan/blame.ts'
import type { CatalogTargets } from '../core/plan/service-inputs.ts'
import type { Clock } from './clock.ts'

/** A verdict that was found after so long is history, also for a process that lost its store. */
const newsFor = 24 * 3600

export interface VerdictDeps {
  readonly clock: Clock
  readonly store: Store
  readonly notifier: Notifier
  readonly emit: (event: Omit<Event, 'at'>) => void
}

/** Names a verdict, the same whoever tells it: the one who wrote it, or one who found it in the ledger. */
export function verdictKey({ service, group, current }: Rollout): string {
  return `verdict/${service}/${group}/${current ? releaseId(current.release) : ''}/${current?.attempt ?? 0}`
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
        const verdicts = targets
          .groupsOf(name)
          .map(({ group }) => fleet.rollout(group.name, name))
          .filter((rollout) => rollout !== undefined)
          .filter(isVerdict)
        const told = await Promise.all(
          verdicts.map(async (rollout) => service === undefined || announceOne(service, rollout, deps)),
        )
        if (told.every(Boolean)) untold.delete(name)
      }
    },
  }
}

function isVerdict({ current }: Rollout): boolean {
  return current?.state === 'rejected' || current?.state === 'halted'
}

/** False: it could not be told now. */
async function announceOne(service: Service, rollout: Rollout, deps: VerdictDeps): Promise<boolean> {
  const { current, group } = rollout
  const verdict = rollout.rejected.at(-1)
  const key = verdictKey(rollout)
  const isNews =
    verdict !== undefined && verdict.at + newsFor >= deps.clock.now() && !deps.store.knows(`page/${key}`)
  if (!current || !isNews) return true
  const { version } = current.release
  const about = { service: service.name, group, cluster: undefined, pullRequest: undefined }
  const kind = current.state === 'halted' ? 'halted' : 'rejected'
  // Known already when the one who wrote the verdict could still tell it.
  deps.emit({ ...about, kind, text: `${version}  ${kind} in ${group}: ${verdict.reason}`, key })
  try {
    await deps.notifier.notify(pageOf(service, rollout, verdict))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const text = `${version}  ${service.owner} could not be paged, trying again: ${why}`
    deps.emit({ ...about, kind: 'pageFailed', text, key: `pageFailed/${key}` })
    return false
  }
  deps.emit({
    ...about,
    kind: 'paged',
    text: `${version}  paged ${service.owner}: ${verdict.reason}`,
    key: `page/${key}`,
  })
  return true
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
