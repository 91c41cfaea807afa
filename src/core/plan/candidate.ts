import type { Directive } from '../domain/directive.ts'
import type { Rollout } from '../domain/rollout.ts'
import { releaseId, type ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import { isAllowed } from './orders.ts'
import type { Gate, GroupPlanInput } from './types.ts'

export type ReleaseOrder = (a: ServiceRelease, b: ServiceRelease) => number

/** The release that a group would take next, or the gate that keeps the newest one from it. */
export interface CandidateChoice {
  readonly candidate: ServiceRelease | undefined
  readonly gate: Gate | undefined
}

/** What a group's next release must be above: what it proved last, moves now, or has rejected. */
function isAbove(rollout: Rollout, release: ServiceRelease, order: ReleaseOrder): boolean {
  const current = rollout.current
  if (current && current.state !== 'rejected' && order(release, current.release) <= 0) return false
  const proven = rollout.proven.at(-1)
  if (proven && order(release, proven.release) <= 0) return false
  return rollout.rejected.every((rejected) => order(release, rejected.release) > 0)
}

/**
 * The newest release above everything the group has, proven in all nearest targeted ancestors for the
 * group's promotion soak. A group without ancestors takes the newest of `catalog`, which holds what orders allow.
 */
export function chooseCandidate(
  input: GroupPlanInput,
  rollouts: ReadonlyMap<string, Rollout>,
  catalog: readonly ServiceRelease[],
  order: ReleaseOrder,
  now: Instant,
): CandidateChoice {
  const above = (release: ServiceRelease): boolean => isAbove(input.rollout, release, order)
  if (input.ancestors.length === 0)
    return { candidate: newest(catalog.filter(above), order), gate: undefined }

  const versions = new Set(catalog.map((release) => release.version))
  const proofs = provenInAll(input.ancestors, rollouts, order).filter(
    (proof) => versions.has(proof.release.version) && above(proof.release),
  )
  const soak = input.group.promotion.soak
  const candidate = newest(
    proofs.filter((proof) => proof.at + soak <= now).map((proof) => proof.release),
    order,
  )
  if (candidate) return { candidate, gate: undefined }
  return { candidate: undefined, gate: promotionGate(input, proofs, rollouts, versions, order) }
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

function promotionGate(
  input: GroupPlanInput,
  proofs: readonly Proof[],
  rollouts: ReadonlyMap<string, Rollout>,
  versions: ReadonlySet<string>,
  order: ReleaseOrder,
): Gate | undefined {
  const soaking = proofs.reduce<Proof | undefined>(
    (best, proof) => (best && order(best.release, proof.release) > 0 ? best : proof),
    undefined,
  )
  const ancestors = input.ancestors.join(' and ')
  if (soaking) {
    return {
      gate: 'promotion',
      state: 'waiting',
      reason: `${soaking.release.version} soaks in ${ancestors} for promotion`,
      since: soaking.at,
      opensWhen: `it has been proven in ${ancestors} for ${input.group.promotion.soak}s`,
      opensAt: soaking.at + input.group.promotion.soak,
    }
  }
  const coming = input.ancestors
    .map((group) => rollouts.get(group)?.current)
    .find(
      (current) =>
        current?.state === 'rolling' &&
        versions.has(current.release.version) &&
        isAbove(input.rollout, current.release, order),
    )
  if (!coming) return undefined
  return {
    gate: 'promotion',
    state: 'waiting',
    reason: `${coming.release.version} is not proven in ${ancestors} yet`,
    since: coming.startedAt,
    opensWhen: `${coming.release.version} passes its last wave in ${ancestors}`,
    opensAt: undefined,
  }
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
      const opensAt = proven.at + child.group.promotion.soak
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
