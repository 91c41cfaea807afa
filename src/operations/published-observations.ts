import type { FleetState, StatusHead } from '../adapters/fleet/port.ts'
import type { Instant, Seconds } from '../core/domain/time.ts'
import { type RecordedColumns, restoreObserved, unobserved } from '../core/plan/recorded-columns.ts'
import type { Observations } from './workspace.ts'

/** What was published of observations. */
export type RecordedStatus = Pick<
  StatusHead,
  'publishedAt' | 'holder' | 'clusters' | 'contactAt' | 'blackouts'
> & { readonly recorded: (service: string) => RecordedColumns | undefined }

/**
 * Observations as a controller published them in the fleet repository. They speak of the moment of publication:
 * silence and deadlines are counted to then, or a stopped controller would make every cluster look silent.
 */
export function publishedObservations(
  status: RecordedStatus | undefined,
  state: FleetState,
  silentAfter: Seconds,
  now: Instant,
): Observations {
  const names = state.clusters.names
  const at = status?.publishedAt ?? now
  const published = new Map(status?.clusters.map((name, ordinal) => [name, ordinal]))
  const order = names.map((name) => published.get(name) ?? -1)
  const contactAt = Uint32Array.from(order, (ordinal) => status?.contactAt[ordinal] ?? 0)
  return {
    at,
    publishedBy: status?.holder,
    contactAt,
    view: {
      contactAt,
      blackouts: status?.blackouts ?? [],
      silent: Uint8Array.from(contactAt, (contact) => (contact + silentAfter < at ? 1 : 0)),
      observed(service) {
        const desired = state.desired(service)
        const columns = status?.recorded(service)
        const size = Math.max(names.length, desired.file.length)
        return columns ? restoreObserved(reorder(columns, order), desired, size) : unobserved(desired, size)
      },
    },
  }
}

/** The publisher's cluster numbers are its own: `order` tells, for each cluster here, which was its number there. */
function reorder(columns: RecordedColumns, order: readonly number[]): RecordedColumns {
  if (order.every((from, to) => from === to)) return columns
  const evidence = new Map<number, string>()
  for (const [to, from] of order.entries()) {
    const why = columns.evidence.get(from)
    if (why !== undefined) evidence.set(to, why)
  }
  return {
    blobs: order.map((from) => columns.blobs[from] ?? ''),
    running: order.map((from) => columns.running[from] ?? ''),
    state: Uint8Array.from(order, (from) => columns.state[from] ?? 0),
    since: Uint32Array.from(order, (from) => columns.since[from] ?? 0),
    observedAt: Uint32Array.from(order, (from) => columns.observedAt[from] ?? 0),
    evidence,
  }
}
