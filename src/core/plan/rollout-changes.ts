import type { DesiredColumns } from '../domain/placement.ts'
import type {
  CurrentRelease,
  FailedPlacement,
  OpenedWave,
  RejectedRelease,
  Removal,
  Rollout,
  WayBack,
} from '../domain/rollout.ts'
import { releaseId, type ReleaseId, type ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'

/** How many proofs a rollout file keeps; older ones stay in Git history. */
const provenKept = 10

/** Every write of a rollout file goes through one of these functions, so that each raises the fence. */
export function raiseFence(rollout: Rollout): Rollout {
  return { ...rollout, fence: rollout.fence + 1 }
}

/** Names of the moved clusters and the columns to read their present files from. */
export interface Movement {
  readonly clusters: readonly number[]
  readonly names: readonly string[]
  readonly desired: DesiredColumns
}

/** The next wave of the current release, or the next part of its last one. */
export function openWave(
  rollout: Rollout,
  current: CurrentRelease,
  wave: OpenedWave,
  movement: Movement,
): Rollout {
  const isLaterPart = (wave.part ?? 1) > 1
  const opened: CurrentRelease = {
    ...current,
    waves: [...(isLaterPart ? current.waves.slice(0, -1) : current.waves), wave],
  }
  return raiseFence({ ...rollout, current: opened, wayBack: recordWayBack(rollout, opened, movement) })
}

/** A current release that starts now: a rollout, or a refresh when `rollout.current` is the same release. */
export function startRelease(
  rollout: Rollout,
  release: ServiceRelease,
  now: Instant,
  catchesUp = false,
): { rollout: Rollout; current: CurrentRelease } {
  const before = rollout.current
  const supersedes = before?.state === 'rolling' && releaseId(before.release) !== releaseId(release)
  const refreshes = before !== undefined && releaseId(before.release) === releaseId(release)
  const isRefresh = isProvenAgain(rollout, release)
  const current: CurrentRelease = {
    release,
    state: 'rolling',
    attempt: (before?.attempt ?? 0) + 1,
    startedAt: now,
    waves: [],
    failed: refreshes ? before.failed : [],
    superseded: supersedes ? supersededBy(before) : [],
    ...(isRefresh ? { refresh: true } : {}),
    ...(isRefresh && catchesUp ? { catchUp: true } : {}),
  }
  const keeps = supersedes || refreshes
  return { rollout: { ...rollout, wayBack: keeps ? waysBackKept(rollout, supersedes) : [] }, current }
}

/** Whether what starts is the release that was proven last. */
function isProvenAgain({ current, proven }: Rollout, release: ServiceRelease): boolean {
  const last = proven.at(-1)
  return current?.state !== 'rolling' && last !== undefined && releaseId(last.release) === releaseId(release)
}

/** A refresh moves a release that is proven: who supersedes it comes after that release as after any other. */
function supersededBy(before: CurrentRelease): readonly ReleaseId[] {
  return before.refresh ? before.superseded : [...before.superseded, releaseId(before.release)]
}

/** What a refresh recorded is the way back only while that refresh, or what superseded it, is under way. */
function waysBackKept({ current, wayBack }: Rollout, supersedes: boolean): readonly WayBack[] {
  if (supersedes && current?.refresh) return wayBack.filter(({ attempt }) => attempt === current.attempt)
  return wayBack.filter(({ release }) => supersedes || release !== (current && releaseId(current.release)))
}

/** The current release passed its last wave. A refresh of what was proven last keeps the time of that proof. */
export function prove(rollout: Rollout, current: CurrentRelease, now: Instant): Rollout {
  const id = releaseId(current.release)
  const last = rollout.proven.at(-1)
  const at = last && releaseId(last.release) === id ? last.at : now
  const proof = { release: current.release, at }
  const others = rollout.proven.filter(({ release }) => releaseId(release) !== id)
  const proven = [...others, proof].slice(-provenKept)
  return raiseFence({ ...rollout, current: { ...current, state: 'proven', superseded: [] }, proven })
}

/** The current release is rejected here. Its placements have left for their way back, or stay where it is `halted`. */
export function reject(
  rollout: Rollout,
  current: CurrentRelease,
  verdict: RejectedRelease,
  state: 'rejected' | 'halted',
): Rollout {
  return raiseFence({
    ...rollout,
    current: { ...current, state, superseded: [] },
    proven: rollout.proven.filter((proven) => releaseId(proven.release) !== releaseId(current.release)),
    rejected: [...rollout.rejected.filter((earlier) => !isOf(earlier, current)), verdict],
    wayBack: state === 'halted' ? rollout.wayBack : [],
  })
}

/** A halted release that goes back by order is rejected once, with the later verdict. */
function isOf({ release, files }: RejectedRelease, current: CurrentRelease): boolean {
  return files === undefined && releaseId(release) === releaseId(current.release)
}

/** The new files that a refresh brought are rejected; the release that they are of stays proven. */
export function rejectFiles(rollout: Rollout, current: CurrentRelease, verdict: RejectedRelease): Rollout {
  return raiseFence({
    ...rollout,
    current: { ...current, state: 'proven', superseded: [] },
    rejected: [...rollout.rejected, verdict],
    wayBack: rollout.wayBack.filter(({ attempt }) => attempt !== current.attempt),
  })
}

/** Placements that failed within the budget leave the rollout. */
export function setApart(
  rollout: Rollout,
  current: CurrentRelease,
  failed: readonly FailedPlacement[],
): Rollout {
  return raiseFence({ ...rollout, current: { ...current, failed: [...current.failed, ...failed] } })
}

/**
 * A placement's way back is its file of the last release proven here: what main has now, unless this or a
 * superseded release moved it already; then what was recorded at that time stays.
 */
function recordWayBack(rollout: Rollout, current: CurrentRelease, movement: Movement): readonly WayBack[] {
  // A refresh goes back to the release's own files; what that release replaced stays recorded beside them.
  const isOwn = ({ attempt }: WayBack): boolean => !current.refresh || attempt === current.attempt
  const recorded = new Map<string, WayBack>()
  for (const entry of rollout.wayBack.filter(isOwn))
    for (const cluster of entry.clusters) recorded.set(cluster, entry)
  for (const ordinal of movement.clusters) {
    const name = movement.names[ordinal] ?? ''
    const from = recorded.get(name) ?? presentFile(rollout, ordinal, movement.desired)
    recorded.set(name, { attempt: current.attempt, release: from.release, blob: from.blob, clusters: [] })
  }
  return [...rollout.wayBack.filter((entry) => !isOwn(entry)), ...groupEntries(recorded)]
}

/** What main has for a placement, unless that is a release rejected here: such a file is no way back. */
function presentFile(
  rollout: Rollout,
  ordinal: number,
  desired: DesiredColumns,
): Pick<WayBack, 'release' | 'blob'> {
  const file = desired.files[desired.file[ordinal] ?? 0]
  const usable =
    file &&
    file.blob !== '' &&
    rollout.rejected.every(({ release, files }) =>
      files ? !files.includes(file.blob) : releaseId(release) !== file.release,
    )
  return usable ? { release: file.release, blob: file.blob } : { release: undefined, blob: undefined }
}

function groupEntries(recorded: ReadonlyMap<string, WayBack>): readonly WayBack[] {
  const groups = new Map<string, { entry: WayBack; clusters: string[] }>()
  for (const [cluster, entry] of recorded) {
    const key = `${entry.attempt} ${entry.release} ${entry.blob}`
    const group = groups.get(key)
    if (group) group.clusters.push(cluster)
    else groups.set(key, { entry, clusters: [cluster] })
  }
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, { entry, clusters }]) => ({ ...entry, clusters: clusters.toSorted() }))
}

