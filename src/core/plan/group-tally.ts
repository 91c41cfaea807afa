import type { ClusterSelector } from '../domain/cluster.ts'
import type { Strategy } from '../domain/deployment-group.ts'
import type { CurrentRelease } from '../domain/rollout.ts'
import { releaseId } from '../domain/service-release.ts'
import { type Share, shareOf } from '../domain/share.ts'
import type { Instant } from '../domain/time.ts'
import { hasBit } from './bitset.ts'
import type { ReleaseOrder } from './candidate.ts'
import { clusterPinsOf, pinOf, skipsOf, soakOf } from './orders.ts'
import { parseReleaseId } from './release-order.ts'
import { barredColumn } from './requirements.ts'
import { staleColumn } from './refresh.ts'
import { isSelected, retriesOf } from './retry.ts'
import { setApartSick } from './sick.ts'
import { type GroupTally, tallyPlacements } from './tally.ts'
import { budgetOf, waveQuotas } from './waves.ts'
import type { GroupPlanInput, ServicePlanInput } from './plan-input.ts'

interface TallyContext {
  readonly input: ServicePlanInput
  readonly group: GroupPlanInput
  readonly order: ReleaseOrder
  readonly now: Instant
}

/** Counts the placements of a group for the release that moves there, or would. */
export function tallyOf(
  { input, group, order, now }: TallyContext,
  current: CurrentRelease | undefined,
): GroupTally {
  const { silent, contactAt, bootstrapped, cordoned } = input.clusters
  // Who lags behind is caught up first; files that only are old come after.
  const stale = staleColumn(input, group.rollout, isCatchUp(current) ? undefined : current?.release)
  const moved = movedByAttempt(input, group, current, stale)
  const { soak, deadline } = group.group.strategy
  const tally = tallyPlacements({
    targets: group.targets,
    desired: input.desired,
    observed: input.observed,
    ...compareFiles({ input, group, order, now }, current),
    ...moved,
    stale,
    setApart: setApartColumn(input, current),
    silent,
    blackouts: input.clusters.blackouts ?? [],
    contactAt,
    bootstrapped,
    cordoned,
    pinnedElsewhere: pinnedColumn(input, group, current),
    frozenOn: input.frozenOn,
    skipped: skippedColumn(input, group, current),
    barred: barredColumn(input, group, current?.release),
    retriedAt: retriedColumn(input, group, now),
    soak: current ? soakOf(input.directives, current.release, soak) : soak,
    deadline,
    now,
  })
  return current?.state === 'rolling'
    ? setApartSick(tally, input.clusters, allowanceOf(group.group.strategy, tally, current).silent)
    : tally
}

/** By index of `desired.files`: which are of the release, and which of a newer one. */
function compareFiles(
  { input, group, order }: TallyContext,
  current: CurrentRelease | undefined,
): { readonly onRelease: Uint8Array; readonly ahead: Uint8Array } {
  const { files } = input.desired
  const id = current && releaseId(current.release)
  // Who is pinned moves down, too.
  const isPinned =
    pinOf(input.directives, input.service.name, group.group.name)?.version === current?.release.version
  const onRelease = new Uint8Array(files.length)
  const ahead = new Uint8Array(files.length)
  for (const [at, file] of files.entries()) {
    if (at === 0) continue
    if (file.release === id) onRelease[at] = 1
    else if (
      current &&
      !isPinned &&
      order(parseReleaseId(input.service.name, file.release), current.release) > 0
    )
      ahead[at] = 1
  }
  return { onRelease, ahead }
}

/** The clusters that the attempt moved and that did not go back; `departed` of them are no targets any more. */
function movedByAttempt(
  { clusters, desired }: ServicePlanInput,
  { rollout, targets }: GroupPlanInput,
  current: CurrentRelease | undefined,
  stale: Uint8Array,
): { readonly movedByAttempt: Uint8Array; readonly departed: number } {
  const moved = rollout.wayBack.filter(({ attempt }) => attempt === current?.attempt)
  if (moved.length === 0) return { movedByAttempt: noClusters, departed: 0 }
  const column = new Uint8Array(clusters.index.size)
  let marked = 0
  for (const { blob, clusters: names } of moved) {
    for (const name of names) {
      const cluster = clusters.index.ordinalOf(name)
      const present = desired.files[desired.file[cluster ?? -1] ?? 0]?.blob
      if (cluster !== undefined && blob !== undefined && present === blob) continue
      // Once the attempt is over, what changes then is work of the next one.
      if (current?.state !== 'rolling' && stale[cluster ?? -1]) continue
      marked++
      mark(column, cluster)
    }
  }
  const here = marked === 0 ? 0 : targets.reduce((sum, cluster) => sum + (column[cluster] ?? 0), 0)
  return { movedByAttempt: column, departed: marked - here }
}

