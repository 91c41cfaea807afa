import type { CurrentRelease } from '../domain/rollout.ts'
import { chooseNext } from './choose-next.ts'
import type { GroupContext, GroupDecision } from './decision.ts'
import { planWave } from './plan-wave.ts'
import { takeoverAt } from './supersede.ts'
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
  if (!isLeft) return undefined
  // A wave that is under way is finished, unless what is newer waits for no wave.
  const isNewer = chooseNext(context).candidate !== undefined
  const takeover = isNewer ? takeoverAt(context, current, { isPassed: false, isBarred: false }) : Infinity
  if (takeover <= context.now) return undefined
  const decision = planWave(context, current.release, 'continue')
  return { ...decision, changesAt: Math.min(decision.changesAt, takeover) }
}
