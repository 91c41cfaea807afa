import type { FleetState } from '../adapters/fleet/port.ts'
import type { FluxReports } from '../adapters/flux/port.ts'
import { type ObservedColumns, PlacementState } from '../core/domain/placement.ts'
import type { PlacementReport } from '../core/domain/report.ts'
import type { Instant, Seconds } from '../core/domain/time.ts'
import {
  type RecordedColumns,
  recordObserved,
  restoreObserved,
  unobserved,
} from '../core/plan/recorded-columns.ts'
import type { ExpectedRelease } from '../core/render/release-renderer.ts'
import type { Blackout } from '../core/plan/blackout.ts'
import { type Contacts, createContacts } from './contacts.ts'
import {
  appliedOrdinal,
  forgetPlacement,
  judgePlacement,
  judgeRemoved,
  newestReports,
  placementOf,
  type Working,
} from './judge-placement.ts'

/** Reports of the clusters as columns, always judged against what main desires now. */
export interface Observations {
  readonly silent: Uint8Array
  /** Last sign of life by cluster ordinal; 0: none. */
  readonly contactAt: Uint32Array
  /** When too many clusters were out of contact, oldest first. */
  readonly blackouts: readonly Blackout[]
  /** Brings contacts and blackouts as an earlier process published them. */
  recall(status: Recalled | undefined): void
  /** See `Contacts.follow`. */
  followBlackouts: Contacts['follow']
  /** Clusters whose UID is new since the last call, to be kept once what it voids is kept. */
  newIdentities(): ReadonlyMap<string, string>
  observed(service: string): ObservedColumns
  recorded(service: string): RecordedColumns
  /** Follows the fleet: placements whose file changed are merely merged. Returns the services touched. */
  follow(state: FleetState): ReadonlySet<string>
  /** Judges reports and counts silence. Returns the services whose columns changed. */
  ingest(reports: FluxReports, moment: IngestMoment): Promise<ReadonlySet<string>>
}

/** What a status document says of contacts. */
export interface Recalled {
  readonly clusters: readonly string[]
  readonly contactAt: Uint32Array
  readonly blackouts?: readonly Blackout[]
}

export interface IngestMoment {
  readonly now: Instant
  readonly silentAfter: Seconds
  /** How long a placement on a cluster (an ordinal) has to be healthy to have stood its trial. */
  readonly soakOf: (cluster: number) => Seconds
  /** The reports are all that the clusters in contact have. */
  readonly complete?: boolean
}

export interface ObservationSources {
  /** The expectation of each blob, in order; undefined for a file that Halyard did not render. */
  readonly expectations: (blobs: readonly string[]) => Promise<readonly (ExpectedRelease | undefined)[]>
  /** Columns saved by an earlier process. */
  readonly saved: (service: string) => RecordedColumns | undefined
  /** The UID that each cluster had, as an earlier process saw them. */
  readonly identities: ReadonlyMap<string, string>
}

export function createObservations(sources: ObservationSources): Observations {
  const contacts = createContacts(sources.identities)
  const columns = createColumns(sources)
  let unjudged: PlacementReport[] = []

  return {
    get silent() {
      return contacts.silent
    },
    get contactAt() {
      return contacts.contactAt
    },
    get blackouts() {
      return contacts.blackouts
    },
    recall(status) {
      if (!status) return
      const heard = status.clusters.map((name, at): [string, Instant] => [name, status.contactAt[at] ?? 0])
      contacts.recall(new Map(heard), columns.fleet().clusters, status.blackouts ?? [])
    },
    followBlackouts: contacts.follow,
    newIdentities: contacts.newIdentities,
    observed: (service) => columns.of(service).observed,
    recorded(service) {
      const { observed, desired } = columns.of(service)
      return recordObserved(observed, desired)
    },
    follow: columns.follow,
    async ingest(reports, { now, silentAfter, soakOf, complete = false }) {
      const state = columns.fleet()
      const newest = newestReports([...unjudged, ...reports.reports])
      const reported = newest.flatMap((report) => placementOf(report, state, columns.of) ?? [])
      const removed = removedAmong(newest, state, columns.of)
      const blobs = [...new Set(reported.map(({ blob }) => blob))]
      const expectations = await sources.expectations(blobs)
      const expectationOf = new Map(blobs.map((blob, index) => [blob, expectations[index]]))
      // Nothing below fails: had the reading failed, the next step would judge all of this again.
      const touched = new Set<string>()
      const { rebuilt, silenceChanged } = contacts.meet(reports.contacts, state.clusters, now, silentAfter)
      for (const [service, working] of columns.all()) {
        // A rebuilt cluster is a new one: what the old one proved is void.
        const forgot = rebuilt.filter((cluster) => forgetPlacement(working, cluster)).length > 0
        if (forgot || silenceChanged) touched.add(service)
      }
      unjudged = []
      for (const placement of reported) {
        const expected = expectationOf.get(placement.blob)
        const applied = appliedOrdinal(placement.report, state)
        // Main moved while the reports were read: judge this one next time.
        if (applied === 'ahead') unjudged.push(placement.report)
        else if (expected && judgePlacement(placement, expected, applied, soakOf(placement.cluster)))
          touched.add(placement.report.name)
      }
      const since = now - silentAfter
      const { changed, ahead } = judgeLeft(removed, { reports, complete, since }, state, columns)
      unjudged.push(...ahead)
      for (const service of changed) touched.add(service)
      return touched
    },
  }
}

