import type { Instant } from '../../../core/domain/time.ts'
import type { GroupPlanInput } from '../../../core/plan/plan-input.ts'
import { waveQuotas } from '../../../core/plan/waves.ts'
import { rolloutPath } from '../../../core/render/paths.ts'
import type { GroupStatus } from '../../../operations/status.ts'
import { operations } from '../../../operations/table.ts'
import type { Workspace } from '../../../operations/workspace.ts'
import type { ServerDeps } from '../deps.ts'
import { type Content, type Html, html } from '../html.ts'
import { clusterLink, pullLink } from '../links.ts'
import type { Page } from '../page.ts'
import { stateOf } from '../shapes.ts'
import { momentAndAge, momentOf } from '../times.ts'
import { formatDuration } from '../../../core/domain/time.ts'
import { healthBar } from './counts.ts'
import { eventLog } from './event-log.ts'
import { gateList } from './gates.ts'
import { type HistoryEntry, historyTable } from './history.ts'
import { placementTable } from './placements.ts'

const historyShown = 50
const eventsShown = 30

/** One service: where it stands in each group and why, on each cluster, and how it got there. Undefined: no such service. */
export async function servicePageOf(
  deps: ServerDeps,
  workspace: Workspace,
  service: string,
  showsAll: boolean,
): Promise<Page | undefined> {
  const planning = await workspace.planning()
  const document = planning.catalog.snapshot.catalog.services.get(service)
  if (!document) return undefined
  const { services } = await operations.status.handler(workspace, { service })
  const { entries } = await operations.history.handler(workspace, { service, limit: historyShown })
  const { input } = planning.plan(service)
  const [status] = services
  if (!status) return undefined
  const now = planning.observations.at
  const newest = planning.catalog.snapshot.catalog.versions.get(service)?.at(-1)
  return {
    title: service,
    section: 'fleet',
    now,
    content: html` <h1>${service} ${status.newest}</h1>
      <ul class="facts">
        <li>${status.summary}</li>
        <li><small>owner</small> ${status.owner}</li>
        <li><small>namespace</small> ${document.namespace}</li>
        <li><small>tier</small> ${document.tier}</li>
        <li class="path">${document.file}</li>
        ${newest && html`<li class="path">${newest.file}</li>`}
      </ul>
      ${status.frozenBy !== null && html`<p class="notice">Frozen at its last good state: ${status.frozenBy}</p>`}
      ${failures(status.failures, now)}
      <h2>Groups</h2>
      ${status.groups.length === 0 && html`<p class="quiet">It targets no cluster.</p>`}
      <div class="groups">
        ${status.groups.map((group) => {
          const of = input.groups.find((each) => each.group.name === group.group)
          return of && groupSection(deps, group, of, entries, now)
        })}
      </div>
      <h2 id="placements">Placements</h2>
      ${placementTable(input, now, showsAll)}
      <h2>Merged</h2>
      ${historyTable(deps, entries, now)}
      <h2>Events</h2>
      ${eventLog(deps, deps.events({ service, limit: eventsShown }), now)}`,
  }
}

function groupSection(
  deps: ServerDeps,
  group: GroupStatus,
  of: GroupPlanInput,
  entries: readonly HistoryEntry[],
  now: Instant,
): Html {
  const { strategy, after, promotion } = of.group
  const { healthy, total, failed, silent } = group.placements
  return html`<section class="group" id="${group.group}">
    <h3>${group.group} ${stateOf(group.state)}</h3>
    <p class="quiet">
      ${after.length > 0 ? `after ${after.join(', ')}` : 'first group'},
      ${promotion.mode === 'auto' ? 'promoted by itself' : 'each wave waits for an approval'}
    </p>
    <p>
      ${release(group)} <small>healthy</small> ${healthy}/${total}${healthBar(group)}${
        failed > 0 && html` <a class="alarm" href="#placements">${failed} failed</a>`
      }${silent > 0 && html` <a class="alarm" href="#placements">${silent} silent</a>`}
    </p>
    ${gateList(group.waitsFor, now)}
    ${group.next.length > 0 && html`<p><small>next</small> ${group.next.join('; ')}</p>`}
    ${waveTable(deps, group, of, entries, now)}
    <p class="quiet">
      soak ${formatDuration(strategy.soak)}, deadline ${formatDuration(strategy.deadline)}, on failure
      ${strategy.onFailure}
    </p>
    ${verdicts(of, now)}
    <p class="path">${of.group.file} · ${rolloutPath(group.group, of.rollout.service)}</p>
  </section>`
}

