import type { ClusterSelector } from '../domain/cluster.ts'
import type { Cordon, Directive, Pin, Withdraw } from '../domain/directive.ts'
import type { Rollout } from '../domain/rollout.ts'
import type { ServiceRelease } from '../domain/service-release.ts'
import { formatInstant, type Instant } from '../domain/time.ts'
import { hasBit } from './bitset.ts'
import { type Shutting, shuttingAt } from './freeze-windows.ts'
import { clustersOf } from './gates.ts'
import { clusterPinsOf, isInScope, ordersOf, pinOf, returnOrderOf, withdrawalOf } from './orders.ts'
import type { GroupPlanInput, ServicePlanInput } from './plan-input.ts'
import type { Gate, GateName } from './service-plan.ts'

/** Gates that shut every step of a service in a group that no failure asks for. */
export function standingGates(
  { service, group }: Rollout,
  directives: readonly Directive[],
  frozenBy: string | undefined,
  now: Instant,
): readonly Gate[] {
  return [
    ...(frozenBy === undefined ? [] : [shut('catalog', frozenBy, 'the error is mended in the catalog')]),
    ...ordersOf(directives, 'Hold')
      .filter(({ scope }) => isInScope(scope, service, group))
      .map((hold) => shutBy('hold', hold)),
    ...freezeGates(directives, service, group, now),
  ]
}

/** Gates that shut every forward step of a release in a group, whatever its health. */
export function forwardGates(
  rollout: Rollout,
  directives: readonly Directive[],
  frozenBy: string | undefined,
  release: ServiceRelease,
  now: Instant,
): readonly Gate[] {
  const withdrawal = withdrawalOf(directives, release)
  const pin = pinOf(directives, rollout.service, rollout.group)
  return [
    ...standingGates(rollout, directives, frozenBy, now),
    ...(withdrawal === undefined ? [] : [withdrawnGate(withdrawal)]),
    ...(pin === undefined || pin.version === release.version ? [] : [pinGate(pin)]),
  ]
}

export function holdsRollbacks({ service, group }: Rollout, directives: readonly Directive[]): boolean {
  return ordersOf(directives, 'Hold').some(
    ({ rollbacks, scope }) => rollbacks && isInScope(scope, service, group),
  )
}

/** The orders that keep waves from clusters of a group. */
export function keptOutGates(
  { service, directives, clusters }: ServicePlanInput,
  { group, targets }: GroupPlanInput,
  { version }: ServiceRelease,
): readonly Gate[] {
  const gateFor = (
    name: GateName,
    what: string,
    order: Pin | Cordon,
    of: ClusterSelector,
  ): readonly Gate[] => {
    const selected = clusters.selected(of)
    const count = targets.reduce((sum, cluster) => (hasBit(selected, cluster) ? sum + 1 : sum), 0)
    const gate = shutBy(name, order)
    return count === 0 ? [] : [{ ...gate, reason: `${clustersOf(count)} ${what}: ${gate.reason}` }]
  }
  const pins = clusterPinsOf(directives, service.name, group.name).filter((pin) => pin.version !== version)
  return [
    ...ordersOf(directives, 'Cordon').flatMap((cordon) =>
      gateFor('cordon', 'cordoned', cordon, cordon.clusters),
    ),
    ...pins.flatMap((pin) => gateFor('pin', `pinned to ${pin.version}`, pin, pin.clusters)),
  ]
}

/** A group that is pinned takes nothing else. */
export function pinGate(pin: Pin): Gate {
  const gate = shutBy('pin', pin)
  return { ...gate, reason: `pinned to ${pin.version}: ${gate.reason}` }
}

/** Another order keeps the version out that a group is pinned to. */
export function pinnedOutGate(pin: Pin, directives: readonly Directive[], group: string): Gate {
  const withdrawal = withdrawalOf(directives, pin)
  const order = withdrawal ?? returnOrderOf(directives, pin, group)
  const what = withdrawal ? 'withdrawn' : 'rolled back here'
  return {
    ...shut(
      withdrawal ? 'withdrawn' : 'pin',
      `pinned to ${pin.version} (${pin.file}), which is ${what}: ${order?.reason} (${order?.file})`,
      `${pin.file} or ${order?.file} is removed`,
    ),
  }
}

/** The gates of every Freeze that shuts a service in a group at a moment. */
export function freezeGates(
  directives: readonly Directive[],
  service: string,
  group: string,
  now: Instant,
): readonly Gate[] {
  const inScope = ordersOf(directives, 'Freeze').filter(({ scope }) => isInScope(scope, service, group))
  return shuttingAt(inScope, now).map(freezeGate)
}

function freezeGate({ freeze, since, opensAt }: Shutting): Gate {
  const gate = shutBy('freeze', freeze)
  const ends = opensAt === undefined ? '' : `at ${formatInstant(opensAt)}, or when `
  return {
    ...gate,
    reason: freeze.mode === 'allow' ? `outside of the times that are allowed: ${gate.reason}` : gate.reason,
    since,
    opensWhen: `${ends}${freeze.file} is removed`,
    opensAt,
  }
}

/** Nothing more goes forward on a version that is withdrawn. */
function withdrawnGate(withdrawal: Withdraw): Gate {
  const gate = shutBy('withdrawn', withdrawal)
  return {
    ...gate,
    reason: `${withdrawal.version} is withdrawn: ${gate.reason}`,
    opensWhen: `a newer version arrives, or ${gate.opensWhen}`,
  }
}

/** A gate that an order shuts for as long as its file exists. */
function shutBy(gate: GateName, { reason, file }: Directive): Gate {
  return shut(gate, `${reason} (${file})`, `${file} is removed`)
}

function shut(gate: GateName, reason: string, opensWhen: string): Gate {
  return { gate, state: 'shut', reason, since: undefined, opensWhen, opensAt: undefined }
}
