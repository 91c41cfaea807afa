import type { Cluster } from '../../../core/domain/cluster.ts'
import type { Instant } from '../../../core/domain/time.ts'
import { inPromotionOrder } from '../../../core/plan/service-inputs.ts'
import type { PlanningView, Workspace } from '../../../operations/workspace.ts'
import { type Content, type Html, html } from '../html.ts'
import { clusterLink } from '../links.ts'
import type { Page } from '../page.ts'
import { stateOf } from '../shapes.ts'
import { momentAndAge } from '../times.ts'
import { formatDuration } from '../../../core/domain/time.ts'

/** A cluster as far as it answers. */
export interface ClusterFact {
  readonly cluster: Cluster
  readonly ordinal: number
  /** Undefined: no deployment group selects it. */
  readonly group: string | undefined
  /** Position of that group in the order of promotion. */
  readonly stage: number
  readonly contact: 'in contact' | 'silent' | 'never reported' | 'not joined'
  /** Last sign of life; 0: none. */
  readonly at: Instant
}

/** Every cluster of the catalog, as far as it answers. */
export function readClusters({
  catalog,
  targets,
  observations,
  fleet,
}: PlanningView): readonly ClusterFact[] {
  const stages = inPromotionOrder(catalog.snapshot.catalog.groups)
  return catalog.snapshot.catalog.clusters.map((cluster) => {
    const ordinal = targets.index.intern(cluster.name)
    const at = observations.contactAt[ordinal] ?? 0
    const isSilent = observations.view.silent[ordinal] !== 0
    const hasJoined = fleet.state.bootstrapped[ordinal] === 1
    const contact = !hasJoined
      ? 'not joined'
      : !isSilent
        ? 'in contact'
        : at === 0
          ? 'never reported'
          : 'silent'
    const group = targets.groupOf(ordinal)?.name
    const stage = stages.findIndex(({ name }) => name === group)
    return { cluster, ordinal, group, stage: stage < 0 ? stages.length : stage, contact, at }
  })
}

/** All clusters, with labels and files. */
export async function clustersPage(workspace: Workspace): Promise<Page> {
  const planning = await workspace.planning()
  const now = planning.observations.at
  const clusters = readClusters(planning)
  return {
    title: 'Clusters',
    section: 'clusters',
    now,
    content: html`<h1>${clusters.length} clusters</h1>
      <p>
        ${byGroup(clusters).map(([group, members], at) => html`${at > 0 && '; '}${group} <small>${summaryOf(members)}</small>`)}
      </p>
      <table class="stack" aria-label="Clusters">
        <thead>
          <tr>
            <th scope="col">Cluster</th>
            <th scope="col">Group</th>
            <th scope="col">Contact</th>
            <th scope="col">Last report</th>
            <th scope="col" class="wide">Labels</th>
            <th scope="col">File</th>
          </tr>
        </thead>
        <tbody>
          ${byGroup(clusters).map(([, members]) => members.map((fact) => clusterRow(fact, now)))}
        </tbody>
      </table>`,
  }
}

function clusterRow({ cluster, group, contact, at }: ClusterFact, now: Instant): Html {
  return html`<tr>
    <th scope="row" class="tight">${clusterLink(cluster.name)}</th>
    <td class="tight">${group ?? '-'}</td>
    <td class="tight">${stateOf(contact)}</td>
    <td class="tight">${momentAndAge(at, now)}</td>
    <td class="quiet">${labelsOf(cluster)}</td>
    <td class="path">${cluster.file}</td>
  </tr>`
}

export function labelsOf({ labels }: Cluster): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(' ')
}

/** One cell a cluster, those out of contact first, at most so many a group. */
export function clusterCells(clusters: readonly ClusterFact[], now: Instant, most: number): Content {
  return byGroup(clusters).map(([group, members]) => {
    const more = members.length - most
    return html`<h3>${group} <small class="quiet">${summaryOf(members)}</small></h3>
      <ul class="cells">
        ${members.slice(0, most).map((fact) => cell(fact, now))}${
          more > 0 && html`<li><a href="/clusters">and ${more} more</a></li>`
        }
      </ul>`
  })
}

function cell({ cluster, contact, at }: ClusterFact, now: Instant): Html {
  const age = at === 0 ? '' : formatDuration(now - at)
  const recent = now - at < 5 ? 'now' : age
  const word = contact === 'in contact' ? recent : contact === 'silent' ? `silent ${age}` : contact
  const title = contact === 'in contact' ? `last report ${age} ago` : ''
  return html`<li class="${contact !== 'in contact' && 'alarm'}" title="${title}">
    <svg class="shape" aria-hidden="true">
      <use
        href="#shape-${contact === 'in contact' ? 'good' : contact === 'not joined' ? 'waiting' : 'silent'}"
      /></svg
    >${clusterLink(cluster.name)}<small>${word}</small>
  </li>`
}

/** Groups in the order of promotion; of each, the clusters out of contact first. */
function byGroup(clusters: readonly ClusterFact[]): readonly [string, readonly ClusterFact[]][] {
  const sorted = clusters.toSorted(
    (a, b) =>
      a.stage - b.stage ||
      Number(a.contact === 'in contact') - Number(b.contact === 'in contact') ||
      (a.cluster.name < b.cluster.name ? -1 : 1),
  )
  return [...Map.groupBy(sorted, ({ group }) => group ?? 'in no group')]
}

function summaryOf(members: readonly ClusterFact[]): string {
  const away = members.filter(({ contact }) => contact !== 'in contact').length
  return away === 0 ? `${members.length}, all in contact` : `${members.length}, ${away} out of contact`
}