function release({ release: current, candidate }: GroupStatus): Content {
  const next =
    candidate && candidate.version !== current?.version && html` <small>then</small> ${candidate.version}`
  return current
    ? html`<strong>${current.version}</strong> <small>${current.revision}</small>${next}`
    : candidate && html`<small>first</small> <strong>${candidate.version}</strong>`
}

/** The waves of the current rollout: what each may reach, when it opened, and by which pull request. */
function waveTable(
  deps: ServerDeps,
  group: GroupStatus,
  { group: { strategy }, targets, rollout }: GroupPlanInput,
  entries: readonly HistoryEntry[],
  now: Instant,
): Content {
  const opened = rollout.current?.waves ?? []
  const isRolling = rollout.current?.state === 'rolling'
  const quotas = isRolling
    ? waveQuotas(strategy.waves, targets.length, opened)
    : opened.map(({ quota }) => quota)
  if (quotas.length === 0) return null
  return html`<table aria-label="Waves">
    <thead>
      <tr>
        <th scope="col" class="tight">Wave</th>
        <th scope="col" class="number tight">Up to</th>
        <th scope="col" class="tight">State</th>
        <th scope="col" class="tight">Opened</th>
        <th scope="col">PR</th>
      </tr>
    </thead>
    <tbody>
      ${quotas.map((quota, at) => {
        const wave = opened[at]
        const number = at + 1
        const isLast = number === opened.length
        const word = !wave
          ? 'waiting'
          : isRolling && isLast
            ? 'rolling'
            : isLast
              ? (rollout.current?.state ?? '')
              : 'passed'
        const merged = entries.find(
          (entry) =>
            entry.group === group.group &&
            entry.version === group.release?.version &&
            entry.wave?.startsWith(`${number}/`) === true,
        )
        return html`<tr>
          <td>${number}</td>
          <td class="number">${quota}</td>
          <td class="tight">${stateOf(word)}</td>
          <td class="tight">${momentOf(wave?.openedAt, now)}</td>
          <td>${merged?.pullRequest ? pullLink(deps, merged.pullRequest) : '-'}</td>
        </tr>`
      })}
    </tbody>
  </table>`
}

/** What was proven and rejected here before. */
function verdicts({ rollout }: GroupPlanInput, now: Instant): Content {
  const proven = rollout.proven.at(-1)
  const rejected = rollout.rejected.toReversed().slice(0, 3)
  return html`${
    proven &&
    html`<p>
      ${stateOf('proven')} ${proven.release.version} <small>since</small> ${momentOf(proven.at, now)}
    </p>`
  }${rejected.map(
    ({ release, at, reason }) =>
      html`<p>
        ${stateOf('rejected')} ${release.version} <small>at</small> ${momentOf(at, now)}: ${reason}
      </p>`,
  )}`
}

const failuresShown = 20

function failures(
  all: readonly {
    cluster: string
    group: string
    version: string | null
    since: string | null
    evidence: string
    returned: boolean
  }[],
  now: Instant,
): Content {
  if (all.length === 0) return null
  return html`<h2 id="failures">Failed <small>${all.length}</small></h2>
    <table class="stack" aria-label="Failed placements">
      <tbody>
        ${all.slice(0, failuresShown).map(
          ({ cluster, group, version, since, evidence, returned }) =>
            html`<tr>
              <th scope="row" class="tight">${clusterLink(cluster)}</th>
              <td class="tight">${group}</td>
              <td class="tight">${version}${returned && html` <small>went back</small>`}</td>
              <td class="tight">${momentAndAge(since, now)}</td>
              <td class="alarm why">${evidence}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${all.length > failuresShown && html`<p><a href="#placements">and ${all.length - failuresShown} more</a></p>`}`
}
