import type { Instant } from '../../../core/domain/time.ts'
import type { ServicePlanInput } from '../../../core/plan/plan-input.ts'
import { servicePath } from '../../../core/render/paths.ts'
import { type Placement, placementAt } from '../../../operations/placements.ts'
import { type Html, html } from '../html.ts'
import { clusterLink } from '../links.ts'
import { stateOf } from '../shapes.ts'
import { momentAndAge } from '../times.ts'

const placementsShown = 200

interface PlacementRow extends Placement {
  readonly cluster: string
  readonly group: string
}

/** A service on each of its clusters: the worst first, then in the order in which waves take them. */
export function placementTable(input: ServicePlanInput, now: Instant, showsAll: boolean): Html {
  const rows = input.groups
    .flatMap(({ group, targets }) =>
      [...targets].map((cluster): PlacementRow => ({
        ...placementAt(input, cluster),
        cluster: input.clusters.index.names[cluster] ?? '',
        group: group.name,
      })),
    )
    .toSorted((a, b) => rank(a) - rank(b))
  const shown = showsAll ? rows : rows.slice(0, placementsShown)
  const { namespace, name } = input.service
  return html`<table class="stack" aria-label="Placements">
      <thead>
        <tr>
          <th scope="col">Cluster</th>
          <th scope="col">Group</th>
          <th scope="col">Desired</th>
          <th scope="col">Runs</th>
          <th scope="col">State</th>
          <th scope="col">Since</th>
          <th scope="col" class="wide">Evidence</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (row) =>
            html`<tr>
              <th scope="row" class="tight">${clusterLink(row.cluster)}</th>
              <td class="tight"><a href="#${row.group}">${row.group}</a></td>
              <td class="tight" data-label="desired">${row.desired ?? '-'}</td>
              <td class="tight" data-label="runs">${row.running ?? '-'}</td>
              <td class="tight">${stateOf(stateWord(row))}</td>
              <td class="tight">${momentAndAge(row.since, now)}</td>
              <td class="why">
                ${row.evidence}${row.evidence !== undefined && html`<br />`}<span class="path"
                  >${row.desired === undefined ? '' : servicePath(row.cluster, namespace, name)}</span
                >
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${shown.length < rows.length && html`<p><a href="?all=1#placements">${rows.length - shown.length} more, none of them worse</a></p>`}`
}

/** Silence says more than the state that was seen before it. */
export function stateWord({ silent, state }: Pick<Placement, 'silent' | 'state'>): string {
  return silent ? 'silent' : state
}

function rank({ silent, state }: Placement): number {
  if (state === 'failed') return 0
  if (silent || state === 'unknown') return 1
  if (state === 'healthy') return 4
  return state === 'absent' ? 3 : 2
}
