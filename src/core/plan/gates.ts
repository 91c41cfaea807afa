import type { CurrentRelease, Rollout } from '../domain/rollout.ts'
import type { Allowance } from './group-tally.ts'
import { sickText } from './sick.ts'
import type { GroupTally } from './tally.ts'
import type { Gate } from './service-plan.ts'

/** What the opened wave still needs; empty when it passed. */
export function waveGates(
  tally: GroupTally,
  allowance: Allowance,
  names: readonly string[],
  since: number,
): readonly Gate[] {
  const gates: Gate[] = []
  const shown = tally.waiting.map((cluster) => names[cluster] ?? '').join(', ')
  if (tally.pending > 0) {
    gates.push({
      gate: 'health',
      state: 'waiting',
      reason: `${clustersOf(tally.pending)} not healthy yet: ${shown}${tally.pending > tally.waiting.length ? ', …' : ''}${sickText(tally, names)}`,
      since,
      opensWhen: Number.isFinite(allowance.failed)
        ? `they report healthy; the error budget of this wave is ${allowance.failed}`
        : 'they report healthy, or fail and go back themselves',
      opensAt: undefined,
    })
  }
  if (tally.soakEnds !== undefined) {
    gates.push({
      gate: 'soak',
      state: 'waiting',
      reason: `soak of ${clustersOf(tally.healthy - tally.soaked)}${sickText(tally, names)}`,
      since,
      opensWhen: 'each has been healthy for the whole soak',
      opensAt: tally.soakEnds,
    })
  }
  if (tally.silent > allowance.silent) {
    gates.push({
      gate: 'silent',
      state: 'waiting',
      reason: `${clustersOf(tally.silent)} silent since the merge, ${allowance.silent} may be left behind: ${shown}`,
      since,
      opensWhen: 'they report again',
      opensAt: undefined,
    })
  }
  if (gates.length === 0 && tally.soaked === 0 && Number.isFinite(allowance.failed)) {
    gates.push({
      gate: 'health',
      state: 'waiting',
      reason: 'no placement of this wave is healthy: an empty wave proves nothing',
      since,
      opensWhen: 'at least one has been healthy for the whole soak',
      opensAt: undefined,
    })
  }
  return gates
}

/** Says why a group whose last release is rejected or halted stands still. */
export function restGate(current: CurrentRelease | undefined, rollout: Rollout): Gate | undefined {
  if (current?.state !== 'rejected' && current?.state !== 'halted') return undefined
  const verdict = rollout.rejected.at(-1)
  return {
    gate: current.state,
    state: 'shut',
    reason: `${current.release.version} ${current.state}: ${verdict?.reason ?? ''}`,
    since: verdict?.at,
    opensWhen: `a version above ${current.release.version} arrives`,
    opensAt: undefined,
  }
}

/** Nothing can be moved although placements are left. */
export function eligibleGate(passedOver: number, since: number | undefined): Gate {
  return {
    gate: 'eligible',
    state: 'waiting',
    reason: `${clustersOf(passedOver)} can not be moved now: silent, not bootstrapped, or set apart after a failure`,
    since,
    opensWhen: 'they report again',
    opensAt: undefined,
  }
}

export function clustersOf(count: number): string {
  return count === 1 ? '1 cluster' : `${count} clusters`
}
