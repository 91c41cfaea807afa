import type { Static } from 'typebox'
import { type Instant, parseInstant } from '../../../core/domain/time.ts'
import { operations } from '../../../operations/table.ts'
import type { GroupStatus, ServiceStatus, status } from '../../../operations/status.ts'
import type { Workspace } from '../../../operations/workspace.ts'
import type { ServerDeps } from '../deps.ts'
import { type Content, type Html, html } from '../html.ts'
import { serviceLink, servicePage } from '../links.ts'
import type { Page } from '../page.ts'
import { stateOf } from '../shapes.ts'
import { clusterCells, type ClusterFact, readClusters } from './clusters.ts'
import { countCell, healthBar, isAtRest } from './counts.ts'
import { eventLog } from './event-log.ts'
import { waitsCell } from './gates.ts'

type StatusAnswer = Static<typeof status.output>

const servicesShown = 200
const eventsShown = 40
const cellsShown = 60

/** The whole fleet at one look: each service in each group, what happened, and the clusters. */
export async function dashboard(deps: ServerDeps, workspace: Workspace, showsAll: boolean): Promise<Page> {
  const answer = await operations.status.handler(workspace, {})
  const clusters = readClusters(await workspace.planning())
  const now = parseInstant(answer.now) ?? workspace.now
  const services = answer.services.toSorted(byUrgency)
  const shown = showsAll ? services : services.slice(0, servicesShown)
  return {
    title: 'Fleet',
    section: 'fleet',
    now,
    content: html` <h1>${headline(answer.services)}</h1>
      ${factsOf(answer, clusters)} ${publication(answer, now)} ${serviceTable(shown, now)}
      ${
        shown.length < services.length &&
        html`<p>
          <a href="/?all=1">${services.length - shown.length} more services, all at rest or less urgent</a>
        </p>`
      }
      <div class="columns">
        <section>
          <h2>Events <small>newest first</small></h2>
          ${eventLog(deps, deps.events({ limit: eventsShown }), now)}
        </section>
        <section>
          <h2>Clusters</h2>
          ${clusterCells(clusters, now, cellsShown)}
        </section>
      </div>`,
  }
}

