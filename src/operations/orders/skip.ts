import { Type } from 'typebox'
import type { Skip } from '../../core/domain/directive.ts'
import { hasBit } from '../../core/plan/bitset.ts'
import { clustersOf } from '../../core/plan/gates.ts'
import { skipsOf, withdrawalOf } from '../../core/plan/orders.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import { KnownError } from '../known-error.ts'
import { placementAt } from '../placements.ts'
import { object } from '../shapes.ts'
import { affectedIn, forecast, nextLine, standingOf, type Subject, subjectOf } from './forecast.ts'
import { defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { namesOf } from './scope.ts'
import { clusterFields, type SelectedClusters, selectClusters } from './select-clusters.ts'

export const skip = defineOrder({
  name: 'skip',
  summary: 'Lets a version go on in a group without some clusters',
  input: object({
    service: Type.String(),
    version: Type.String(),
    group: Type.String(),
    ...clusterFields,
    reason: Type.String(),
  }),
  async prepare(workspace, input) {
    const { service, version, group, reason } = input
    const subject = subjectOf(await workspace.planning(), input)
    const selected = selectClusters(subject.catalog, input)
    const [of] = subject.groups
    if (!selected)
      throw new KnownError('no cluster is named that is to be left out', 'name them: --cluster or --selector')
    const spec = { service, group, version, clusters: selected.document, reason }
    const file = orderFile('Skip', [service, group], spec, {
      catalog: subject.planning.catalog,
      now: workspace.now,
    })
    const order: Skip = {
      kind: 'Skip',
      name: file.name,
      file: file.path,
      service,
      group,
      version,
      reason,
      clusters: selected.selector,
    }
    const members = subject.planned.input.clusters.selected(selected.selector)
    const isSkipped = (cluster: number): boolean => hasBit(members, cluster)
    const skipped = [...of.targets].filter(isSkipped)
    refuse(subject, of, { order, selected, skipped })
    return {
      input,
      summary: [
        `${group}: ${service} ${version} goes on without ${clustersOf(skipped.length)} of ${of.targets.length}`,
        ...describe(subject, skipped, version),
        nextLine(subject.planned.plan, forecast(subject, { add: order }), group),
        'the next version takes them again',
      ],
      affects: affectedIn(subject, [of], isSkipped),
      changes: [{ path: file.path, text: file.text }],
      message: `Skip ${clustersOf(skipped.length)} for ${service} ${version} in ${group}\n\n${reason}\n`,
      acknowledgement: undefined,
    }
  },
})

interface Wanted {
  readonly order: Skip
  readonly selected: SelectedClusters
  readonly skipped: readonly number[]
}

function refuse(subject: Subject, of: GroupPlanInput, { order, selected, skipped }: Wanted): void {
  const { service, version, group } = order
  const { directives } = subject.catalog
  const what = `${service} ${version}`
  if (skipped.length === 0)
    throw new KnownError(
      `${service} in ${group} is on none of these clusters: ${namesOf(selected.names)}`,
      `where it goes: halctl status ${service}`,
    )
  if (skipped.length === of.targets.length)
    throw new KnownError(
      `that is every cluster of ${service} in ${group}: none would be left to prove ${version} on`,
      `to keep it out of ${group}: halctl pin; to stop it: halctl hold ${service} --group ${group}`,
    )
  const withdrawal = withdrawalOf(directives, order)
  if (withdrawal)
    throw new KnownError(
      `${what} is withdrawn, so no wave takes it: ${withdrawal.reason} (${withdrawal.file})`,
      'nothing is to be done',
    )
  const standing = standingOf(subject, of, version)
  if (standing !== 'rolling' && standing !== 'ahead')
    throw new KnownError(
      `${what} ${standing === 'below' ? `is older than what ${group} has` : `is ${standing} in ${group}`}: no wave of it is left`,
      `where it stands: halctl status ${service}`,
    )
  const known = skipsOf(directives, order, group).find(({ clusters }) =>
    skipped.every((cluster) => hasBit(subject.planned.input.clusters.selected(clusters), cluster)),
  )
  if (known) throw new KnownError(`that is ordered already: ${known.file}`, 'nothing is to be done')
}

/** Each cluster with what it does now; those that were moved keep the version. */
function describe({ planned }: Subject, skipped: readonly number[], version: string): readonly string[] {
  const { names } = planned.input.clusters.index
  const placed = skipped.map((cluster) => ({
    name: names[cluster] ?? '',
    ...placementAt(planned.input, cluster),
  }))
  const shown = placed.map(({ name, silent, state }) => `${name} (${silent ? 'silent' : state})`)
  const moved = placed.filter(({ desired }) => desired === version).length
  return [
    `left out: ${namesOf(shown)}`,
    ...(moved === 0
      ? []
      : [
          `${moved} of them ${moved === 1 ? 'has' : 'have'} ${version} and ${moved === 1 ? 'keeps' : 'keep'} it, out of all counts`,
        ]),
  ]
}