/** The clusters that failed: in this attempt, or in an earlier one of the same release. */
function setApartColumn({ clusters }: ServicePlanInput, current: CurrentRelease | undefined): Uint8Array {
  if (!current || current.failed.length === 0) return noClusters
  const column = new Uint8Array(clusters.index.size)
  for (const { cluster, at } of current.failed)
    mark(column, clusters.index.ordinalOf(cluster), at < current.startedAt ? 2 : 1)
  return column
}

/** What most columns are: marks no cluster. */
const noClusters = new Uint8Array()

/** The clusters of any of the selectors as a column; no orders cost nothing. */
function columnOf({ clusters }: ServicePlanInput, selectors: readonly ClusterSelector[]): Uint8Array {
  if (selectors.length === 0) return noClusters
  const sets = selectors.map((selector) => clusters.selected(selector))
  return Uint8Array.from({ length: clusters.index.size }, (_, cluster) =>
    sets.some((set) => hasBit(set, cluster)) ? 1 : 0,
  )
}

/** The clusters that are left out of the release's waves. */
function skippedColumn(
  input: ServicePlanInput,
  { group }: GroupPlanInput,
  current: CurrentRelease | undefined,
): Uint8Array {
  const skips = current ? skipsOf(input.directives, current.release, group.name) : []
  return columnOf(
    input,
    skips.map(({ clusters }) => clusters),
  )
}

/** The clusters that are pinned to another version than the release's. */
function pinnedColumn(
  input: ServicePlanInput,
  { group }: GroupPlanInput,
  current: CurrentRelease | undefined,
): Uint8Array {
  const pins = clusterPinsOf(input.directives, input.service.name, group.name)
  const others = pins.filter(({ version }) => version !== current?.release.version)
  return columnOf(
    input,
    others.map(({ clusters }) => clusters),
  )
}

const noMoments = new Uint32Array()

/** The latest order to retry each cluster. */
function retriedColumn(
  { directives, clusters }: ServicePlanInput,
  { rollout }: GroupPlanInput,
  now: Instant,
): Uint32Array {
  const retries = retriesOf(directives, rollout.service, rollout.group, now)
  if (retries.length === 0) return noMoments
  return Uint32Array.from({ length: clusters.index.size }, (_, cluster) =>
    Math.max(0, ...retries.filter((retry) => isSelected(retry, clusters, cluster)).map(({ at }) => at)),
  )
}

/** How many placements the rollout changes: those that it moved and those that it still has to. */
export function totalOf(tally: GroupTally): number {
  return tally.taken + tally.movable.length + tally.passedOver - (tally.failed - tally.failing.length)
}

/** The quotas of a rollout's waves. What is of no account still uses up quota, so that another takes its place. */
export function quotasOf(
  { waves }: Strategy,
  tally: GroupTally,
  current: CurrentRelease,
  total = totalOf(tally),
): readonly number[] {
  const shares = isCatchUp(current) ? allAtOnce : waves
  return waveQuotas(shares, total, current.waves, tally.excused)
}

/**
 * How many waves people have to expect. What lacks a requirement counts, as it comes once that is met: a wave is told as
 * the last one only when nothing is left.
 */
export function wavesExpected(strategy: Strategy, tally: GroupTally, current: CurrentRelease): number {
  return quotasOf(strategy, tally, current, totalOf(tally) + tally.barred.length).length
}

const allAtOnce: readonly Share[] = [{ kind: 'percent', percent: 100 }]

/** Whether the attempt brings what is proven to all who lag behind at once. */
function isCatchUp(current: CurrentRelease | undefined): boolean {
  return current?.state === 'rolling' && current.catchUp === true
}

/** What the opened wave may leave behind: failed ones, and silent ones. */
export interface Allowance {
  readonly failed: number
  readonly silent: number
}

/**
 * The allowance of the opened wave; none for the first one, nor while no more count than the first one holds. What is
 * caught up at once is proven already: whoever fails or falls silent decides nothing.
 */
export function allowanceOf(
  { maxUnhealthy, maxSilent }: Strategy,
  tally: GroupTally,
  current: CurrentRelease,
): Allowance {
  if (isCatchUp(current)) return { failed: Infinity, silent: Infinity }
  const opened = current.waves
  const isFirst = tally.excused + tally.barred.length > 0 && tally.moved <= (opened[0]?.quota ?? 0)
  const wave = isFirst ? 1 : opened.length
  const quota = opened.at(-1)?.quota ?? 0
  return { failed: budgetOf(maxUnhealthy, wave, quota), silent: wave <= 1 ? 0 : shareOf(maxSilent, quota) }
}

/** A cluster that left both repositories has no ordinal any more. */
function mark(column: Uint8Array, ordinal: number | undefined, value = 1): void {
  if (ordinal !== undefined) column[ordinal] = value
}
