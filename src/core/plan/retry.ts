import type { Directive, Retry } from '../domain/directive.ts'
import type { CurrentRelease, FailedPlacement, Rollout } from '../domain/rollout.ts'
import { releaseId } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import { hasBit } from './bitset.ts'
import { ordersOf } from './orders.ts'
import type { ClusterFacts } from './plan-input.ts'

/**
 * A ledger without the failures and rejections that orders to retry have made void. The next write leaves them
 * out for good, so nothing else needs to be remembered: a later failure is newer than the order.
 */
export function withoutRetried(
  rollout: Rollout,
  directives: readonly Directive[],
  clusters: ClusterFacts,
  now: Instant,
): Rollout {
  const retries = retriesOf(directives, rollout.service, rollout.group, now)
  if (retries.length === 0) return rollout
  const everywhere = Math.max(-Infinity, ...retries.filter((retry) => !retry.clusters).map(({ at }) => at))
  const rejected = rollout.rejected.filter(({ at }) => at >= everywhere)
  const isVoid = ({ cluster, at }: FailedPlacement): boolean =>
    retries.some((retry) => at < retry.at && isSelected(retry, clusters, clusters.index.ordinalOf(cluster)))
  const { current } = rollout
  if (!current) return { ...rollout, rejected }
  const failed = current.failed.filter((failure) => !isVoid(failure))
  return { ...rollout, rejected, current: { ...current, failed, state: stateOf(current, rollout, rejected) } }
}

/** The orders to retry that have come, by the moment before which failures are void. */
export function retriesOf(
  directives: readonly Directive[],
  service: string,
  group: string,
  now: Instant,
): readonly Retry[] {
  return ordersOf(directives, 'Retry').filter(
    (retry) => retry.service === service && retry.group === group && retry.at <= now,
  )
}

/** Whether a Retry is for a cluster; one without a selector is for all. */
export function isSelected(retry: Retry, clusters: ClusterFacts, cluster: number | undefined): boolean {
  if (retry.clusters === undefined) return true
  return cluster !== undefined && hasBit(clusters.selected(retry.clusters), cluster)
}

/** A halted release whose verdict is void goes on where it stopped; its placements never left it. */
function stateOf(
  current: CurrentRelease,
  before: Rollout,
  rejected: Rollout['rejected'],
): CurrentRelease['state'] {
  const id = releaseId(current.release)
  const isIn = (verdicts: Rollout['rejected']): boolean =>
    verdicts.some(({ release }) => releaseId(release) === id)
  return current.state === 'halted' && isIn(before.rejected) && !isIn(rejected) ? 'rolling' : current.state
}
