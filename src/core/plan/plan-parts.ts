import type { CurrentRelease } from '../domain/rollout.ts'
import { chooseNext } from './choose-next.ts'
import type { GroupContext, GroupDecision } from './decision.ts'
import { pinOf, soakOf, withdrawalOf } from './orders.ts'
import { planWave } from './plan-wave.ts'
import type { GroupTally } from './tally.ts'
import { partsLeft } from './waves.ts'

/**
 * The next part of an opened wave, without a soak in between; undefined: there is none, or a newer release takes over.
 * What failed so far was judged before, so that a spent budget leaves no part to open.
 */
export function planParts(
  context: GroupContext,
  current: CurrentRelease,
  tally: GroupTally,
): GroupDecision | undefined {
  const isLeft = partsLeft(current.waves, tally.taken) !== undefined && tally.movable.length > 0
  if (!isLeft || isSuperseded(context, current)) return undefined
  return planWave(context, current.release, 'continue')
}

/** Between two parts, only at once or after a stall: a wave that is under way is finished. */
function isSuperseded(context: GroupContext, current: CurrentRelease): boolean {
  const { input, group, now } = context
  if (chooseNext(context).candidate === undefined) return false
  const isWithdrawn = withdrawalOf(input.directives, current.release) !== undefined
  const isPinned = pinOf(input.directives, input.service.name, group.group.name) !== undefined
  const { supersede, deadline, soak } = group.group.strategy
  if (isWithdrawn || isPinned || supersede === 'immediate') return true
  const openedAt = current.waves.at(-1)?.openedAt ?? now
  const stalled = now > openedAt + deadline + 2 * soakOf(input.directives, current.release, soak)
  return stalled && supersede === 'finish-wave' && current.superseded.length === 0
}
