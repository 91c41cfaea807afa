import { type CandidateChoice, chooseCandidate } from './candidate.ts'
import type { GroupContext } from './decision.ts'
import { isAllowed, pinOf } from './orders.ts'
import { choosePinned } from './pinned.ts'

/** What orders and proofs let the group take next. */
export function chooseNext({ input, group, rollouts, order, now }: GroupContext): CandidateChoice {
  const { directives, releases } = input
  const allowed = releases.filter((release) => isAllowed(directives, release, group.group.name))
  const choosing = { group, rollouts, allowed, directives, order, now }
  const pin = pinOf(directives, input.service.name, group.group.name)
  return pin ? choosePinned(choosing, pin, releases) : chooseCandidate(choosing)
}