/** The reports of what main desires nowhere any more. */
function removedAmong(
  reports: readonly PlacementReport[],
  state: FleetState,
  columnsOf: (service: string) => Working,
): readonly PlacementReport[] {
  return reports.filter(
    ({ cluster, name }) => !columnsOf(name).desired.file[state.clusters.ordinalOf(cluster) ?? -1],
  )
}

/** Takes in what left. `since`: what left before and was never shown was never there. What main moved on from is `ahead`. */
function judgeLeft(
  removed: readonly PlacementReport[],
  {
    reports,
    complete,
    since,
  }: { readonly reports: FluxReports; readonly complete: boolean; readonly since: Instant },
  state: FleetState,
  columns: ReturnType<typeof createColumns>,
): { readonly changed: ReadonlySet<string>; readonly ahead: readonly PlacementReport[] } {
  const changed = new Set<string>()
  const ahead: PlacementReport[] = []
  for (const [service, working] of complete ? columns.all() : columns.leaving()) {
    if (forgetRemoved(service, working, reports, { state, since: complete ? Infinity : since }))
      changed.add(service)
  }
  for (const report of removed) {
    const cluster = state.clusters.ordinalOf(report.cluster)
    const applied = appliedOrdinal(report, state)
    if (applied === 'ahead') ahead.push(report)
    else if (cluster !== undefined && judgeRemoved(report, cluster, columns.of(report.name), applied))
      changed.add(report.name)
  }
  return { changed, ahead }
}

/** What main desires nowhere and a cluster does not list among everything that it has is gone there. */
function forgetRemoved(
  service: string,
  { desired, observed }: Working,
  { contacts, reports }: FluxReports,
  { state, since }: { readonly state: FleetState; readonly since: Instant },
): boolean {
  const isAwaited = (cluster: number): boolean =>
    !desired.file[cluster] &&
    observed.state[cluster] === PlacementState.merged &&
    (since === Infinity || (!observed.observedAt[cluster] && (desired.mergedAt[cluster] ?? 0) < since))
  // At a start this is asked of every service, and all reports are looked through only for those that left somewhere.
  if (!observed.state.some((_, cluster) => isAwaited(cluster))) return false
  const listed = new Set(reports.filter(({ name }) => name === service).map(({ cluster }) => cluster))
  const gone = contacts
    .filter(({ cluster }) => !listed.has(cluster))
    .map(({ cluster }) => state.clusters.ordinalOf(cluster) ?? -1)
    .filter(isAwaited)
  for (const cluster of gone) observed.state[cluster] = PlacementState.absent
  return gone.length > 0
}

/** The columns of each service that was asked for, always of the fleet as followed last. */
function createColumns({ saved }: ObservationSources) {
  const services = new Map<string, Working>()
  const left = new Set<string>()
  let state: FleetState | undefined

  const fleet = (): FleetState => {
    if (!state) throw new Error('observations were asked for before the fleet was followed')
    return state
  }
  /** Columns of a service as the fleet is now, with what is recorded of the files that are still there. */
  const renew = (service: string, recorded: RecordedColumns | undefined): Working => {
    const desired = fleet().desired(service)
    const size = Math.max(fleet().clusters.size, desired.file.length)
    const observed = recorded ? restoreObserved(recorded, desired, size) : unobserved(desired, size)
    const working = { desired, observed: { ...observed, evidence: new Map(observed.evidence) } }
    services.set(service, working)
    if (observed.state.some((code, at) => code > 0 && !desired.file[at])) left.add(service)
    return working
  }
  return {
    fleet,
    all: (): Iterable<[string, Working]> => services,
    /** Services that left clusters of which not every one told so yet. */
    leaving(): readonly [string, Working][] {
      return [...services].filter(([service, { desired, observed }]) => {
        const isLeaving =
          left.has(service) && observed.state.some((state, at) => state > 0 && !desired.file[at])
        if (!isLeaving) left.delete(service)
        return isLeaving
      })
    },
    of(service: string): Working {
      const known = services.get(service)
      if (known && known.observed.state.length >= fleet().clusters.size) return known
      return renew(service, known ? recordObserved(known.observed, known.desired) : saved(service))
    },
    follow(next: FleetState): ReadonlySet<string> {
      state = next
      for (const service of next.changed.services) {
        const known = services.get(service)
        if (known) renew(service, recordObserved(known.observed, known.desired))
      }
      return next.changed.services
    },
  }
}