/** One sentence that says whether someone must look. */
function headline(services: readonly ServiceStatus[]): string {
  const urgent = services.filter((service) => urgency(service) === 0).map(({ service }) => service)
  const moving = services.filter(({ groups }) => groups.some(({ state }) => state === 'rolling'))
  if (urgent.length > 0)
    return urgent.length <= 3
      ? `${listOf(urgent)} ${urgent.length === 1 ? 'needs' : 'need'} a person`
      : `${urgent.length} services need a person`
  if (moving.length > 0)
    return moving.length === 1
      ? `${moving[0]?.service} is rolling out`
      : `${moving.length} services are rolling out`
  return services.length === 0 ? 'The catalog has no service yet' : 'Everything is where it should be'
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function factsOf({ services }: StatusAnswer, clusters: readonly ClusterFact[]): Html {
  const silent = clusters.filter(({ contact }) => contact !== 'in contact').length
  const groups = services.flatMap((service) => service.groups)
  const rolling = groups.filter(({ state }) => state === 'rolling').length
  const failing = services.filter(({ failures }) => failures.length > 0)
  const failed = failing.reduce((sum, { failures }) => sum + failures.length, 0)
  const [firstFailing] = failing
  return html`<ul class="facts">
    <li>${plural(services.length, 'service')}</li>
    <li>${rolling} <small>rolling out</small></li>
    <li class="${firstFailing && 'alarm'}">
      ${
        firstFailing
          ? html`<a href="${servicePage(firstFailing.service, 'failures')}">${failed} failed</a>`
          : html`${failed} <small>failed</small>`
      }
    </li>
    <li><a href="/clusters">${plural(clusters.length, 'cluster')}</a></li>
    <li class="${silent > 0 && 'alarm'}">${silent} <small>silent</small></li>
  </ul>`
}

function plural(count: number, noun: string): Html {
  return html`${count} <small>${count === 1 ? noun : `${noun}s`}</small>`
}

/** Older than this, people must know that nobody looks any more. */
const staleAfter = 180

function publication({ at, publishedBy }: StatusAnswer, now: Instant): Content {
  if (publishedBy === null)
    return html`<p class="notice">
      No controller has published what it sees in this fleet repository: health is not known.
    </p>`
  const isStale = now - (parseInstant(at) ?? now) > staleAfter
  return isStale && html`<p class="notice">Health as of ${at}: no controller publishes it now.</p>`
}

function serviceTable(services: readonly ServiceStatus[], now: Instant): Html {
  return html`<h2>Services</h2>
    <table class="stack" aria-label="Services by group">
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col">Group</th>
          <th scope="col">Release</th>
          <th scope="col">State</th>
          <th scope="col" class="number">Wave</th>
          <th scope="col" class="number">Healthy</th>
          <th scope="col"></th>
          <th scope="col" class="number">Failed</th>
          <th scope="col" class="number">Silent</th>
          <th scope="col" class="wide">Waits for</th>
        </tr>
      </thead>
      ${services.map((service) => serviceRows(service, now))}
    </table>`
}

function serviceRows(service: ServiceStatus, now: Instant): Html {
  const name = service.service
  const head = html`<th scope="rowgroup" rowspan="${Math.max(1, service.groups.length)}">
    ${serviceLink(name)}
  </th>`
  if (service.groups.length === 0)
    return html`<tbody class="joined">
      <tr>
        ${head}
        <td colspan="9" class="quiet">${service.summary}</td>
      </tr>
    </tbody>`
  return html`<tbody class="joined">
    ${
      isAllAtRest(service)
        ? restRow(service)
        : service.groups.map((group, at) => groupRow(name, group, at === 0 && head, now))
    }
  </tbody>`
}

/** The same release is healthy everywhere, and nothing comes: a row for each group would say so again and again. */
function isAllAtRest({ groups, frozenBy, failures }: ServiceStatus): boolean {
  const versions = new Set(groups.map(({ release }) => release?.version))
  const rests = ({ state, placements: { total, healthy }, waitsFor, next }: GroupStatus): boolean =>
    state === 'proven' && healthy === total && waitsFor.length + next.length === 0
  return versions.size === 1 && frozenBy === null && failures.length === 0 && groups.every(rests)
}

function restRow({ service, groups }: ServiceStatus): Html {
  const total = groups.reduce((sum, { placements }) => sum + placements.total, 0)
  return html`<tr>
    <th scope="row">${serviceLink(service)}</th>
    <td class="tight quiet">${plural(groups.length, 'group')}</td>
    <td class="tight">${groups[0]?.release?.version}</td>
    <td class="tight">${stateOf('proven')}</td>
    <td class="number void zero">-</td>
    <td class="number zero" data-label="healthy">${total}/${total}</td>
    <td class="tight void"></td>
    ${countCell('failed', 0, servicePage(service, 'placements'))}
    ${countCell('silent', 0, servicePage(service, 'placements'))}
    <td class="why void">-</td>
  </tr>`
}

function groupRow(service: string, group: GroupStatus, head: Content, now: Instant): Html {
  const { total, healthy, failed, silent } = group.placements
  const to = servicePage(service, group.group)
  return html`<tr>
    ${head}
    <td class="tight"><a href="${to}">${group.group}</a></td>
    <td class="tight">${releaseOf(group)}</td>
    <td class="tight">${stateOf(group.state)}</td>
    ${
      group.waves > 0
        ? html`<td class="number ${isAtRest(group) && 'void'}" data-label="wave">
            <a href="${to}">${group.wave}/${group.waves}</a>
          </td>`
        : html`<td class="number void zero">-</td>`
    }
    <td class="number ${isAtRest(group) && 'zero'}" data-label="healthy">${healthy}/${total}</td>
    <td class="tight void">${healthBar(group)}</td>
    ${countCell('failed', failed, servicePage(service, 'placements'))}
    ${countCell('silent', silent, servicePage(service, 'placements'))}
    <td class="why ${group.waitsFor.length + group.next.length === 0 && 'void'}">
      ${waitsCell(group, to, now)}
    </td>
  </tr>`
}

/** `1.4.2 → 1.4.3` when another one comes; what runs in truth where a release was sent back. */
function releaseOf({ release, candidate, state, desired }: GroupStatus): Content {
  const next =
    candidate && candidate.version !== release?.version && html` <small>→ ${candidate.version}</small>`
  const hasGoneBack = state === 'rejected' && desired[0] && desired[0].version !== release?.version
  return html`${release?.version}${!release && !candidate && '-'}${next}${
    hasGoneBack && html` <small>runs ${desired[0]?.version ?? 'nothing'}</small>`
  }`
}

/** What a person must look at comes first, then what moves, then what waits, then what rests. */
function byUrgency(a: ServiceStatus, b: ServiceStatus): number {
  return urgency(a) - urgency(b) || (a.service < b.service ? -1 : 1)
}

function urgency({ groups, frozenBy, failures }: ServiceStatus): number {
  const states = new Set(groups.map(({ state }) => state))
  const isShut = groups.some(({ waitsFor }) => waitsFor.some(({ state }) => state === 'shut'))
  const isStopped = states.has('rejected') || states.has('halted') || isShut
  if (frozenBy !== null || failures.length > 0 || isStopped) return 0
  return states.has('rolling') ? 1 : states.has('waiting') ? 2 : 3
}
