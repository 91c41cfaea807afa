import type { Static } from 'typebox'
import type { Instant } from '../../../core/domain/time.ts'
import { clusterFolder, servicePath } from '../../../core/render/paths.ts'
import type { explain } from '../../../operations/explain.ts'
import { type Placement, placementAt } from '../../../operations/placements.ts'
import { operations } from '../../../operations/table.ts'
import type { Workspace } from '../../../operations/workspace.ts'
import type { ServerDeps } from '../deps.ts'
import { type Content, type Html, html } from '../html.ts'
import { serviceLink } from '../links.ts'
import type { Page } from '../page.ts'
import { stateOf } from '../shapes.ts'
import { momentAndAge } from '../times.ts'
import { labelsOf, readClusters } from './clusters.ts'
import { eventLog } from './event-log.ts'
import { stateWord } from './placements.ts'

type Explanation = Static<typeof explain.output>['answers'][number]

interface ServiceHere {
  readonly service: string
  readonly namespace: string
  readonly placement: Placement
  readonly explanation: Explanation
}

/** One cluster: what runs there, and why something does not. Undefined: no such cluster. */
export async function clusterPageOf(
  deps: ServerDeps,
  workspace: Workspace,
  name: string,
): Promise<Page | undefined> {
  const planning = await workspace.planning()
  const fact = readClusters(planning).find(({ cluster }) => cluster.name === name)
  if (!fact) return undefined
  const services: ServiceHere[] = []
  for (const service of planning.services(undefined)) {
    const { answers } = await operations.explain.handler(workspace, { service, cluster: name })
    const [explanation] = answers
    const { input } = planning.plan(service)
    if (explanation)
      services.push({
        service,
        namespace: input.service.namespace,
        placement: placementAt(input, fact.ordinal),
        explanation,
      })
  }
  const [here, elsewhere] = [services.filter(isHere), services.filter((service) => !isHere(service))]
  const now = planning.observations.at
  return {
    title: name,
    section: 'clusters',
    now,
    content: html` <h1>${name}</h1>
      <ul class="facts">
        <li>${stateOf(fact.contact)}</li>
        <li><small>last report</small> ${momentAndAge(fact.at, now)}</li>
        <li><small>group</small> ${fact.group ?? 'none selects it'}</li>
        <li class="quiet">${labelsOf(fact.cluster)}</li>
        <li class="path">${fact.cluster.file}</li>
        <li class="path">${clusterFolder(name)}/</li>
      </ul>
      <h2>Services <small>${here.length}</small></h2>
      ${here.length === 0 && html`<p class="quiet">No service targets this cluster.</p>`}
      ${here.length > 0 && serviceTable(name, here, now)} ${elsewhere.length > 0 && elsewhereTable(elsewhere)}
      <h2>Events</h2>
      ${eventLog(deps, deps.events({ cluster: name, limit: 30 }), now)}`,
  }
}

/** Targeted, or still there although it is not any more. */
function isHere({ placement, explanation }: ServiceHere): boolean {
  return (
    placement.desired !== undefined ||
    explanation.rules.some(({ rule }) => rule === 'candidate' || rule === 'health') ||
    explanation.rules.some(({ verdict, rule }) => rule === 'targeted' && verdict === 'yes')
  )
}

function serviceTable(cluster: string, services: readonly ServiceHere[], now: Instant): Html {
  return html`<table class="stack" aria-label="Services of ${cluster}">
    <thead>
      <tr>
        <th scope="col">Service</th>
        <th scope="col">Desired</th>
        <th scope="col">Runs</th>
        <th scope="col">State</th>
        <th scope="col">Since</th>
        <th scope="col" class="wide">Why and where</th>
      </tr>
    </thead>
    <tbody>
      ${services.map(
        ({ service, namespace, placement, explanation }) =>
          html`<tr>
            <th scope="row" class="tight">${serviceLink(service)}</th>
            <td class="tight" data-label="desired">${placement.desired ?? '-'}</td>
            <td class="tight" data-label="runs">${placement.running ?? '-'}</td>
            <td class="tight">${stateOf(stateWord(placement))}</td>
            <td class="tight">${momentAndAge(placement.since, now)}</td>
            <td class="why">
              ${placement.evidence !== undefined && html`<span class="alarm">${placement.evidence}</span><br />`}${reasons(explanation, now)}${placement.desired !== undefined && html`<span class="path">${servicePath(cluster, namespace, service)}</span>`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

/** Every rule that says no, and when that ends. */
function reasons({ waitsFor, rules, earliest }: Explanation, now: Instant): Content {
  const against = rules.filter(({ verdict, rule }) => verdict === 'not' && rule !== 'health')
  if (waitsFor === null && against.length === 0) return null
  return html`${waitsFor !== null && html`waits for <strong>${waitsFor}</strong><br />`}${against.map(
    ({ rule, text, place, by, opensWhen, opensAt }) =>
      html`<small>${rule}</small> ${text}${opensAt !== null && html`, until ${momentAndAge(opensAt, now)}`}${
          opensAt === null && opensWhen !== null && html`; <small>opens when ${opensWhen}</small>`
        }${place !== null && html` <span class="path">${place}</span>`}${by !== null && html` <small>by ${by}</small>`}<br />`,
  )}${earliest && html`<small>earliest</small> ${earliest.at === null ? '' : momentAndAge(earliest.at, now)} ${earliest.text}<br />`}`
}

function elsewhereTable(services: readonly ServiceHere[]): Html {
  return html`<h2>Not for this cluster <small>${services.length}</small></h2>
    <table class="stack" aria-label="Services not for this cluster">
      <tbody>
        ${services.map(
          ({ service, explanation }) =>
            html`<tr>
              <th scope="row" class="tight">${serviceLink(service)}</th>
              <td>${explanation.rules.map(({ text }) => text).join('; ')}</td>
              <td class="path">${explanation.rules[0]?.place}</td>
            </tr>`,
        )}
      </tbody>
    </table>`
}
