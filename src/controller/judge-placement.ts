import type { FleetState } from '../adapters/fleet/port.ts'
import type { DesiredColumns, ObservedColumns } from '../core/domain/placement.ts'
import { PlacementState } from '../core/domain/placement.ts'
import type { PlacementReport } from '../core/domain/report.ts'
import type { Seconds } from '../core/domain/time.ts'
import { type Assessment, assess } from '../core/plan/assess.ts'
import type { ExpectedRelease } from '../core/render/release-renderer.ts'

/** Columns of one service that the controller still writes to. */
export interface Working {
  readonly desired: DesiredColumns
  readonly observed: ObservedColumns & { readonly evidence: Map<number, string> }
}

/** A report with the column entry that it is about. */
export interface ReportedPlacement {
  readonly report: PlacementReport
  readonly cluster: number
  /** The file that main desires there. */
  readonly blob: string
  readonly working: Working
}

/** Undefined when main desires nothing there. */
export function placementOf(
  report: PlacementReport,
  state: FleetState,
  columnsOf: (service: string) => Working,
): ReportedPlacement | undefined {
  const cluster = state.clusters.ordinalOf(report.cluster)
  if (cluster === undefined) return undefined
  const working = columnsOf(report.name)
  const file = working.desired.file[cluster] ?? 0
  const blob = working.desired.files[file]?.blob
  return file === 0 || blob === undefined ? undefined : { report, cluster, blob, working }
}

/**
 * Takes in whether something that main desires nowhere any more is still there. It is gone when the cluster lists no
 * such object after it applied the commit that took the file away. Tells whether that changed.
 */
export function judgeRemoved(
  report: PlacementReport,
  cluster: number,
  { desired, observed }: Working,
  applied: number | 'none',
): boolean {
  if (desired.file[cluster]) return false
  const isThere = report.helmRelease !== undefined || report.payloadKustomization !== undefined
  const hasApplied = report.kustomization === undefined || Number(applied) >= (desired.commit[cluster] ?? 0)
  if (!isThere && !hasApplied) return false
  const next = isThere ? PlacementState.merged : PlacementState.absent
  if (isThere) observed.observedAt[cluster] ||= report.at
  if (observed.state[cluster] === next) return false
  observed.state[cluster] = next
  return true
}

/** Position on main of the revision that the namespace's Kustomization applied last; `ahead`: not on main as known here. */
export function appliedOrdinal(
  { kustomization }: PlacementReport,
  state: FleetState,
): number | 'none' | 'ahead' {
  const commit = kustomization?.lastAppliedRevision.split('@sha1:')[1]
  return commit ? (state.commitOrdinal(commit) ?? 'ahead') : 'none'
}

/** Writes what a report proves into the columns; tells whether anything changed. */
export function judgePlacement(
  { report, cluster, working }: ReportedPlacement,
  expected: ExpectedRelease,
  applied: number | 'none',
  soak: Seconds,
): boolean {
  const { desired, observed } = working
  const isKnown = (observed.state[cluster] ?? PlacementState.absent) !== PlacementState.absent
  const previous = assessmentAt(observed, cluster)
  const releaseBlobCurrent =
    // Once applied it stays so, also where a restart no longer knows which commit brought the file.
    applied !== 'none' && (previous.observedAt > 0 || applied >= (desired.commit[cluster] ?? Infinity))
  const mergedAt = desired.mergedAt[cluster] ?? 0
  const assessed = assess(
    report,
    { ...expected, releaseBlobCurrent, mergedAt },
    isKnown ? previous : undefined,
  )
  const next = beginsNewTrial(previous, assessed, report, soak)
    ? { ...assessed, observedAt: report.at }
    : assessed
  writeAssessment(working, cluster, next)
  return (
    next.state !== previous.state ||
    next.since !== previous.since ||
    next.observedAt !== previous.observedAt ||
    next.evidence !== previous.evidence
  )
}

/**
 * A placement that had soaked stood its trial: when its workloads dip later, the deadline runs from the dip.
 * One that dips before keeps its first clock, so that flapping does not go on for ever.
 */
function beginsNewTrial(
  previous: Assessment,
  next: Assessment,
  report: PlacementReport,
  soak: Seconds,
): boolean {
  const dips = previous.state === PlacementState.healthy && next.state === PlacementState.progressing
  return dips && report.at - previous.since >= soak
}

function writeAssessment({ desired, observed }: Working, cluster: number, next: Assessment): void {
  observed.state[cluster] = next.state
  observed.since[cluster] = next.since
  observed.observedAt[cluster] = next.observedAt
  if (next.state === PlacementState.healthy) observed.running[cluster] = desired.file[cluster] ?? 0
  if (next.evidence === undefined) observed.evidence.delete(cluster)
  else observed.evidence.set(cluster, next.evidence)
}

/** What was proved there is void: main's file is merged, nothing more. Tells whether main desires one. */
export function forgetPlacement({ desired, observed }: Working, cluster: number): boolean {
  if (!desired.file[cluster]) {
    observed.state[cluster] = PlacementState.absent
    return false
  }
  const since = desired.mergedAt[cluster] ?? 0
  writeAssessment({ desired, observed }, cluster, {
    state: PlacementState.merged,
    since,
    observedAt: 0,
    evidence: undefined,
  })
  return true
}

const stateCodes = Object.values(PlacementState)

function assessmentAt(observed: ObservedColumns, cluster: number): Assessment {
  return {
    state: stateCodes[observed.state[cluster] ?? PlacementState.unknown] ?? PlacementState.unknown,
    since: observed.since[cluster] ?? 0,
    observedAt: observed.observedAt[cluster] ?? 0,
    evidence: observed.evidence.get(cluster),
  }
}

/** Of several reports of one placement only the newest counts. */
export function newestReports(reports: readonly PlacementReport[]): readonly PlacementReport[] {
  const newest = new Map<string, PlacementReport>()
  for (const report of reports) {
    const key = `${report.cluster}/${report.namespace}/${report.name}`
    const known = newest.get(key)
    if (!known || report.at >= known.at) newest.set(key, report)
  }
  return [...newest.values()]
}
