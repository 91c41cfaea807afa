import type { Directive } from '../domain/directive.ts'
import { rejectedReleases, type Rollout } from '../domain/rollout.ts'
import { releaseId, type ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import { isAllowed, promotionOf, soakOf } from './orders.ts'
import type { GroupPlanInput } from './plan-input.ts'
import type { Gate } from './service-plan.ts'

export type ReleaseOrder = (a: ServiceRelease, b: ServiceRelease) => number

/** The release that a group would take next, or the gate that keeps the newest one from it. */
export interface CandidateChoice {
  readonly candidate: ServiceRelease | undefined
  readonly gate: Gate | undefined
  /** A person ordered this candidate: it waits for no other release's promotion. */
  readonly isOrdered: boolean
}

/** What decides over the next release of a group. */
export interface Choosing {
  readonly group: GroupPlanInput
  readonly rollouts: ReadonlyMap<string, Rollout>
  /** The catalog's releases that orders allow in the group. */
  readonly allowed: readonly ServiceRelease[]
  readonly directives: readonly Directive[]
  readonly order: ReleaseOrder
  readonly now: Instant
}

/** What a group's next release must be above: what it proved last, moves now, or has rejected. */
function isAbove(rollout: Rollout, release: ServiceRelease, order: ReleaseOrder): boolean {
  const current = rollout.current
  if (current && current.state !== 'rejected' && order(release, current.release) <= 0) return false
  const proven = rollout.proven.at(-1)
  if (proven && order(release, proven.release) <= 0) return false
  return rejectedReleases(rollout).every((rejected) => order(release, rejected.release) > 0)
}

/**
 * The newest release above everything the group has, proven in all nearest targeted ancestors for the
 * group's promotion soak. A group without ancestors takes the newest that orders allow. What is promoted by order
 * goes first.
 */
export function chooseCandidate(choosing: Choosing): CandidateChoice {
  const { group, allowed, order, now } = choosing
  const promoted = newest(promotedBy(choosing), order)
  if (promoted) return { candidate: promoted, gate: undefined, isOrdered: true }
  if (group.ancestors.length === 0) {
    const above = allowed.filter((release) => isAbove(group.rollout, release, order))
    return { candidate: newest(above, order), gate: undefined, isOrdered: false }
  }
  const proofs = promotable(choosing)
  const soaked = proofs.filter((proof) => proof.opensAt <= now).map(({ release }) => release)
  const candidate = newest(soaked, order)
  return candidate
    ? { candidate, gate: undefined, isOrdered: false }
    : { candidate: undefined, gate: promotionGate(choosing, proofs), isOrdered: false }
}

/** What orders promote into the group. Each does so once: later revisions of its version are proven as all others are. */
function promotedBy({ group, allowed, directives, order }: Choosing): readonly ServiceRelease[] {
  const { current, proven } = group.rollout
  const taken = current?.state === 'rejected' ? proven : [current, ...proven]
  return allowed.filter(
    (release) =>
      promotionOf(directives, release, group.group.name) !== undefined &&
      taken.every((seen) => seen?.release.version !== release.version) &&
      isAbove(group.rollout, release, order),
  )
}

/** A proof and when its soak for promotion is over. */
interface Promotable extends Proof {
  readonly opensAt: Instant
}

/** The proof of one release in all of the ancestors, whatever the group has. */
export function proofIn(
  { group, rollouts, directives, order }: Choosing,
  wanted: ServiceRelease,
): Promotable | undefined {
  const proof = provenInAll(group.ancestors, rollouts, order).find(
    ({ release }) => releaseId(release) === releaseId(wanted),
  )
  return proof && { ...proof, opensAt: proof.at + soakOf(directives, wanted, group.group.promotion.soak) }
}

/** What the ancestors have proven, is above what the group has, and is allowed in it. */
function promotable({ group, rollouts, allowed, directives, order }: Choosing): readonly Promotable[] {
  const versions = new Set(allowed.map(({ version }) => version))
  return provenInAll(group.ancestors, rollouts, order)
    .filter(({ release }) => versions.has(release.version) && isAbove(group.rollout, release, order))
    .map((proof) => ({
      ...proof,
      opensAt: proof.at + soakOf(directives, proof.release, group.group.promotion.soak),
    }))
}

interface Proof {
  readonly release: ServiceRelease
  readonly at: Instant
}

/** Releases proven in every one of the groups, each with the time of its last proof. */
function provenInAll(
  groups: readonly string[],
  rollouts: ReadonlyMap<string, Rollout>,
  order: ReleaseOrder,
): readonly Proof[] {
  const [first = [], ...others] = groups.map((group) => standingProofs(rollouts.get(group), order))
  const proofs: Proof[] = []
  for (const proven of first) {
    const id = releaseId(proven.release)
    const times = others.map(
      (other) => other.find(({ release }) => releaseId(release) === id)?.at ?? Infinity,
    )
    const at = Math.max(proven.at, ...times)
    if (at < Infinity) proofs.push({ release: proven.release, at })
  }
  return proofs
}

/** A proof stands while everything proven after it is above it: a revert to an old revision must be proven again. */
function standingProofs(rollout: Rollout | undefined, order: ReleaseOrder): readonly Proof[] {
  const proven = rollout?.proven ?? []
  return proven.filter((proof, at) =>
    proven.slice(at + 1).every((later) => order(later.release, proof.release) > 0),
  )
}

/** Why nothing may start yet: the first proof that still soaks, or a release that is being proven. */
function promotionGate(choosing: Choosing, proofs: readonly Promotable[]): Gate | undefined {
  const { group, rollouts, allowed, order } = choosing
  const ancestors = group.ancestors.join(' and ')
  const [soaking] = proofs.toSorted((a, b) => a.opensAt - b.opensAt || order(b.release, a.release))
  if (soaking) {
    return {
      gate: 'promotion',
      state: 'waiting',
      reason: `${soaking.release.version} soaks in ${ancestors} for promotion`,
      since: soaking.at,
      opensWhen: `it has been proven in ${ancestors} for ${soaking.opensAt - soaking.at}s`,
      opensAt: soaking.opensAt,
    }
  }
  const versions = new Set(allowed.map(({ version }) => version))
  const coming = group.ancestors
    .map((ancestor) => rollouts.get(ancestor)?.current)
    .find(
      (current) =>
        current?.state === 'rolling' &&
        versions.has(current.release.version) &&
        isAbove(group.rollout, current.release, order),
    )
  if (!coming) return refusedGate(choosing)
  return {
    gate: 'promotion',
    state: 'waiting',
    reason: `${coming.release.version} is not proven in ${ancestors} yet`,
    since: coming.startedAt,
    opensWhen: `${coming.release.version} passes its last wave in ${ancestors}`,
    opensAt: undefined,
  }
}

/** The newest release stopped on its way here: only a newer one comes. */
function refusedGate({ group, rollouts, allowed, order }: Choosing): Gate | undefined {
  const release = newest(allowed, order)
  if (!release || !isAbove(group.rollout, release, order)) return undefined
  for (const rollout of rollouts.values()) {
    const verdict = rejectedReleases(rollout).find((each) => releaseId(each.release) === releaseId(release))
    if (!verdict) continue
    return {
      gate: 'promotion',
      state: 'waiting',
      reason: `${release.version} was rejected in ${rollout.group}`,
      since: verdict.at,
      opensWhen: `a version above ${release.version} is proven in ${group.ancestors.join(' and ')}`,
      opensAt: undefined,
    }
  }
  return undefined
}

/** While a proven release soaks for promotion to a child, newer ones wait, or a stream of versions would never reach it. */
export function promotionQueue(
  input: GroupPlanInput,
  children: readonly GroupPlanInput[],
  directives: readonly Directive[],
  order: ReleaseOrder,
  now: Instant,
): Gate | undefined {
  for (const child of children) {
    for (const proven of input.rollout.proven) {
      const opensAt = proven.at + soakOf(directives, proven.release, child.group.promotion.soak)
      if (opensAt <= now || !isAbove(child.rollout, proven.release, order)) continue
      if (!isAllowed(directives, proven.release, child.group.name)) continue
      return {
        gate: 'promotion',
        state: 'waiting',
        reason: `${proven.release.version} soaks here for promotion to ${child.group.name}`,
        since: proven.at,
        opensWhen: `${proven.release.version} may start in ${child.group.name}`,
        opensAt,
      }
    }
  }
  return undefined
}

function newest(releases: readonly ServiceRelease[], order: ReleaseOrder): ServiceRelease | undefined {
  return releases.reduce<ServiceRelease | undefined>(
    (best, release) => (best && order(best, release) >= 0 ? best : release),
    undefined,
  )
}
