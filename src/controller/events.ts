import type { FleetState, HandEdit } from '../adapters/fleet/port.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import type { FindingScope } from '../core/domain/finding.ts'
import { releaseId } from '../core/domain/service-release.ts'
import { withFault } from '../core/plan/blame.ts'
import type { FleetNotice } from '../core/plan/fleet-notices.ts'
import type { CatalogTargets } from '../core/plan/service-inputs.ts'
import type { ReturnProposal, VerdictProposal } from '../core/plan/proposals.ts'
import type { GroupPlan, ServicePlan } from '../core/plan/service-plan.ts'
import { isWhole } from '../core/plan/waves.ts'
import type { CatalogState } from './catalog-state.ts'
import type { Clock } from './clock.ts'

type Told = Omit<Event, 'at'>

export interface Events {
  emit(events: readonly Told[]): void
}

/** Stores events and tells each once, also across restarts: its key names the cause. */
export function createEvents(store: Store, clock: Clock, onEvent: (event: Event) => void): Events {
  return {
    emit(events) {
      if (events.length === 0) return
      const at = clock.now()
      for (const event of store.append(events.map((told) => ({ ...told, at })))) onEvent(event)
    },
  }
}

/** Versions and errors of a catalog that `before` did not have, each an event of its own. */
export function catalogEvents(
  { targets, findings }: CatalogState,
  before: CatalogState | undefined,
): readonly Told[] {
  const versions = [...targets.catalog.versions].flatMap(([service, all]) => {
    const known = before?.targets.catalog.versions.get(service)
    if (known === all) return []
    return all
      .filter((version) => !known?.includes(version))
      .map(({ version, source }): Told => ({
        kind: 'versionMerged',
        service,
        group: undefined,
        cluster: undefined,
        text: `${version}  merged into the catalog${source.author ? ` by ${source.author}` : ''}`,
        pullRequest: undefined,
        key: `version/${service}/${version}`,
      }))
  })
  const errors = findings
    .filter(({ severity }) => severity === 'error')
    .map(({ scope, file, position, field, message }): Told => ({
      kind: 'catalogError',
      service: serviceOf(scope),
      group: scope.kind === 'group' ? scope.name : undefined,
      cluster: scope.kind === 'cluster' ? scope.name : undefined,
      text: `${file}${position ? `:${position.line}` : ''}  ${field.join('.')}: ${message}`,
      pullRequest: undefined,
      key: `finding/${file}/${field.join('.')}/${message}`,
    }))
  return [...versions, ...errors]
}

function serviceOf(scope: FindingScope): string | undefined {
  if (scope.kind === 'placements') return scope.service
  return scope.kind === 'service' ? scope.name : undefined
}

/** Files of the fleet that somebody else changed: what Flux applies is then not what was rendered. */
export function editEvents(edits: readonly HandEdit[]): readonly Told[] {
  return edits.map(({ path, commit, by }): Told => {
    const [, cluster] = path.startsWith('clusters/') ? path.split('/') : []
    return {
      kind: 'fleetEdited',
      service: /^clusters\/[^/]+\/apps\/[^/]+\/([^/]+)\.yaml$/.exec(path)?.[1],
      group: undefined,
      cluster,
      text: `${path}  changed by hand in commit ${commit.slice(0, 8)} by ${by}`,
      pullRequest: undefined,
      key: `edited/${commit}/${path}`,
    }
  })
}

/** What is amiss in the fleet that no plan mends: each told once with its remedy. */
export function noticeEvents(notices: readonly FleetNotice[]): readonly Told[] {
  return notices.map(({ kind, service, text, remedy }) => ({
    kind: kind === 'orphan' ? 'catalogError' : 'fleetOutdated',
    service,
    group: undefined,
    cluster: undefined,
    text: `${text}: ${remedy}`,
    pullRequest: undefined,
    key: `notice/${kind}/${text}`,
  }))
}

/** The story between merges: placements that failed, and a wave that is healthy and soaks. */
export function progressEvents(
  plan: ServicePlan | undefined,
  targets: CatalogTargets,
  fleet: FleetState,
): readonly Told[] {
  return (plan?.groups ?? []).flatMap((group) => {
    const rollout = plan && fleet.rollout(group.group, plan.service)
    if (!plan || group.state !== 'rolling' || !group.release || !rollout?.current) return []
    // Nobody calls a wave healthy whose parts are not all there.
    if (!rollout.current.waves.every(isWhole)) return []
    const strategy = targets.groupsOf(plan.service).find((entry) => entry.group.name === group.group)
      ?.group.strategy
    const key = `${plan.service}/${group.group}/${releaseId(group.release)}/${rollout.current.attempt}/${group.wave}`
    return waveHealthy(plan.service, group, strategy?.soak ?? 0, key)
  })
}

function waveHealthy(service: string, group: GroupPlan, soak: number, key: string): readonly Told[] {
  const { moved, healthy, silent, failed } = group.tally
  if (healthy === 0 || healthy + silent + failed < moved) return []
  const counts = [
    `healthy ${healthy}/${moved}`,
    ...(silent ? [`${silent} silent`] : []),
    ...(failed ? [`${failed} failed`] : []),
  ]
  return [
    {
      kind: 'waveHealthy',
      service,
      group: group.group,
      cluster: undefined,
      text: `${group.release?.version}  ${group.group} wave ${group.wave}/${group.waves}  ${counts.join(', ')}, soaking ${soak}s`,
      pullRequest: undefined,
      key: `healthy/${key}`,
    },
  ]
}

/** How many failed clusters of one verdict are told one by one. */
const failuresTold = 3

/** The failures behind a verdict, each on its own line; of many the first ones. */
export function failureEvents(proposal: ReturnProposal | VerdictProposal): readonly Told[] {
  const { service, group, release, evidence, next } = proposal
  const hidden = evidence.length - failuresTold
  return evidence.slice(0, failuresTold).map(({ cluster, evidence: why }, index) => ({
    kind: 'placementFailed',
    service,
    group,
    cluster,
    text: `${release.version}  failed on ${cluster}: ${withFault(why)}${hidden > 0 && index === failuresTold - 1 ? ` (and ${hidden} more)` : ''}`,
    pullRequest: undefined,
    key: `failed/${service}/${group}/${next.fence}/${cluster}`,
  }))
}
