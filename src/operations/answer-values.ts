import type { PublishedEmptying } from '../adapters/fleet/port.ts'
import type { Finding } from '../core/domain/finding.ts'
import type { ServiceRelease } from '../core/domain/service-release.ts'
import { formatInstant, type Instant } from '../core/domain/time.ts'
import type { FleetNotice } from '../core/plan/fleet-notices.ts'
import type { Gate } from '../core/plan/service-plan.ts'
import type { FindingAnswer, GateAnswer, ReleaseAnswer } from './shapes.ts'

/** How domain values become parts of answers. Apart from the schemas, whose library takes long to load. */

/** `2026-11-22T14:32:00Z`; null for no moment or one that never comes. */
export function toMoment(instant: Instant | undefined): string | null {
  if (instant === undefined || !Number.isFinite(instant)) return null
  return formatInstant(instant)
}

/** For columns, where 0 is "never". */
export function toMomentOfColumn(instant: Instant | undefined): string | null {
  return instant ? toMoment(instant) : null
}

export function toRelease(release: ServiceRelease): ReleaseAnswer
export function toRelease(release: ServiceRelease | undefined): ReleaseAnswer | null
export function toRelease(release: ServiceRelease | undefined): ReleaseAnswer | null {
  return release ? { version: release.version, revision: release.revision } : null
}

export function toGate(gate: Gate): GateAnswer {
  const { since, opensAt, ...rest } = gate
  return { ...rest, since: toMoment(since), opensAt: toMoment(opensAt) }
}

/** Of a service on some clusters the service: the message names the clusters. */
function nameOf(scope: Finding['scope']): string | null {
  if (scope.kind === 'catalog') return null
  return scope.kind === 'placements' ? scope.service : scope.name
}

export function toFinding({ scope, field, position, ...finding }: Finding): FindingAnswer {
  return {
    ...finding,
    scope: { kind: scope.kind, name: nameOf(scope) },
    field: [...field],
    position: position ?? null,
  }
}

export function toNotice({ kind, service, clusters, text, remedy }: FleetNotice) {
  return { kind, service: service ?? null, clusters, text, remedy }
}

export function toEmptying({ cluster, state, digest, leaves, waitsFor }: PublishedEmptying) {
  return { cluster, state, digest, leaves: [...leaves], waitsFor: waitsFor.map(toGate) }
}
