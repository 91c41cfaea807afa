import type { Static } from 'typebox'
import type { Instant } from '../../../core/domain/time.ts'
import type { history } from '../../../operations/history.ts'
import type { ServerDeps } from '../deps.ts'
import { type Html, html } from '../html.ts'
import { pullLink } from '../links.ts'
import { momentOf } from '../times.ts'

export type HistoryEntry = Static<typeof history.output>['entries'][number]

/** What was merged into the fleet repository, one line a commit. */
export function historyTable(deps: ServerDeps, entries: readonly HistoryEntry[], now: Instant): Html {
  if (entries.length === 0) return html`<p class="quiet">Nothing was merged yet.</p>`
  return html`<table class="log stack" aria-label="Merged">
    <tbody>
      ${entries.map(
        ({ at, kind, text, pullRequest, initiator, commit }) =>
          html`<tr>
            <td class="tight">${momentOf(at, now)}</td>
            <td class="tight quiet">${kind}</td>
            <td>${text}${initiator !== null && html` <small>by ${initiator}</small>`}</td>
            <td class="tight">${pullRequest !== null && pullLink(deps, pullRequest)}</td>
            <td class="tight path" title="${commit}">${commit.slice(0, 10)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}
