import type { CurrentRelease } from '../domain/rollout.ts'
import type { Instant } from '../domain/time.ts'
import { clockAfter } from './blackout.ts'
import type { GroupContext } from './decision.ts'
import { pinOf, soakOf, withdrawalOf } from './orders.ts'

/**
 * When a newer release may take over from the one under way: at once, when its opened wave has stalled, or only after
 * it (Infinity). One that superseded another may itself be superseded only at once, or none would ever finish.
 */
export function takeoverAt(
  { input, group: { group }, now }: GroupContext,
  current: CurrentRelease,
  { isPassed, isBarred }: { readonly isPassed: boolean; readonly isBarred: boolean },
): Instant {
  const { directives, service, clusters } = input
  const { strategy } = group
  const isWithdrawn = withdrawalOf(directives, current.release) !== undefined
  const isPinned = pinOf(directives, service.name, group.name) !== undefined
  // What can not go on must not keep its successor waiting.
  const policy = isWithdrawn || isPinned || isBarred ? 'immediate' : strategy.supersede
  if (policy === 'immediate') return now
  if (policy === 'queue' || current.superseded.length > 0) return Infinity
  if (isPassed) return now
  const soak = soakOf(directives, current.release, strategy.soak)
  const opened = current.waves.at(-1)?.openedAt ?? now
  return clockAfter(opened, strategy.deadline + 2 * soak, clusters.blackouts) + 1
}
