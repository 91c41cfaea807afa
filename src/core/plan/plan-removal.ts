import type { Removal, Rollout } from '../domain/rollout.ts'
import { shareOf } from '../domain/share.ts'
import type { Instant } from '../domain/time.ts'
import { blackoutGates } from './blackout.ts'
import { clustersOf } from './gates.ts'
import { standingGates } from './order-gates.ts'
import { approvalOf } from './orders.ts'
import { removalDigest } from './prune-guard.ts'
import type { GroupRemovalInput } from './removal-input.ts'
import { finishRemoval, openRemovalWave } from './rollout-changes.ts'
import type { ServicePlanInput } from './plan-input.ts'
import type { RemovalProposal } from './proposals.ts'
import type { Gate } from './service-plan.ts'
import { waveQuotas } from './waves.ts'

export interface RemovalDecision {
  readonly gates: readonly Gate[]
  readonly proposal: RemovalProposal | undefined
  /** What a person has to agree to, or has. */
  readonly digest: string
}

/**
 * The next step of what leaves one group: a wave of app files, then, once the clusters told that these are gone, the
 * next wave and the namespaces that are empty. Undefined: nothing leaves, and nothing has left that is not gone.
 */
export function planRemoval(
  input: ServicePlanInput,
  removal: GroupRemovalInput,
  now: Instant,
): RemovalDecision | undefined {
  const { rollout, leaving, emptied } = removal
  if (leaving.length === 0 && !rollout.removal) return undefined
  const digest = digestOf(input, removal)
  const waits = (gates: readonly Gate[]): RemovalDecision => ({ gates, proposal: undefined, digest })
  const held = [
    ...blackoutGates(input.clusters.blackouts),
    ...standingGates(rollout, input.directives, input.frozenBy, now),
  ]
  if (held.length > 0) return waits(held)
  const approval = approvalGate(input, removal, digest)
  if (leaving.length > 0 && approval) return waits([approval])
  const common = proposalOf(input, removal, now)
  if (emptied.length > 0) {
    const next = openRemovalWave(rollout, common.removal, undefined)
    return {
      gates: [],
      proposal: { ...common.proposal, namespaces: emptied.slice(0, input.maxClusters), next },
      digest,
    }
  }
  const pending = pendingGate(input, removal)
  if (pending) return waits([pending])
  if (leaving.length === 0)
    return { gates: [], proposal: { ...common.proposal, next: finishRemoval(rollout) }, digest }
  return planRemovalWave(input, removal, common, { digest, now })
}

interface Common {
  readonly removal: Removal
  readonly proposal: Omit<RemovalProposal, 'next'>
}

function planRemovalWave(
  input: ServicePlanInput,
  { group, rollout, leaving, removed, dependents, beyond }: GroupRemovalInput,
  { removal, proposal }: Common,
  { digest, now }: { readonly digest: string; readonly now: Instant },
): RemovalDecision {
  const { silent, cordoned } = input.clusters
  const free = [...leaving].filter((cluster) => !dependents.has(cluster))
  const eligible = free.filter((cluster) => !silent[cluster] && !cordoned[cluster])
  const opened = removal.waves
  const quotas = waveQuotas(group.strategy.waves, leaving.length + removed.length, opened)
  const planned = quotas[opened.length] ?? leaving.length + removed.length
  // No pull request holds more than it may: what is left of the quota follows as waves of their own.
  const quota = Math.min(planned, removed.length + input.maxClusters)
  const clusters = eligible.slice(0, Math.max(0, quota - removed.length))
  if (clusters.length === 0) {
    const passedOver = free.length - eligible.length
    const gates = [
      ...dependentsGates(input, leaving, dependents),
      ...(passedOver > 0 ? [keptGate(passedOver)] : []),
    ]
    return { gates, proposal: undefined, digest }
  }
  const { files, file } = input.desired
  const placements = clusters.map((cluster) => {
    const { blob, release } = files[file[cluster] ?? 0] ?? { blob: '', release: '' }
    return { cluster, blob, release }
  })
  const approved: Removal = { ...removal, approval: beyond.length > 0 ? digest : removal.approval }
  const gone = placements.map(({ cluster, blob }) => ({
    name: input.clusters.index.names[cluster] ?? '',
    blob,
  }))
  const next = openRemovalWave(rollout, approved, { quota, openedAt: now, gone })
  const wave = opened.length + 1
  const waves = Math.max(wave, quotas.length)
  const evidence = beyond.length > 0 ? approvalEvidence(input, rollout, digest) : []
  return { gates: [], proposal: { ...proposal, wave, waves, quota, placements, evidence, next }, digest }
}

