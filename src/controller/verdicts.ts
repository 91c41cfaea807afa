import type { FleetState } from '../adapters/fleet/port.ts'
import type { Notifier } from '../adapters/notify/port.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import type { Rollout } from '../core/domain/rollout.ts'
import type { Service } from '../core/domain/service.ts'
import { releaseId } from '../core/domain/service-release.ts'
import type { Instant } from '../core/domain/time.ts'
import { withFault } from '../core/plan/blame.ts'
import type { CatalogTargets } from '../core/plan/service-inputs.ts'

/** A verdict that was found after so long is history, also for a process that lost its store. */
const newsFor = 24 * 3600

export interface VerdictDeps {
  readonly now: Instant
  readonly store: Store
  readonly notifier: Notifier
  readonly emit: (event: Omit<Event, 'at'>) => void
}

/** Names a verdict, the same whoever tells it: the one who wrote it, or one who found it in the ledger. */
export function verdictKey({ service, group, current }: Rollout): string {
  return `verdict/${service}/${group}/${current ? releaseId(current.release) : ''}/${current?.attempt ?? 0}`
}

/**
 * Pages the owner of every release that was rejected or halted, once. The ledger says so for as long as it is true,
 * so a crash between the verdict and the page loses neither; between page and record it pages again, under one key.
 */
export async function announceVerdicts(
  services: Iterable<string>,
  targets: CatalogTargets,
  fleet: FleetState,
  deps: VerdictDeps,
): Promise<void> {
  for (const name of services) {
    const service = targets.catalog.services.get(name)
    for (const { group } of targets.groupsOf(name)) {
      const rollout = fleet.rollout(group.name, name)
      if (service && rollout && isVerdict(rollout)) await announce(service, rollout, deps)
    }
  }
}

function isVerdict({ current }: Rollout): boolean {
  return current?.state === 'rejected' || current?.state === 'halted'
}

async function announce(
  service: Service,
  rollout: Rollout,
  { now, store, notifier, emit }: VerdictDeps,
): Promise<void> {
  const { current, group } = rollout
  const verdict = rollout.rejected.at(-1)
  const key = verdictKey(rollout)
  if (!current || !verdict || verdict.at + newsFor < now || store.knows(`page/${key}`)) return
  const { version } = current.release
  const about = { service: service.name, group, cluster: undefined, pullRequest: undefined }
  const kind = current.state === 'halted' ? 'halted' : 'rejected'
  // Known already when the one who wrote the verdict could still tell it.
  emit({ ...about, kind, text: `${version}  ${kind} in ${group}: ${verdict.reason}`, key })
  await notifier.notify({
    service: service.name,
    owner: service.owner,
    group,
    severity: 'page',
    title: `${service.name} ${version} ${kind} in ${group}`,
    text: [
      verdict.reason,
      ...verdict.evidence.map(({ cluster, evidence }) => `${cluster}: ${withFault(evidence)}`),
    ].join('\n'),
    key,
  })
  emit({
    ...about,
    kind: 'paged',
    text: `${version}  paged ${service.owner}: ${verdict.reason}`,
    key: `page/${key}`,
  })
}
