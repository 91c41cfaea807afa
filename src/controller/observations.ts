import type { FleetState } from '../adapters/fleet/port.ts'
import type { FluxReports } from '../adapters/flux/port.ts'
import type { DesiredColumns, ObservedColumns } from '../core/domain/placement.ts'
import { PlacementState } from '../core/domain/placement.ts'
import type { PlacementReport } from '../core/domain/report.ts'
import type { Instant, Seconds } from '../core/domain/time.ts'
import { type Assessment, assess } from '../core/plan/assess.ts'
import type { ExpectedRelease } from '../core/render/release-renderer.ts'
import {
  type RecordedColumns,
  recordObserved,
  restoreObserved,
  unobserved,
} from '../core/plan/recorded-columns.ts'

/** Reports of the clusters as columns, always judged against what main desires now. */
export interface Observations {
  readonly silent: Uint8Array
  /** Last sign of life by cluster ordinal; 0: none. */
  readonly contactAt: Uint32Array
  observed(service: string): ObservedColumns
  recorded(service: string): RecordedColumns
  /** Follows the fleet: placements whose file changed are merely merged. Returns the services touched. */
  follow(state: FleetState): ReadonlySet<string>
  /** Judges reports and counts silence. Returns the services whose columns changed. */
  ingest(reports: FluxReports, now: Instant, silentAfter: Seconds): Promise<ReadonlySet<string>>
}

export interface ObservationSources {
  /** The expectation of each blob, in order; undefined for a file that Halyard did not render. */
  readonly expectations: (blobs: readonly string[]) => Promise<readonly (ExpectedRelease | undefined)[]>
  /** Columns saved by an earlier process. */
  readonly saved: (service: string) => RecordedColumns | undefined
}

/** Columns of one service that this room may still write to. */
interface Working {
  desired: DesiredColumns
  observed: ObservedColumns & { readonly evidence: Map<number, string> }
}

export function createObservations(sources: ObservationSources): Observations {
  const services = new Map<string, Working>()
  const identities = new Map<string, string>()
  let state: FleetState | undefined
  let contactAt = new Uint32Array()
  let silent = new Uint8Array()
  let unjudged: PlacementReport[] = []

  const columnsOf = (service: string): Working => {
    const known = services.get(service)
    if (known && known.observed.state.length >= contactAt.length) return known
    if (!state) throw new Error('observations were asked for before the fleet was followed')
    const desired = state.desired(service)
    const recorded = known ? recordObserved(known.observed, known.desired) : sources.saved(service)
    const size = Math.max(contactAt.length, desired.file.length)
    const observed = recorded ? restoreObserved(recorded, desired, size) : unobserved(desired, size)
    const working = { desired, observed: { ...observed, evidence: new Map(observed.evidence) } }
    services.set(service, working)
    return working
  }

  const follow = (next: FleetState): ReadonlySet<string> => {
    state = next
    contactAt = grown(contactAt, next.clusters.size)
    silent = grown(silent, next.clusters.size, 1)
    for (const service of next.changed.services) {
      const known = services.get(service)
      if (!known) continue
      const desired = next.desired(service)
      const recorded = recordObserved(known.observed, known.desired)
      const observed = restoreObserved(recorded, desired, Math.max(contactAt.length, desired.file.length))
      services.set(service, { desired, observed: { ...observed, evidence: new Map(observed.evidence) } })
    }
    return next.changed.services
  }

  const meetContacts = (reports: FluxReports, now: Instant, silentAfter: Seconds): ReadonlySet<string> => {
    const touched = new Set<string>()
    contactAt = grown(contactAt, state?.clusters.size ?? 0)
    for (const { cluster, uid, at } of reports.contacts) {
      const ordinal = state?.clusters.ordinalOf(cluster)
      if (ordinal === undefined) continue
      contactAt[ordinal] = Math.max(contactAt[ordinal] ?? 0, Math.min(at, now))
      const before = identities.get(cluster)
      identities.set(cluster, uid)
      // A rebuilt cluster is a new one: what the old one proved is void.
      if (before !== undefined && before !== uid) for (const service of forget(ordinal)) touched.add(service)
    }
    const wasSilent = silent
    silent = Uint8Array.from(contactAt, (at) => (at + silentAfter < now ? 1 : 0))
    if (silent.some((is, cluster) => is !== wasSilent[cluster]))
      for (const service of services.keys()) touched.add(service)
    return touched
  }

  const forget = (cluster: number): readonly string[] =>
    [...services].flatMap(([service, { desired, observed }]) => {
      if (!desired.file[cluster]) return []
      observed.state[cluster] = PlacementState.merged
      observed.since[cluster] = desired.mergedAt[cluster] ?? 0
      observed.observedAt[cluster] = 0
      observed.evidence.delete(cluster)
      return [service]
    })

  const ingest: Observations['ingest'] = async (reports, now, silentAfter) => {
    const judged = newestReports([...unjudged, ...reports.reports]).flatMap((report) => {
      const placement = placementOf(report, state, columnsOf)
      return placement ? [placement] : []
    })
    const blobs = [...new Set(judged.map((placement) => placement.blob))]
    const expectations = await sources.expectations(blobs)
    // Nothing below fails: had the reading failed, the next step would judge all of this again.
    const byBlob = new Map(blobs.map((blob, index) => [blob, expectations[index]]))
    const touched = new Set(meetContacts(reports, now, silentAfter))
    unjudged = []
    for (const placement of judged) {
      const expected = byBlob.get(placement.blob)
      if (!expected) continue
      const applied = appliedOrdinal(placement.report, state)
      // A revision that is not on main as known here: main moved while the reports were read. Judge it next time.
      if (applied === 'ahead') unjudged.push(placement.report)
      else if (judge(placement, expected, applied)) touched.add(placement.report.name)
    }
    return touched
  }

  return {
    get silent() {
      return silent
    },
    get contactAt() {
      return contactAt
    },
    observed: (service) => columnsOf(service).observed,
    recorded: (service) => {
      const { observed, desired } = columnsOf(service)
      return recordObserved(observed, desired)
    },
    follow,
    ingest,
  }
}

