import type { Pin } from '../domain/directive.ts'
import { rejectedReleases } from '../domain/rollout.ts'
import { releaseId, type ServiceRelease } from '../domain/service-release.ts'
import { type CandidateChoice, type Choosing, chooseCandidate, proofIn } from './candidate.ts'
import { pinGate, pinnedOutGate } from './order-gates.ts'
import { isAllowed, promotionOf } from './orders.ts'
import type { Gate } from './service-plan.ts'

/**
 * What a pinned group takes next: its version at the catalog's head, or nothing. A version that is not above what
 * the group has is a way back that a person chose, so it needs no proof; one above needs the proof that all need.
 */
export function choosePinned(
  choosing: Choosing,
  pin: Pin,
  releases: readonly ServiceRelease[],
): CandidateChoice {
  const release = releases.find(({ version }) => version === pin.version)
  const gate = release ? pinnedGate(choosing, pin, release) : pinGate(pin)
  const isThere = release !== undefined && isOn(choosing, release)
  if (isThere || gate !== undefined) return { candidate: undefined, gate, isOrdered: true }
  return { candidate: release, gate: undefined, isOrdered: true }
}

function isOn({ group }: Choosing, release: ServiceRelease): boolean {
  const { current } = group.rollout
  return (
    current !== undefined &&
    (current.state === 'rolling' || current.state === 'proven') &&
    releaseId(current.release) === releaseId(release)
  )
}

/** What keeps a group from its pinned release, or from what would come without the pin. */
function pinnedGate(choosing: Choosing, pin: Pin, release: ServiceRelease): Gate | undefined {
  const { group, directives } = choosing
  if (!isAllowed(directives, release, group.group.name))
    return pinnedOutGate(pin, directives, group.group.name)
  const rejected = rejectedReleases(group.rollout).find(
    (entry) => releaseId(entry.release) === releaseId(release),
  )
  if (rejected) {
    return {
      ...pinGate(pin),
      gate: 'rejected',
      reason: `pinned to ${pin.version}, which is rejected here: ${rejected.reason}`,
      since: rejected.at,
      opensWhen: `a Retry voids the rejection, or ${pin.file} is removed`,
    }
  }
  if (isOn(choosing, release)) return isHoldingBack(choosing) ? pinGate(pin) : undefined
  return mayMove(choosing, release) ? undefined : unprovenGate(choosing, pin, release)
}

/** Whether something would come without the pin. */
function isHoldingBack(choosing: Choosing): boolean {
  return chooseCandidate(choosing).candidate !== undefined
}

function mayMove(choosing: Choosing, release: ServiceRelease): boolean {
  const { group, directives, order, now } = choosing
  const { current, proven } = group.rollout
  if (current && order(release, current.release) <= 0) return true
  if (group.ancestors.length === 0) return true
  if (proven.some((proof) => releaseId(proof.release) === releaseId(release))) return true
  if (promotionOf(directives, release, group.group.name) !== undefined) return true
  const proof = proofIn(choosing, release)
  return proof !== undefined && proof.opensAt <= now
}

function unprovenGate(choosing: Choosing, pin: Pin, release: ServiceRelease): Gate {
  const ancestors = choosing.group.ancestors.join(' and ')
  const proof = proofIn(choosing, release)
  return {
    gate: 'promotion',
    state: 'waiting',
    reason: proof
      ? `pinned to ${pin.version}, which soaks in ${ancestors} for promotion (${pin.file})`
      : `pinned to ${pin.version}, which is not proven in ${ancestors} (${pin.file})`,
    since: proof?.at,
    opensWhen: `${pin.version} is proven in ${ancestors}, a Promote says otherwise, or ${pin.file} is removed`,
    opensAt: proof?.opensAt,
  }
}
