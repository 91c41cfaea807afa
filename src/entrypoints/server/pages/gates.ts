import type { Instant } from '../../../core/domain/time.ts'
import type { GateAnswer } from '../../../operations/shapes.ts'
import type { GroupStatus } from '../../../operations/status.ts'
import { type Content, type Html, html } from '../html.ts'
import { stateOf } from '../shapes.ts'
import { momentAndAge, momentOf } from '../times.ts'

/** What holds a group up, in one line, and until when. */
export function waitsCell(group: GroupStatus, href: string, now: Instant): Content {
  const [first, ...others] = sorted(group.waitsFor)
  if (!first)
    return group.next.length > 0 ? html`next: ${group.next.join('; ')}` : html`<span class="zero">-</span>`
  const text = html`<a href="${href}">${first.reason}</a>`
  return html`${first.state === 'shut' ? html`<span class="alarm">${text}</span>` : text}${
    first.opensAt !== null && html`<small>, until</small> ${momentAndAge(first.opensAt, now)}`
  }${others.length > 0 && html` <small>and ${others.length} more</small>`}`
}

/** Every gate that is not open: reason, since when, what opens it and when. */
export function gateList(gates: readonly GateAnswer[], now: Instant): Content {
  if (gates.length === 0) return null
  return html`<ul class="gates">
    ${sorted(gates).map((gate) => gateItem(gate, now))}
  </ul>`
}

function gateItem(gate: GateAnswer, now: Instant): Html {
  return html`<li>
    ${stateOf(gate.state)} <strong>${gate.gate}</strong> <span class="why">${gate.reason}</span><br />
    <small
      >${gate.since !== null && html`since ${momentOf(gate.since, now)}; `}opens when
      ${gate.opensWhen}${gate.opensAt !== null && html`: ${momentAndAge(gate.opensAt, now)}`}</small
    >
  </li>`
}

/** What a person must open goes before what opens by itself. */
function sorted(gates: readonly GateAnswer[]): readonly GateAnswer[] {
  return gates.toSorted((a, b) => Number(b.state === 'shut') - Number(a.state === 'shut'))
}
