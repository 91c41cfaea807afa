import type { Instant } from '../../../core/domain/time.ts'
import type { GateAnswer } from '../../../operations/shapes.ts'
import { formatMoment, formatUntil } from '../times.ts'

/** The most telling of several gates in a few words: `soak of 7 clusters, until 14:32 (11m)`. */
export function formatWaits(gates: readonly GateAnswer[], next: readonly string[], now: Instant): string {
  const [first, ...others] = gates.toSorted((a, b) => rank(a) - rank(b))
  if (!first) return next.length > 0 ? `next: ${next.join('; ')}` : '-'
  const more = others.length > 0 ? ` (+${others.length} more)` : ''
  return `${formatGate(first, now)}${more}`
}

/** The same where there is little room: what it waits for, without whom. */
export function formatWaitsShort(
  gates: readonly GateAnswer[],
  next: readonly string[],
  now: Instant,
): string {
  const [first, ...others] = gates.toSorted((a, b) => rank(a) - rank(b))
  if (!first) return next.length > 0 ? 'the next step' : '-'
  const text =
    first.opensAt === null
      ? (shortNames[first.gate] ?? formatGate(first, now))
      : `${first.gate} until ${formatMoment(first.opensAt, now)}`
  return others.length > 0 ? `${text} (+${others.length})` : text
}

const shortNames: Readonly<Record<string, string>> = {
  catalog: 'errors in the catalog',
  health: 'health',
  silent: 'silent clusters',
  approval: 'approval',
  rejected: 'a newer version',
  halted: 'a newer version',
  eligible: 'eligible clusters',
  promotion: 'promotion',
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
