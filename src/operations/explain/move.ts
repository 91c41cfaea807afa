import type { Fault } from '../../core/plan/blame.ts'
import type { Gate } from '../../core/plan/types.ts'
import { placementAt } from '../placements.ts'
import type { Rule } from './shape.ts'
import type { Subject, SubjectPlace } from './subject.ts'

/** Whose move it is, and which: the first thing that stays as it is until somebody acts. Null: time or Halyard acts. */
export function moveOf(subject: Subject, place: SubjectPlace, rules: readonly Rule[]): string | null {
  const { owner } = subject.planned.input.service
  if (place.refusal) return `${owner} releases a version above ${place.refusal.verdict.release.version}`
  const hold = rules.find(({ rule }) => rule === 'hold')
  if (hold) {
    const name = hold.place?.replace(/^directives\/|\.yaml.*$/g, '') ?? ''
    return `${hold.by ?? 'whoever ordered the hold'} ends it: halctl resume ${name}`
  }
  for (const gate of place.plan.waitsFor) {
    const move = moveAtGate(gate, owner, place)
    if (move !== undefined) return move
  }
  return moveOnCluster(subject, owner)
}

/** Undefined: the gate opens by itself or by what Halyard does, or it needs a person only where a cluster fails. */
function moveAtGate({ gate }: Gate, owner: string, { plan }: SubjectPlace): string | undefined {
  if (gate === 'rejected' || gate === 'halted')
    return `${owner} releases a version above ${plan.release?.version}`
  if (gate === 'catalog') return `${owner} mends the catalog: halctl validate`
  if (gate === 'approval') return 'a person approves the pull request'
  return gate === 'silent' ? moves.cluster : undefined
}

const moves: Readonly<Record<Exclude<Fault, 'service'>, string>> = {
  platform: 'the people of the platform mend how files reach the cluster',
  cluster: 'the people of the cluster bring it back into contact',
}

/** A cluster that is out of contact or failing keeps waiting for whoever can mend that. */
function moveOnCluster({ planned, cluster }: Subject, owner: string): string | null {
  if (!cluster) return null
  const { silent, state, fault } = placementAt(planned.input, cluster.ordinal)
  if (silent) return moves.cluster
  if (state !== 'failed') return null
  return fault === 'service' ? `${owner} mends the service` : moves[fault]
}
