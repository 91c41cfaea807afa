import type { Directive } from '../../core/domain/directive.ts'
import { releaseId, type ServiceRelease } from '../../core/domain/service-release.ts'
import { hasBit } from '../../core/plan/bitset.ts'
import { clusterPinsOf, ordersOf, skipsOf } from '../../core/plan/orders.ts'
import { waveQuotas } from '../../core/plan/waves.ts'
import type { ServicePlanInput } from '../../core/plan/plan-input.ts'
import type { SubjectPlace } from './subject.ts'

/** Where a cluster stands in the order in which waves take clusters. */
export type Position =
  | { readonly kind: 'moved' }
  | { readonly kind: 'setApart'; readonly evidence: string }
  /** An order keeps waves from the cluster. */
  | { readonly kind: 'keptOut'; readonly order: Directive; readonly what: string }
  | {
      readonly kind: 'waiting'
      /** 1-based, over all placements that this rollout changes. */
      readonly rank: number
      /** 1-based. */
      readonly wave: number
      readonly opened: number
      readonly waves: number
    }

/** Counts as planning does: what is on the release first, then the clusters that can be moved, in wave order. */
export function positionOf(
  input: ServicePlanInput,
  { input: group, coming }: SubjectPlace,
  cluster: number,
): Position | undefined {
  if (!coming) return undefined
  const { current } = group.rollout
  const isRolling = current?.state === 'rolling' && releaseId(current.release) === releaseId(coming)
  const name = input.clusters.index.names[cluster]
  const failed = isRolling ? current.failed.find((each) => each.cluster === name) : undefined
  if (failed) return { kind: 'setApart', evidence: failed.evidence }
  const isOn = (ordinal: number): boolean =>
    input.desired.files[input.desired.file[ordinal] ?? 0]?.release === releaseId(coming)
  if (isOn(cluster)) return { kind: 'moved' }
  const keptOut = keepingOut(input, group.group.name, coming)
  const kept = keptOut(cluster)
  if (kept) return { kind: 'keptOut', ...kept }
  const setApart = new Set(isRolling ? current.failed.map((each) => each.cluster) : [])
  const isMoved = (ordinal: number): boolean =>
    isOn(ordinal) || setApart.has(input.clusters.index.names[ordinal] ?? '')
  const moved = [...group.targets].filter(isMoved).length
  const isAhead = (ordinal: number): boolean =>
    !isMoved(ordinal) &&
    (ordinal === cluster || (!input.clusters.silent[ordinal] && keptOut(ordinal) === undefined))
  const queue = [...group.targets].filter(isAhead)
  const rank = moved + queue.indexOf(cluster) + 1
  const opened = isRolling ? current.waves : []
  const quotas = waveQuotas(group.group.strategy.waves, group.targets.length, opened)
  const taking = quotas.findIndex((quota, at) => at >= opened.length && quota >= rank)
  const wave = taking === -1 ? quotas.length : taking + 1
  return { kind: 'waiting', rank, wave, opened: opened.length, waves: quotas.length }
}

/** The order that keeps a release's waves from a cluster, in the words of people. */
function keepingOut(
  { clusters, directives, service }: ServicePlanInput,
  group: string,
  release: ServiceRelease,
): (cluster: number) => { readonly order: Directive; readonly what: string } | undefined {
  const cordons = ordersOf(directives, 'Cordon').map((order) => ({ order, what: 'cordoned' }))
  const pins = clusterPinsOf(directives, service.name, group)
    .filter(({ version }) => version !== release.version)
    .map((order) => ({ order, what: `pinned to ${order.version}` }))
  const skips = skipsOf(directives, release, group).map((order) => ({ order, what: 'left out' }))
  const all = [...cordons, ...pins, ...skips].map((each) => ({
    ...each,
    members: clusters.selected(each.order.clusters),
  }))
  return (cluster) => {
    const found = all.find(({ members }) => hasBit(members, cluster))
    return found && { order: found.order, what: found.what }
  }
}

/** `61st` */
export function ordinalWord(number: number): string {
  const teen = number % 100 >= 11 && number % 100 <= 13
  const suffix = teen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')
  return `${number}${suffix}`
}
