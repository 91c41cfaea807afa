import type { Directive } from '../../core/domain/directive.ts'
import type { Fault } from '../../core/plan/blame.ts'
import type { Gate, GateName } from '../../core/plan/service-plan.ts'
import { placementAt } from '../placements.ts'
import { orderOfGate } from './gate-rules.ts'
import type { Rule } from './rule.ts'
import type { Subject, SubjectPlace } from './subject.ts'

/** Whose move it is, and which: the first thing that stays as it is until somebody acts. Null: time or Halyard acts. */
export function moveOf(subject: Subject, place: SubjectPlace, rules: readonly Rule[]): string | null {
  const { directives, service } = subject.planned.input
  if (place.refusal)
    return `${service.owner} releases a version above ${place.refusal.verdict.release.version}`
  const kept = rules.find(({ rule, verdict, place: file }) => rule === 'wave' && verdict === 'not' && file)
  const shutting = rules.find(({ rule }) => rule === 'hold') ?? kept
  const order = shutting && directives.find(({ file }) => shutting.place === `${file}:1`)
  if (order) return ended(order, shutting.by)
  for (const gate of place.plan.waitsFor) {
    const move = moveAtGate[gate.gate]({ gate, subject, place, rules })
    if (move !== undefined) return move
  }
  return moveOnCluster(subject, service.owner)
}

interface AtGate {
  readonly gate: Gate
  readonly subject: Subject
  readonly place: SubjectPlace
  readonly rules: readonly Rule[]
}

/** Undefined: the gate opens by itself or by what Halyard does, or it needs a person only where a cluster fails. */
type Move = (at: AtGate) => string | undefined

const nobody: Move = () => undefined

const newer: Move = ({ subject, place }) =>
  `${subject.planned.input.service.owner} releases a version above ${(place.plan.release ?? place.coming)?.version}`

/** Whoever gave the order, unless it ends by time. */
const orderer: Move = ({ gate, subject, rules }) => {
  const order = orderOfGate(gate, subject.planned.input.directives)
  if (!order || gate.opensAt !== undefined) return undefined
  return ended(order, rules.find(({ place }) => place === `${order.file}:1`)?.by ?? null)
}

/** A new gate does not compile before somebody says whose move it is. */
const moveAtGate: Readonly<Record<GateName | 'requires', Move>> = {
  blackout: () => moves.cluster,
  budget: nobody,
  catalog: ({ subject }) => `${subject.planned.input.service.owner} mends the catalog: halctl validate`,
  promotion: nobody,
  health: nobody,
  soak: nobody,
  silent: () => moves.cluster,
  hold: orderer,
  freeze: orderer,
  withdrawn: newer,
  pin: orderer,
  // It keeps waves from some clusters only; the group goes on without them, until nothing else is left.
  cordon: orderer,
  approval: ({ gate }) =>
    gate.reason.includes('sha256:') ? 'a person approves what leaves' : 'a person approves the pull request',
  dependents: nobody,
  removal: nobody,
  rejected: newer,
  halted: newer,
  requires: () => 'the owners of what it requires bring that into range',
  eligible: ({ subject, place }) =>
    (place.input.rollout.current?.failed.length ?? 0) > 0
      ? `${subject.planned.input.service.owner} mends what failed, then: halctl retry ${subject.planned.input.service.name} --group ${place.input.group.name}`
      : moves.cluster,
}

const endings: Readonly<Record<Directive['kind'], string | undefined>> = {
  Hold: 'resume',
  Freeze: 'unfreeze',
  Pin: 'unpin',
  Cordon: 'uncordon',
  Rollback: undefined,
  Withdraw: undefined,
  Expedite: undefined,
  Skip: undefined,
  Retry: undefined,
  Approve: undefined,
  Promote: undefined,
}

/** `ana@example.com ends it: halctl resume hold-payments` */
function ended({ kind, name, file }: Directive, by: string | null): string {
  const verb = endings[kind]
  const how = verb === undefined ? `remove ${file}` : `halctl ${verb} ${name}`
  return `${by ?? 'whoever ordered it'} ends it: ${how}`
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