interface JudgedPlacement {
  readonly report: PlacementReport
  readonly cluster: number
  readonly blob: string
  readonly working: Working
}

/** The column entry that a report is about; undefined when main desires nothing there. */
function placementOf(
  report: PlacementReport,
  state: FleetState | undefined,
  columnsOf: (service: string) => Working,
): JudgedPlacement | undefined {
  const cluster = state?.clusters.ordinalOf(report.cluster)
  if (cluster === undefined) return undefined
  const working = columnsOf(report.name)
  const file = working.desired.file[cluster] ?? 0
  const blob = working.desired.files[file]?.blob
  return file === 0 || blob === undefined ? undefined : { report, cluster, blob, working }
}

/** Position on main of the revision that the namespace's Kustomization applied last. */
function appliedOrdinal(
  { kustomization }: PlacementReport,
  state: FleetState | undefined,
): number | 'none' | 'ahead' {
  const commit = kustomization?.lastAppliedRevision.split('@sha1:')[1]
  if (!commit || !state) return 'none'
  return state.commitOrdinal(commit) ?? 'ahead'
}

/** Writes one assessment into the columns; tells whether anything changed. */
function judge(
  { report, cluster, working }: JudgedPlacement,
  expected: ExpectedRelease,
  applied: number | 'none',
): boolean {
  const { desired, observed } = working
  const state = observed.state[cluster] ?? PlacementState.absent
  const previous = assessmentAt(observed, cluster)
  const next = assess(
    report,
    {
      ...expected,
      // Once applied it stays so, also where a restart no longer knows which commit brought the file.
      releaseBlobCurrent:
        applied !== 'none' && (previous.observedAt > 0 || applied >= (desired.commit[cluster] ?? Infinity)),
      mergedAt: desired.mergedAt[cluster] ?? 0,
    },
    state === PlacementState.absent ? undefined : previous,
  )
  observed.state[cluster] = next.state
  observed.since[cluster] = next.since
  observed.observedAt[cluster] = next.observedAt
  if (next.state === PlacementState.healthy) observed.running[cluster] = desired.file[cluster] ?? 0
  if (next.evidence === undefined) observed.evidence.delete(cluster)
  else observed.evidence.set(cluster, next.evidence)
  return (
    next.state !== previous.state ||
    next.since !== previous.since ||
    next.observedAt !== previous.observedAt ||
    next.evidence !== previous.evidence
  )
}

function assessmentAt(observed: ObservedColumns, cluster: number): Assessment {
  return {
    state: stateAt(observed, cluster),
    since: observed.since[cluster] ?? 0,
    observedAt: observed.observedAt[cluster] ?? 0,
    evidence: observed.evidence.get(cluster),
  }
}

const stateCodes = Object.values(PlacementState)

function stateAt(observed: ObservedColumns, cluster: number): Assessment['state'] {
  return stateCodes[observed.state[cluster] ?? PlacementState.unknown] ?? PlacementState.unknown
}

/** Of several reports of one placement only the newest counts. */
function newestReports(reports: readonly PlacementReport[]): readonly PlacementReport[] {
  const newest = new Map<string, PlacementReport>()
  for (const report of reports) {
    const key = `${report.cluster}/${report.namespace}/${report.name}`
    const known = newest.get(key)
    if (!known || report.at >= known.at) newest.set(key, report)
  }
  return [...newest.values()]
}

function grown<T extends Uint8Array | Uint32Array>(column: T, size: number, fill = 0): T {
  if (column.length >= size) return column
  const larger =
    column instanceof Uint8Array ? new Uint8Array(size).fill(fill) : new Uint32Array(size).fill(fill)
  larger.set(column)
  return larger as T
}
