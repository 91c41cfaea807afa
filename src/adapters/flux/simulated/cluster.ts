import type { Instant } from '../../../core/domain/time.ts'
import type { Arrival } from './arrivals.ts'
import type { DirectoryReader } from './directory.ts'
import { stepRelease } from './helm-release.ts'
import { stringAt } from './json.ts'
import { applyObjects, reconcileKustomizations, retryKustomizations } from './kustomization.ts'
import type { ApplyContext } from './kustomization.ts'
import { parseGoDuration } from './quantities.ts'
import type { ReleaseState, SimulatedCluster } from './state.ts'

/** Where a cluster lives. */
export interface ClusterContext extends Omit<ApplyContext, 'revision'> {
  readonly branch: string
  readonly directories: DirectoryReader
  /** What main was when, oldest first. */
  readonly arrivals: readonly Arrival[]
}

/** Lets everything of the cluster happen that is due after `from` and until `to`, each at its own time. */
export async function advanceCluster(context: ClusterContext, from: Instant, to: Instant): Promise<void> {
  const { cluster } = context
  if (cluster.silentUntil > from && cluster.silentUntil <= to) context.touch(cluster)
  for (let now = from; ;) {
    const pollAt = nextNewsAt(context, now)
    if (cluster.timersFrom === 0) cluster.timersFrom = earliestTimer(cluster)
    const timerAt = cluster.timersFrom
    const next = Math.max(Math.min(pollAt, timerAt), now)
    if (next > to) return
    now = next
    cluster.timersFrom = 0
    if (pollAt <= next) await poll(context, now)
    await retryKustomizations(applyContext(context), now)
    for (const release of dueReleases(cluster, now)) {
      stepRelease(release, context, now)
      context.touch(release)
    }
  }
}

/** When the cluster does something next after `now`: polls, too, as nobody knows what they will find. */
export function nextEventAt(cluster: SimulatedCluster, now: Instant): Instant {
  return Math.min(pollAfter(cluster, now), earliestTimer(cluster))
}

/** The poll that will find a commit that the cluster has not seen; polls that find nothing change nothing. */
function nextNewsAt({ cluster, arrivals }: ClusterContext, now: Instant): Instant {
  const seen = arrivals.findLastIndex(({ commit }) => commit === cluster.seen)
  const news = arrivals[seen + 1]
  return news === undefined ? Infinity : pollAfter(cluster, Math.max(now, news.at - 1))
}

/** The first poll later than `now` that is not silenced. */
function pollAfter({ pollAnchor, pollInterval, silentUntil }: SimulatedCluster, now: Instant): Instant {
  const after = Math.max(now, silentUntil - 1)
  if (pollAnchor > after) return pollAnchor
  return pollAnchor + (Math.floor((after - pollAnchor) / pollInterval) + 1) * pollInterval
}

function earliestTimer(cluster: SimulatedCluster): Instant {
  let earliest = Infinity
  for (const { timerAt } of cluster.releases.values())
    if (timerAt > 0 && timerAt < earliest) earliest = timerAt
  for (const { retryAt } of cluster.kustomizations.values())
    if (retryAt > 0 && retryAt < earliest) earliest = retryAt
  return earliest
}

function dueReleases(cluster: SimulatedCluster, now: Instant): readonly ReleaseState[] {
  const due = cluster.releases.values().filter(({ timerAt }) => timerAt > 0 && timerAt <= now)
  return due.toArray().toSorted((a, b) => a.timerAt - b.timerAt || (a.name < b.name ? -1 : 1))
}

/** The source fetches what main is now; when that is new, the cluster applies it. */
async function poll(context: ClusterContext, now: Instant): Promise<void> {
  const { cluster } = context
  const commit = context.arrivals.findLast(({ at }) => at <= now)?.commit
  if (commit === undefined || commit === cluster.seen) return
  cluster.directory = await context.directories.read(cluster, commit)
  cluster.seen = commit
  if (cluster.objects.size === 0 && !(await bootstrap(context, now))) return
  await reconcileKustomizations(applyContext(context), now)
  adoptInterval(cluster, now)
}

/** What `kubectl apply -f flux-system/` does once in the life of a cluster. */
async function bootstrap(context: ClusterContext, now: Instant): Promise<boolean> {
  const blobs = [...context.cluster.directory]
    .filter(([path]) => path.startsWith('flux-system/') && path.endsWith('.yaml'))
    .map(([, blob]) => blob)
  const files = await context.manifests.read(blobs)
  const objects = files.flatMap((file) => (file.kind === 'objects' ? file.objects : []))
  applyObjects(objects, '', applyContext(context), now)
  return objects.length > 0
}

/** The cluster's own GitRepository says how often it polls. */
function adoptInterval(cluster: SimulatedCluster, now: Instant): void {
  const source = cluster.objects.get('GitRepository.source.toolkit.fluxcd.io/flux-system/flux-system')
  const written = parseGoDuration(stringAt(source?.manifest.spec, 'interval') ?? '')
  const interval = Math.ceil(written ?? 0)
  if (interval === 0 || interval === cluster.pollInterval) return
  cluster.pollInterval = interval
  cluster.pollAnchor = now + interval
}

function applyContext(context: ClusterContext): ApplyContext {
  return { ...context, revision: `${context.branch}@sha1:${context.cluster.seen ?? ''}` }
}
