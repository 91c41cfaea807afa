import { Type } from 'typebox'
import type { Pin } from '../../core/domain/directive.ts'
import { hasBit } from '../../core/plan/bitset.ts'
import { clustersOf } from '../../core/plan/gates.ts'
import { ordersOf, withdrawalOf } from '../../core/plan/orders.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import type { ServicePlan } from '../../core/plan/service-plan.ts'
import { given } from '../given.ts'
import { KnownError } from '../known-error.ts'
import { countPlacements, placementAt } from '../placements.ts'
import { object } from '../shapes.ts'
import {
  affectedIn,
  forecast,
  nextLine,
  standingOf,
  type Subject,
  subjectOf,
  versionsText,
} from './forecast.ts'
import { defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { clustersIn, listed, namesOf, overlaps, scopeWords } from './scope.ts'
import { clusterFields, type SelectedClusters, selectClusters } from './select-clusters.ts'

export const pin = defineOrder({
  name: 'pin',
  summary: 'Keeps a service on one version',
  input: object({
    service: Type.String(),
    version: Type.String(),
    group: Type.Optional(Type.String({ description: 'default: every group' })),
    ...clusterFields,
    reason: Type.String(),
  }),
  async prepare(workspace, input) {
    const { service, version, group, reason } = input
    const subject = subjectOf(await workspace.planning(), input)
    const selected = selectClusters(subject.catalog, input)
    const spec = {
      service,
      version,
      ...given({ group, clusters: selected?.document }),
      reason,
    }
    const file = orderFile('Pin', [service, group], spec, {
      catalog: subject.planning.catalog,
      now: workspace.now,
    })
    const order: Pin = {
      kind: 'Pin',
      name: file.name,
      file: file.path,
      service,
      version,
      group,
      clusters: selected?.selector,
      reason,
    }
    refuse(subject, order)
    const isPinned = memberOf(subject, selected)
    const groups = subject.groups.filter(({ targets }) => [...targets].some(isPinned))
    if (groups.length === 0) throw noTarget(order, selected)
    const affects = affectedIn(subject, groups, isPinned)
    const after = forecast(subject, { add: order })
    const told = { subject, order, after, isPinned }
    return {
      input,
      summary: [
        `${service} takes no version but ${version} ${selected ? 'there' : `in ${listed(groups.map((each) => each.group.name))}`}: ${clustersIn(affects)}`,
        ...groups.flatMap((each) => (selected ? describeClusters(told, each) : describeGroup(told, each))),
        `halctl unpin ${file.name} ends it`,
      ],
      affects,
      changes: [{ path: file.path, text: file.text }],
      message: `Pin ${scopeWords({ service, group })} to ${version}${selected ? ` on ${clustersIn(affects)}` : ''}\n\n${reason}\n`,
      acknowledgement: undefined,
    }
  },
})

function memberOf(
  { planned }: Subject,
  selected: SelectedClusters | undefined,
): (cluster: number) => boolean {
  if (!selected) return () => true
  const members = planned.input.clusters.selected(selected.selector)
  return (cluster) => hasBit(members, cluster)
}

function noTarget({ service, group }: Pin, selected: SelectedClusters | undefined): KnownError {
  const where = scopeWords({ service, group })
  return new KnownError(
    `${where} is on none of these clusters: ${namesOf(selected?.names ?? [])}`,
    `where it goes: halctl status ${service}`,
  )
}

/** What a pin can not bring, it would only stop. */
function refuse(subject: Subject, order: Pin): void {
  const { service, version } = order
  const { directives } = subject.catalog
  const withdrawal = withdrawalOf(directives, order)
  if (withdrawal)
    throw new KnownError(
      `${service} ${version} is withdrawn: ${withdrawal.reason} (${withdrawal.file})`,
      `pin another version, or remove ${withdrawal.file} first`,
    )
  const standings = subject.groups.map((group) => standingOf(subject, group, version))
  if (standings.every((standing) => standing === 'rejected')) {
    const groups = subject.groups.map(({ group }) => group.name)
    throw new KnownError(
      `${service} ${version} was rejected in ${listed(groups)}: the pin would move nothing`,
      `pin another version, or first: halctl retry ${service} --group ${groups[0]}`,
    )
  }
  const other = ordersOf(directives, 'Pin').find(
    (each) =>
      each.service === service &&
      each.clusters === undefined &&
      order.clusters === undefined &&
      overlaps({ service, group: each.group }, { service, group: order.group }),
  )
  if (other)
    throw new KnownError(
      `${scopeWords(other)} is pinned to ${other.version} already: ${other.reason} (${other.file})`,
      `end that first: halctl unpin ${other.name}`,
    )
}

interface Told {
  readonly subject: Subject
  readonly order: Pin
  readonly after: ServicePlan
  readonly isPinned: (cluster: number) => boolean
}

/** Which versions are there, which way they go, and what comes next. */
function describeGroup({ subject, order, after }: Told, group: GroupPlanInput): readonly string[] {
  const { desired } = countPlacements(subject.planned.input, group)
  const isAll = desired.every(({ version }) => version === order.version)
  const isBelow = standingOf(subject, group, order.version) === 'below'
  const moves = isAll
    ? 'they stay'
    : isBelow
      ? `they go down to ${order.version}`
      : `they go to ${order.version}`
  const { name } = group.group
  return [`${name}: ${versionsText(subject, group)}; ${moves}`, nextLine(subject.planned.plan, after, name)]
}

/** Pinned clusters are brought to their version only by what their group takes. */
function describeClusters(
  { subject, order, isPinned }: Told,
  { group, targets }: GroupPlanInput,
): readonly string[] {
  const { input } = subject.planned
  const { names } = input.clusters.index
  const pinned = [...targets].filter(isPinned)
  const elsewhere = pinned.filter((cluster) => placementAt(input, cluster).desired !== order.version)
  const count = elsewhere.length === pinned.length ? clustersOf(pinned.length) : `${elsewhere.length} of them`
  return [
    `${group.name}: ${namesOf(pinned.map((cluster) => names[cluster] ?? ''))}`,
    ...(elsewhere.length === 0
      ? []
      : [
          `${group.name}: ${count} ${elsewhere.length === 1 ? 'has' : 'have'} another version and ${elsewhere.length === 1 ? 'keeps' : 'keep'} it until a wave of ${order.version} comes by`,
        ]),
  ]
}
