import { Type } from 'typebox'
import type { Retry } from '../../core/domain/directive.ts'
import { PlacementState } from '../../core/domain/placement.ts'
import type { RejectedRelease } from '../../core/domain/rollout.ts'
import { formatInstant, type Instant, parseInstant } from '../../core/domain/time.ts'
import { hasBit } from '../../core/plan/bitset.ts'
import { clustersOf } from '../../core/plan/gates.ts'
import { returnOrderOf } from '../../core/plan/orders.ts'
import { withoutRetried } from '../../core/plan/retry.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import { given } from '../given.ts'
import { KnownError } from '../known-error.ts'
import { moment, object } from '../shapes.ts'
import { affectedIn, forecast, nextLine, type Subject, subjectOf } from './forecast.ts'
import { defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { listed, namesOf } from './scope.ts'
import { clusterFields, selectClusters } from './select-clusters.ts'

export const retry = defineOrder({
  name: 'retry',
  summary: 'Makes failures and rejections of a service in a group void',
  input: object({
    service: Type.String(),
    group: Type.String(),
    ...clusterFields,
    at: Type.Optional(moment),
    reason: Type.String(),
  }),
  async prepare(workspace, input) {
    const { service, group, reason } = input
    const planning = await workspace.planning()
    // A controller's clock may be ahead of this one, and then the failures are that it told of.
    const latest = Math.max(workspace.now, planning.observations.at)
    const at = (input.at === undefined ? undefined : parseInstant(input.at)) ?? latest
    const subject = { ...subjectOf(planning, input), at: Math.max(at, planning.observations.at) }
    const [of] = subject.groups
    const selected = selectClusters(subject.catalog, input)
    const common = { service, group, ...given({ clusters: selected?.document }), reason }
    const spec = { ...common, at: formatInstant(at) }
    const file = orderFile('Retry', [service, group], spec, { catalog: planning.catalog, now: workspace.now })
    const order: Retry = {
      kind: 'Retry',
      name: file.name,
      file: file.path,
      service,
      group,
      reason,
      at,
      clusters: selected?.selector,
    }
    const voided = voidedBy(subject, of, order)
    refuse(subject, of, voided, order)
    const { names } = planning.targets.index
    const isTaken = (cluster: number): boolean => voided.clusters.includes(names[cluster] ?? '')
    return {
      input: { ...input, at: formatInstant(at) },
      summary: [
        `${group}: ${voidText(service, voided)}`,
        ...describe(voided, at),
        nextLine(subject.planned.plan, forecast(subject, { add: order }), group),
      ],
      affects: affectedIn(subject, [of], isTaken),
      changes: [{ path: file.path, text: file.text }],
      message: `Retry ${service} in ${group}\n\n${reason}\n`,
      acknowledgement: undefined,
    }
  },
})

interface Voided {
  readonly rejections: readonly RejectedRelease[]
  /** Clusters that were set apart, or fail now. */
  readonly clusters: readonly string[]
}

function voidedBy({ planned, at }: Subject, of: GroupPlanInput, order: Retry): Voided {
  const { clusters, observed } = planned.input
  const after = withoutRetried(of.rollout, [order], clusters, at)
  const kept = new Set(after.current?.failed.map(({ cluster }) => cluster))
  const apart = (of.rollout.current?.failed ?? []).map(({ cluster }) => cluster)
  const chosen = order.clusters && clusters.selected(order.clusters)
  const isRunning = after.current?.state === 'rolling'
  const failing = [...of.targets].filter(
    (cluster) =>
      isRunning &&
      observed.state[cluster] === PlacementState.failed &&
      (chosen === undefined || hasBit(chosen, cluster)),
  )
  const names = failing.map((cluster) => clusters.index.names[cluster] ?? '')
  return {
    rejections: of.rollout.rejected.filter((rejection) => !after.rejected.includes(rejection)),
    clusters: [...new Set([...apart.filter((name) => !kept.has(name)), ...names])].toSorted(),
  }
}

/** An order that makes nothing void, or what another order forbids, would only look like help. */
function refuse(
  { catalog }: Subject,
  of: GroupPlanInput,
  { rejections, clusters }: Voided,
  { service, group, clusters: selector }: Retry,
): void {
  if (rejections.length === 0 && clusters.length === 0) {
    const rejected = of.rollout.rejected.at(-1)
    throw new KnownError(
      selector && rejected
        ? `none of these clusters failed ${service} in ${group}, and its rejection of ${rejected.release.version} is not for some clusters`
        : `nothing of ${service} has failed in ${group}`,
      selector && rejected
        ? 'leave out --cluster and --selector'
        : `where it stands: halctl status ${service}`,
    )
  }
  const [newest] = rejections.toReversed()
  const order = newest && returnOrderOf(catalog.directives, newest.release, group)
  if (order && clusters.length === 0)
    throw new KnownError(
      `${service} ${newest.release.version} is sent back by ${order.file}: ${order.reason}`,
      `remove ${order.file} first`,
    )
}

/** `the rejection of checkout 2.0.0 is void, and 2 clusters that failed may be taken again` */
function voidText(service: string, { rejections, clusters }: Voided): string {
  const versions = rejections.map(({ release }) => release.version)
  const parts = [
    ...(versions.length === 0 ? [] : [`the rejection of ${service} ${listed(versions)} is void`]),
    ...(clusters.length === 0 ? [] : [`${clustersOf(clusters.length)} that failed may be taken again`]),
  ]
  return parts.join(', and ')
}

function describe({ rejections, clusters }: Voided, at: Instant): readonly string[] {
  return [
    ...(clusters.length === 0 ? [] : [`they are ${namesOf(clusters)}`]),
    ...rejections.map(({ reason }) => `it was rejected for: ${reason}`),
    `what fails after ${formatInstant(at)} counts as ever`,
  ]
}
