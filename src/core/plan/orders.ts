import type { ClusterSelector } from '../domain/cluster.ts'
import type { Directive, DirectiveScope } from '../domain/directive.ts'
import type { ServiceRelease } from '../domain/service-release.ts'
import type { Instant, Seconds } from '../domain/time.ts'
import { windowChangesAt } from './freeze-windows.ts'

type Kind = Directive['kind']
export type OrderOf<Wanted extends Kind> = Extract<Directive, { kind: Wanted }>

/** The orders of one kind, in the catalog's order. */
export function ordersOf<Wanted extends Kind>(
  directives: readonly Directive[],
  kind: Wanted,
): readonly OrderOf<Wanted>[] {
  return directives.filter((directive): directive is OrderOf<Wanted> => directive.kind === kind)
}

/** Where an order applies: absent fields mean everything. */
export function isInScope(scope: DirectiveScope, service: string, group: string): boolean {
  return (scope.service ?? service) === service && (scope.group ?? group) === group
}

/** Whether an order may concern a service; those that name none concern all. */
export function concerns(directive: Directive, service: string): boolean {
  switch (directive.kind) {
    case 'Hold':
    case 'Freeze':
      return (directive.scope.service ?? service) === service
    case 'Cordon':
      return true
    case 'Approve':
      return (directive.service ?? service) === service
    case 'Rollback':
    case 'Withdraw':
    case 'Expedite':
    case 'Skip':
    case 'Retry':
    case 'Promote':
    case 'Pin':
      return directive.service === service
  }
}

/** The order by which a person agreed to what has this digest. */
export function approvalOf(
  directives: readonly Directive[],
  digest: string,
  where: { readonly service?: string; readonly group?: string; readonly cluster?: string },
): OrderOf<'Approve'> | undefined {
  return ordersOf(directives, 'Approve').find(
    (order) =>
      order.digest === digest &&
      (order.service ?? where.service) === where.service &&
      (order.group ?? where.group) === where.group &&
      (order.cluster ?? where.cluster) === where.cluster,
  )
}

/** The next moment at which an order begins or ends by time alone. */
export function nextOrderChange(directives: readonly Directive[], now: Instant): Instant {
  const moments = [
    ...ordersOf(directives, 'Freeze').map((freeze) => windowChangesAt(freeze, now)),
    ...ordersOf(directives, 'Retry').map(({ at }) => at),
  ]
  return moments.reduce<Instant>((next, moment) => (moment > now && moment < next ? moment : next), Infinity)
}

/** The order that takes a release's version out of circulation. */
export function withdrawalOf(
  directives: readonly Directive[],
  { service, version }: Pick<ServiceRelease, 'service' | 'version'>,
): OrderOf<'Withdraw'> | undefined {
  return ordersOf(directives, 'Withdraw').find(
    (order) => order.service === service && order.version === version,
  )
}

/** The order that sends a release back in a group. */
export function returnOrderOf(
  directives: readonly Directive[],
  { service, version }: Pick<ServiceRelease, 'service' | 'version'>,
  group: string,
): OrderOf<'Rollback' | 'Withdraw'> | undefined {
  const withdrawal = withdrawalOf(directives, { service, version })
  const rollback = ordersOf(directives, 'Rollback').find(
    (order) => order.service === service && order.group === group && order.from === version,
  )
  return rollback ?? (withdrawal?.moves ? withdrawal : undefined)
}

/** Whether orders let a release into a group: not when it is withdrawn, or sent back there. */
export function isAllowed(directives: readonly Directive[], release: ServiceRelease, group: string): boolean {
  return (
    withdrawalOf(directives, release) === undefined && returnOrderOf(directives, release, group) === undefined
  )
}

/** The order that shortens a release's soaks most. */
function expediteOf(
  directives: readonly Directive[],
  { service, version }: Pick<ServiceRelease, 'service' | 'version'>,
): OrderOf<'Expedite'> | undefined {
  return ordersOf(directives, 'Expedite')
    .filter((order) => order.service === service && order.version === version)
    .reduce<OrderOf<'Expedite'> | undefined>(
      (best, order) => (best && best.soak <= order.soak ? best : order),
      undefined,
    )
}

/** How long a release soaks where `soak` is written: no longer than an order lets it. */
export function soakOf(directives: readonly Directive[], release: ServiceRelease, soak: Seconds): Seconds {
  return Math.min(soak, expediteOf(directives, release)?.soak ?? soak)
}

/** What people answered for in place of proof, for the pull requests of a release. */
export function orderEvidence(
  directives: readonly Directive[],
  release: ServiceRelease,
  group: string,
): readonly string[] {
  const promote = promotionOf(directives, release, group)
  const expedite = expediteOf(directives, release)
  return [
    ...(promote ? [`promoted by order, on ${promote.proof}: ${promote.reason} (${promote.file})`] : []),
    ...(expedite
      ? [
          `every soak is at most ${expedite.soak}s, approved by ${expedite.approvedBy}: ${expedite.reason} (${expedite.file})`,
        ]
      : []),
  ]
}

/** The clusters that are left out of a release's waves in a group. */
export function skipsOf(
  directives: readonly Directive[],
  { service, version }: Pick<ServiceRelease, 'service' | 'version'>,
  group: string,
): readonly OrderOf<'Skip'>[] {
  return ordersOf(directives, 'Skip').filter(
    (order) => order.service === service && order.version === version && order.group === group,
  )
}

/** The order that lets a release into a group without proof in its ancestors. */
export function promotionOf(
  directives: readonly Directive[],
  { service, version }: Pick<ServiceRelease, 'service' | 'version'>,
  group: string,
): OrderOf<'Promote'> | undefined {
  return ordersOf(directives, 'Promote').find(
    (order) => order.service === service && order.version === version && order.group === group,
  )
}

/** The order that pins a whole group; one for this group goes before one for all. */
export function pinOf(
  directives: readonly Directive[],
  service: string,
  group: string,
): OrderOf<'Pin'> | undefined {
  const pins = ordersOf(directives, 'Pin').filter((pin) => pin.clusters === undefined)
  const inGroup = pins.filter((pin) => isInScope(pin, service, group))
  return inGroup.find((pin) => pin.group === group) ?? inGroup[0]
}

/** The orders that pin some clusters of a group. A withdrawn version pins none. */
export function clusterPinsOf(
  directives: readonly Directive[],
  service: string,
  group: string,
): readonly (OrderOf<'Pin'> & { readonly clusters: ClusterSelector })[] {
  return ordersOf(directives, 'Pin').flatMap((pin) => {
    const { clusters } = pin
    const holds = isInScope(pin, service, group) && withdrawalOf(directives, pin) === undefined
    return clusters !== undefined && holds ? [{ ...pin, clusters }] : []
  })
}