function proposalOf(
  { service }: ServicePlanInput,
  { group, rollout }: GroupRemovalInput,
  now: Instant,
): Common {
  const removal: Removal = rollout.removal ?? {
    attempt: 1,
    startedAt: now,
    approval: undefined,
    waves: [],
    clusters: [],
  }
  const wave = removal.waves.length
  const quota = removal.waves.at(-1)?.quota ?? 0
  return {
    removal,
    proposal: {
      kind: 'removal',
      service: service.name,
      group: group.name,
      wave,
      waves: wave,
      quota,
      placements: [],
      namespaces: [],
      evidence: [],
    },
  }
}

/** Everything that leaves the group in this removal, gone or not, so that its waves are one and the same change. */
function digestOf({ service, desired, clusters }: ServicePlanInput, removal: GroupRemovalInput): string {
  const nameOf = (cluster: number): string => clusters.index.names[cluster] ?? ''
  const blobOf = (cluster: number): string => desired.files[desired.file[cluster] ?? 0]?.blob ?? ''
  return removalDigest(`${service.name} leaves ${removal.group.name}`, [
    ...removal.removed.map(({ cluster, blob }) => ({ name: nameOf(cluster), blob })),
    ...[...removal.leaving].map((cluster) => ({ name: nameOf(cluster), blob: blobOf(cluster) })),
  ])
}

function approvalGate(
  { service, directives }: ServicePlanInput,
  { group, rollout, beyond, leaving }: GroupRemovalInput,
  digest: string,
): Gate | undefined {
  if (beyond.length === 0 || rollout.removal?.approval === digest) return undefined
  if (approvalOf(directives, digest, { service: service.name, group: group.name })) return undefined
  return {
    gate: 'approval',
    state: 'shut',
    reason: `removal from ${clustersOf(leaving.length)} (${beyond.join('; ')}) is ${digest}`,
    since: undefined,
    opensWhen: `a person approves it: halctl approve ${service.name} --group ${group.name}`,
    opensAt: undefined,
  }
}

function approvalEvidence(
  { service, directives }: ServicePlanInput,
  { group, removal }: Rollout,
  digest: string,
): readonly string[] {
  const order = approvalOf(directives, digest, { service: service.name, group })
  if (order) return [`approved as ${digest}: ${order.reason} (${order.file})`]
  return removal?.approval === digest ? [`approved as ${digest}`] : []
}

/** What left is not gone yet. Silent clusters may be left behind, as by any wave but the first and the last. */
function pendingGate(
  { clusters }: ServicePlanInput,
  { group, rollout, leaving, removed }: GroupRemovalInput,
): Gate | undefined {
  const pending = removed.filter(({ isGone }) => !isGone)
  const silent = pending.filter(({ cluster }) => clusters.silent[cluster])
  const { waves = [], startedAt } = rollout.removal ?? {}
  const isMiddle = waves.length > 1 && leaving.length > 0
  const allowed = isMiddle ? shareOf(group.strategy.maxSilent, waves.at(-1)?.quota ?? 0) : 0
  if (pending.length === silent.length && silent.length <= allowed) return undefined
  const shown = pending.slice(0, 5).map(({ cluster }) => clusters.index.names[cluster] ?? '')
  return {
    gate: silent.length > allowed ? 'silent' : 'removal',
    state: 'waiting',
    reason: `${clustersOf(pending.length)} did not tell yet that it is gone: ${shown.join(', ')}${pending.length > 5 ? ', …' : ''}`,
    since: waves.at(-1)?.openedAt ?? startedAt,
    opensWhen: 'they report that no such object is there any more',
    opensAt: undefined,
  }
}

/** A service leaves a cluster after everything that depends on it there. */
function dependentsGates(
  { clusters }: ServicePlanInput,
  leaving: Uint32Array,
  dependents: ReadonlyMap<number, readonly string[]>,
): readonly Gate[] {
  const blocked = [...leaving].filter((cluster) => dependents.has(cluster))
  const [first] = blocked
  if (first === undefined) return []
  const services = [...new Set(blocked.flatMap((cluster) => dependents.get(cluster) ?? []))].toSorted()
  return [
    {
      gate: 'dependents',
      state: 'waiting',
      reason: `${services.join(', ')} still on ${clustersOf(blocked.length)}, for example ${clusters.index.names[first]}, and in need of it`,
      since: undefined,
      opensWhen: `${services.join(' and ')} left first`,
      opensAt: undefined,
    },
  ]
}

function keptGate(count: number): Gate {
  return {
    gate: 'eligible',
    state: 'waiting',
    reason: `${clustersOf(count)} can not be changed now: silent or cordoned`,
    since: undefined,
    opensWhen: 'they report again, or their Cordon ends',
    opensAt: undefined,
  }
}
