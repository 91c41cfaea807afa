import type { Directive } from '../../core/domain/directive.ts'
import { parseInstant, type Instant } from '../../core/domain/time.ts'
import type { DirectiveDocument } from './documents/kinds.ts'
import { mapSelector, parseDuration } from './map-fields.ts'

/** Turns the valid document of an order into the domain, filling in the defaults that its schema describes. */
export function mapDirective(document: DirectiveDocument, file: string): Directive {
  const { name } = document.metadata
  switch (document.kind) {
    case 'Hold': {
      const { service, group, rollbacks = false, reason } = document.spec
      return { kind: 'Hold', name, scope: { service, group }, rollbacks, reason, file }
    }
    case 'Rollback':
      return { kind: 'Rollback', name, ...document.spec, file }
    case 'Pin': {
      const { service, group, version, clusters, reason } = document.spec
      const selected = clusters === undefined ? undefined : mapSelector(clusters)
      return { kind: 'Pin', name, service, group, version, clusters: selected, reason, file }
    }
    case 'Approve': {
      const { service, group, cluster, digest, reason } = document.spec
      return { kind: 'Approve', name, service, group, cluster, digest, reason, file }
    }
    case 'Promote':
      return { kind: 'Promote', name, ...document.spec, file }
    case 'Freeze': {
      const { service, group, mode = 'deny', schedule, reason } = document.spec
      const { from, until } = document.spec
      return {
        kind: 'Freeze',
        name,
        scope: { service, group },
        mode,
        schedule: schedule && { ...schedule, duration: parseDuration(schedule.duration) },
        from: momentOf(from),
        until: momentOf(until),
        reason,
        file,
      }
    }
    case 'Cordon': {
      const { clusters, reason } = document.spec
      return { kind: 'Cordon', name, clusters: mapSelector(clusters), reason, file }
    }
    case 'Expedite': {
      const { soak, ...spec } = document.spec
      return { kind: 'Expedite', name, ...spec, soak: parseDuration(soak), file }
    }
    case 'Skip': {
      const { clusters, ...spec } = document.spec
      return { kind: 'Skip', name, ...spec, clusters: mapSelector(clusters), file }
    }
    case 'Retry': {
      const { at, clusters, ...spec } = document.spec
      const selected = clusters === undefined ? undefined : mapSelector(clusters)
      return { kind: 'Retry', name, ...spec, at: readMoment(at), clusters: selected, file }
    }
    case 'Withdraw': {
      const { service, version, moves = false, reason } = document.spec
      return { kind: 'Withdraw', name, service, version, moves, reason, file }
    }
  }
}

function momentOf(text: string | undefined): Instant | undefined {
  return text === undefined ? undefined : readMoment(text)
}

/** The schema lets only moments through that `parseInstant` reads. */
function readMoment(text: string): Instant {
  const instant = parseInstant(text)
  if (instant === undefined) throw new Error(`not a moment: ${text}`)
  return instant
}
