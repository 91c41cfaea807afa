import type { Directive } from '../../core/domain/directive.ts'
import { isInScope, ordersOf } from '../../core/plan/orders.ts'
import type { Gate } from '../../core/plan/service-plan.ts'
import { toMoment } from '../answer-values.ts'
import { not, type Rule, yes } from './rule.ts'
import type { Subject, SubjectPlace } from './subject.ts'

/** Every gate of the group that is not open. An order is told with its file and who wrote it. */
export async function gateRules(
  subject: Subject,
  { input, plan, mayStart, coming }: SubjectPlace,
): Promise<readonly Rule[]> {
  const { planned } = subject
  const { service, directives } = planned.input
  const rules: Rule[] = []
  for (const gate of plan.waitsFor) {
    if (gate.gate === 'hold') continue
    if (gate.gate === 'promotion' && !mayStart) continue
    if (gate.gate === 'rejected' || gate.gate === 'halted') continue
    // Which clusters are passed over is nothing to any other one; each is told its own error.
    if (subject.cluster && gate.gate === 'catalog' && gate.state === 'waiting') continue
    rules.push(await gateRule(subject, gate))
  }
  // Also while a wave still soaks: its end would open nothing.
  const holds = ordersOf(directives, 'Hold').filter(({ scope }) =>
    isInScope(scope, service.name, input.group.name),
  )
  if (coming)
    for (const hold of holds) {
      const opensWhen = `${hold.file} is removed`
      rules.push(not('hold', hold.reason, { ...(await placeOf(subject, hold)), opensWhen }))
    }
  const proposes = planned.plan.proposals.some(({ group }) => group === input.group.name)
  return rules.length === 0 && proposes ? [yes('gates', 'all are open: the next step moves on')] : rules
}

export function fromGate(gate: Gate, rule: string): Rule {
  const { reason, opensWhen, opensAt } = gate
  return not(rule, reason, { opensWhen, opensAt: toMoment(opensAt) })
}

async function gateRule(subject: Subject, gate: Gate): Promise<Rule> {
  const rule = fromGate(gate, gate.gate)
  const order = orderOfGate(gate, subject.planned.input.directives)
  if (!order) return rule
  // Its file is told as the place.
  const text = rule.text.replace(` (${order.file})`, '')
  return { ...rule, text, ...(await placeOf(subject, order)) }
}

async function placeOf({ planning }: Subject, { file }: Directive): Promise<Pick<Rule, 'place' | 'by'>> {
  const by = (await planning.catalog.lastChange(file))?.author.email ?? null
  return { place: `${file}:1`, by }
}

/** The order whose end opens a gate; gates tell it by its file. */
export function orderOfGate({ opensWhen }: Gate, directives: readonly Directive[]): Directive | undefined {
  return directives.find(({ file }) => opensWhen.includes(`${file} is removed`))
}
