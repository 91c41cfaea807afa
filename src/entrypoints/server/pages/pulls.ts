import type { Instant } from '../../../core/domain/time.ts'
import type { PullRequests, ServerDeps, ShownPullRequest } from '../deps.ts'
import { type Content, type Html, html } from '../html.ts'
import { clusterLink, pullLink, serviceLink } from '../links.ts'
import type { Page } from '../page.ts'
import { readableBody } from '../readable-body.ts'
import { stateOf } from '../shapes.ts'
import { momentAndAge, momentOf } from '../times.ts'

const pullsShown = 200

/** The local forge's pull requests, open ones first, then newest first. */
export async function pullsPage(deps: ServerDeps, pulls: PullRequests, now: Instant): Promise<Page> {
  const all = await pulls.all({ limit: pullsShown })
  const open = all.filter(({ state }) => state === 'open')
  const ended = all.filter(({ state }) => state !== 'open')
  return {
    title: 'Pull requests',
    section: 'pulls',
    now,
    content: html`<h1>Pull requests</h1>
      <ul class="facts">
        <li>${open.length} <small>open</small></li>
        <li>${ended.filter(({ state }) => state === 'merged').length} <small>merged</small></li>
        <li>${ended.filter(({ state }) => state === 'closed').length} <small>closed</small></li>
        ${all.length === pullsShown && html`<li class="quiet">the newest ${pullsShown}</li>`}
      </ul>
      <h2>Open</h2>
      ${open.length > 0 ? pullTable(deps, open, now) : html`<p class="quiet">None: whatever was opened is merged or closed.</p>`}
      <h2>Merged and closed</h2>
      ${ended.length > 0 ? pullTable(deps, ended, now) : html`<p class="quiet">None yet.</p>`}`,
  }
}

function pullTable(deps: ServerDeps, pulls: readonly ShownPullRequest[], now: Instant): Html {
  return html`<table class="log stack" aria-label="Pull requests">
    <tbody>
      ${pulls.map(
        (pull) =>
          html`<tr>
            <td class="tight number">${pullLink(deps, pull.number)}</td>
            <td class="tight">${pullState(pull)}</td>
            <td><a href="/pulls/${pull.number}">${pull.title}</a>${approvalsOf(pull)}</td>
            <td class="tight">${momentOf(pull.endedAt ?? pull.createdAt, now)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function approvalsOf({ approvals, state, status }: ShownPullRequest): Content {
  return html`${approvals.length > 0 && html` <small>approved by ${approvals.join(', ')}</small>`}${
    state === 'open' && status && html` <small>${status.description}</small>`
  }`
}

function pullState({ state }: ShownPullRequest): Html {
  return state === 'merged' ? stateOf('merged', 'good') : stateOf(state)
}

/** One pull request as a person reviews it. */
export function pullPage(pull: ShownPullRequest, now: Instant): Page {
  const { status } = pull
  return {
    title: `#${pull.number} ${pull.title}`,
    section: 'pulls',
    now,
    content: html`<h1>${pull.title} <span class="quiet">#${pull.number}</span></h1>
      <ul class="facts">
        <li>${pullState(pull)}</li>
        <li><small>opened</small> ${momentAndAge(pull.createdAt, now)}</li>
        ${pull.endedAt !== undefined && html`<li><small>${pull.state}</small> ${momentAndAge(pull.endedAt, now)}${pull.endedBy !== undefined && html` <small>by</small> ${pull.endedBy}`}</li>`}
        ${subjectsOf(pull)}
      </ul>
      ${pull.comment !== undefined && html`<p class="notice">${pull.comment}</p>`}
      <table class="facts-table" aria-label="Facts">
        <tbody>
          <tr>
            <th scope="row" class="tight">Branch</th>
            <td class="path">${pull.branch} → ${pull.base}</td>
          </tr>
          <tr>
            <th scope="row" class="tight">Head</th>
            <td class="path">${pull.headSha}</td>
          </tr>
          <tr>
            <th scope="row" class="tight">Gates</th>
            <td>
              ${status ? html`${stateOf(status.state)} <span class="quiet">${status.context}</span> ${status.description}` : html`<span class="quiet">not told yet</span>`}
            </td>
          </tr>
          <tr>
            <th scope="row" class="tight">Approved by</th>
            <td>
              ${pull.approvals.length > 0 ? pull.approvals.join(', ') : html`<span class="quiet">nobody</span>`}
            </td>
          </tr>
          <tr>
            <th scope="row" class="tight">Merge commit</th>
            <td class="path">${pull.mergeCommit ?? '-'}</td>
          </tr>
        </tbody>
      </table>
      <pre class="body">${readableBody(pull.body)}</pre>`,
  }
}

/** What it is about, from the labels that Halyard gives. */
function subjectsOf({ labels }: ShownPullRequest): Content {
  return labels.map((label) => {
    const [kind, ...rest] = label.split('/')
    const name = rest.join('/')
    if (kind === 'service') return html`<li><small>service</small> ${serviceLink(name)}</li>`
    if (kind === 'cluster') return html`<li><small>cluster</small> ${clusterLink(name)}</li>`
    return kind === 'group' && html`<li><small>group</small> ${name}</li>`
  })
}
