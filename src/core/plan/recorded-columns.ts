import { type DesiredColumns, type ObservedColumns, PlacementState } from '../domain/placement.ts'

/** Observations with the blobs that they were judged against, so that stale ones are never believed. By ordinal. */
export interface RecordedColumns {
  /** Blob id judged against; empty: none. */
  readonly blobs: readonly string[]
  /** Blob id last seen healthy; empty: none. */
  readonly running: readonly string[]
  readonly state: Uint8Array
  readonly since: Uint32Array
  readonly observedAt: Uint32Array
  readonly evidence: ObservedColumns['evidence']
}

/** Columns of `size` clusters about which nothing is known: what main desires is merged, nothing more. */
export function unobserved(desired: DesiredColumns, size: number): ObservedColumns {
  const state = new Uint8Array(size)
  const since = new Uint32Array(size)
  for (let cluster = 0; cluster < size; cluster++) {
    if (!desired.file[cluster]) continue
    state[cluster] = PlacementState.merged
    since[cluster] = desired.mergedAt[cluster] ?? 0
  }
  return {
    state,
    since,
    observedAt: new Uint32Array(size),
    running: new Uint16Array(size),
    evidence: new Map(),
  }
}

/** Brings recorded observations to the present columns: what was judged against another file is merely merged. */
export function restoreObserved(
  recorded: RecordedColumns,
  desired: DesiredColumns,
  size: number,
): ObservedColumns {
  const observed = unobserved(desired, size)
  const evidence = new Map<number, string>()
  const indexes = new Map(desired.files.map((file, index) => [file.blob, index]))
  for (let cluster = 0; cluster < size; cluster++) {
    observed.running[cluster] = indexes.get(recorded.running[cluster] || '-') ?? 0
    const blob = desired.files[desired.file[cluster] ?? 0]?.blob
    if (!desired.file[cluster] && wasThere(recorded, cluster)) {
      observed.state[cluster] = PlacementState.merged
      // Tells that the cluster ever showed it: else it may never have been there.
      observed.observedAt[cluster] = recorded.observedAt[cluster] ?? 0
    }
    if (!desired.file[cluster] || blob !== recorded.blobs[cluster]) continue
    observed.state[cluster] = recorded.state[cluster] ?? PlacementState.unknown
    observed.since[cluster] = recorded.since[cluster] ?? 0
    observed.observedAt[cluster] = recorded.observedAt[cluster] ?? 0
    const why = recorded.evidence.get(cluster)
    if (why !== undefined) evidence.set(cluster, why)
  }
  return { ...observed, evidence }
}

/** What main desires nowhere any more is merely merged, too, until the cluster tells that it is gone: then it is absent. */
function wasThere({ blobs, state }: RecordedColumns, cluster: number): boolean {
  return blobs[cluster] ? true : state[cluster] === PlacementState.merged
}

/** The inverse of `restoreObserved`. */
export function recordObserved(observed: ObservedColumns, desired: DesiredColumns): RecordedColumns {
  const blobOf = (file: number | undefined): string => (file ? (desired.files[file]?.blob ?? '') : '')
  return {
    blobs: Array.from(observed.state, (_, cluster) => blobOf(desired.file[cluster])),
    running: Array.from(observed.running, blobOf),
    state: observed.state,
    since: observed.since,
    observedAt: observed.observedAt,
    evidence: observed.evidence,
  }
}

/** Numbers texts in order of first sight. Neighbours mostly are equal, and comparing is cheaper than looking up. */
export function numberTexts(texts: readonly string[], numbers: Map<string, number>): Uint32Array {
  let last: string | undefined
  let number = 0
  return Uint32Array.from(texts, (text) => {
    if (text === last) return number
    last = text
    number = numbers.get(text) ?? numbers.size
    numbers.set(text, number)
    return number
  })
}