/** The next wave of what leaves; undefined: only namespaces go. */
export function openRemovalWave(
  rollout: Rollout,
  removal: Removal,
  wave:
    | {
        readonly quota: number
        readonly openedAt: Instant
        readonly gone: readonly { readonly name: string; readonly blob: string }[]
      }
    | undefined,
): Rollout {
  if (!wave) return raiseFence({ ...rollout, removal })
  const { quota, openedAt, gone } = wave
  const known = removal.clusters.flatMap(({ blob, clusters }) => clusters.map((name) => ({ name, blob })))
  const byBlob = Map.groupBy([...known, ...gone], ({ blob }) => blob)
  const clusters = [...byBlob]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([blob, members]) => ({ blob, clusters: members.map(({ name }) => name).toSorted() }))
  return raiseFence({
    ...rollout,
    removal: { ...removal, waves: [...removal.waves, { quota, openedAt }], clusters },
  })
}

/** Everything that left is gone. */
export function finishRemoval(rollout: Rollout): Rollout {
  const { removal: _done, ...rest } = rollout
  return raiseFence(rest)
}

/** A cluster that is emptied as a whole has lost this file. */
export function emptyOf(rollout: Rollout, cluster: string, blob: string): Rollout {
  const others = (rollout.emptied ?? []).flatMap((entry) => {
    const clusters = entry.clusters.filter((name) => name !== cluster)
    return clusters.length > 0 ? [{ ...entry, clusters }] : []
  })
  const before = others.find((entry) => entry.blob === blob)?.clusters ?? []
  const emptied = [
    ...others.filter((entry) => entry.blob !== blob),
    { blob, clusters: [...before, cluster].toSorted() },
  ]
  return raiseFence({ ...rollout, emptied: emptied.toSorted((a, b) => (a.blob < b.blob ? -1 : 1)) })
}
