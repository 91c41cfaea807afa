import type { GroupStatus } from '../../../operations/status.ts'
import { type Content, type Html, html } from '../html.ts'

/** A number of things that went wrong: quiet when none did, else a link to them. */
export function countCell(label: string, count: number, href: string): Html {
  return count === 0
    ? html`<td class="number zero void">0</td>`
    : html`<td class="number alarm" data-label="${label}"><a href="${href}">${count}</a></td>`
}

/** Nothing moves and nothing is wrong. */
export function isAtRest({ state, placements }: GroupStatus): boolean {
  return (state === 'proven' || state === 'idle') && placements.healthy === placements.total
}

/** How far a rollout is, of all that the group targets. Drawn only where it says something; numbers beside it say the same. */
export function healthBar(group: GroupStatus): Content {
  const { targets, state, placements } = group
  if (targets === 0 || (state !== 'rolling' && state !== 'halted')) return null
  const { healthy, failed, silent } = placements
  const width = (count: number): number => Math.round((count / targets) * 5600) / 100
  return html`<svg class="bar" viewBox="0 0 56 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="rest" y="3" width="56" height="2" />
    <rect y="1" width="${width(healthy)}" height="6" />
    <rect class="failed" x="${width(healthy)}" y="1" width="${width(failed)}" height="6" />
    <rect class="silent" x="${width(healthy + failed)}" y="2" width="${width(silent)}" height="4" />
  </svg>`
}
