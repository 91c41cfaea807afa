import type { Instant } from '../../../core/domain/time.ts'
import type { ServerDeps, StoryEvent } from '../deps.ts'
import { type Content, type Html, html } from '../html.ts'
import { clusterLink, pullLink, serviceLink } from '../links.ts'
import { momentOf } from '../times.ts'

/** Kinds that nobody likes to read. */
const alarming: ReadonlySet<string> = new Set([
  'rejected',
  'halted',
  'placementFailed',
  'catalogError',
  'fleetEdited',
  'clusterUnreachable',
  'rolledBack',
  'requirementBroken',
])

/** One line an event: time, what it is about, the story, its pull request. */
export function eventLog(deps: ServerDeps, events: readonly StoryEvent[], now: Instant): Html {
  if (events.length === 0) return html`<p class="quiet">Nothing has happened yet.</p>`
  return html`<table class="log stack" aria-label="Events">
    <tbody>
      ${events.map((event) => eventRow(deps, event, now))}
    </tbody>
  </table>`
}

function eventRow(deps: ServerDeps, event: StoryEvent, now: Instant): Html {
  const { service, cluster, group } = event
  const subject: Content =
    service !== undefined
      ? serviceLink(service)
      : cluster !== undefined
        ? clusterLink(cluster)
        : (group ?? '')
  return html`<tr>
    <td class="tight">${momentOf(event.at, now)}</td>
    <td class="tight">${subject}</td>
    <td class="${alarming.has(event.kind) && 'alarm'}">${story(deps, event)}</td>
  </tr>`
}

/** The text with its pull request as a link, which is added where the text does not name it. */
function story(deps: ServerDeps, { text, pullRequest }: StoryEvent): Content {
  const words = text.replaceAll(/\s{2,}/g, ' · ')
  if (pullRequest === undefined) return words
  const name = `#${pullRequest}`
  const at = words.search(new RegExp(`${name}(?!\\d)`))
  if (at < 0) return html`${words} · PR ${pullLink(deps, pullRequest)}`
  return html`${words.slice(0, at)}${pullLink(deps, pullRequest)}${words.slice(at + name.length)}`
}
