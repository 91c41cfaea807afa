import type { Instant } from '../../../core/domain/time.ts'
import type { GateAnswer } from '../../../operations/shapes.ts'
import { formatUntil } from '../times.ts'

/** The most telling of several gates in a few words: `soak of 7 clusters, until 14:32 (11m)`. */
export function formatWaits(gates: readonly GateAnswer[], next: readonly string[], now: Instant): string {
  const [first, ...others] = gates.toSorted((a, b) => rank(a) - rank(b))
  if (!first) return next.length > 0 ? `next: ${next.join('; ')}` : '-'
  const more = others.length > 0 ? ` (+${others.length} more)` : ''
  return `${formatGate(first, now)}${more}`
}

export function formatGate(gate: GateAnswer, now: Instant): string {
  const reason = `${prefixes[gate.gate] ?? ''}${gate.reason}`
  return gate.opensAt === null ? reason : `${reason}, until ${formatUntil(gate.opensAt, now)}`
}

/** Gates whose reason is a person's words. */
const prefixes: Readonly<Record<string, string>> = { hold: 'hold: ', catalog: 'frozen: ' }

/** What a person must open goes before what opens by itself. */
function rank(gate: GateAnswer): number {
  return gate.state === 'shut' ? 0 : 1
}
