import type { CurrentRelease } from '../domain/rollout.ts'
import { releaseId, type ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import { blackoutGates } from './blackout.ts'
import { decide, type GroupContext, type GroupDecision } from './decision.ts'
import { eligibleGate } from './gates.ts'
import { quotasOf, tallyOf, totalOf, wavesExpected } from './group-tally.ts'
import { forwardGates, keptOutGates } from './order-gates.ts'
import { orderEvidence, soakOf } from './orders.ts'
import { refreshReason } from './refresh.ts'
import { requiresGates } from './requirements.ts'
import { openWave, startRelease } from './rollout-changes.ts'
import { sickText } from './sick.ts'
import type { GroupTally } from './tally.ts'
import type { Proposal, WaveProposal } from './proposals.ts'
import type { Gate } from './service-plan.ts'
import { isWhole, partsLeft } from './waves.ts'

/** Proposes the first or next wave of `release`, unless a gate is shut or nothing can be moved. */
export function planWave(
  context: GroupContext,
  release: ServiceRelease,
  how: 'start' | 'catchUp' | 'continue',
): GroupDecision {
  const { input, group, now } = context
  const before = group.rollout.current
  const started =
    how === 'continue' && before
      ? { rollout: group.rollout, current: before }
      : startRelease(group.rollout, release, now, how === 'catchUp')
  const tally = tallyOf(
    { ...context, group: { ...group, rollout: { ...started.rollout, current: started.current } } },
    started.current,
  )
  const gates = [
    ...blackoutGates(input.clusters.blackouts),
    ...forwardGates(group.rollout, input.directives, input.frozenBy, release, now),
  ]
  if (gates.length > 0)
    return decide(context, { current: before, tally, waitsFor: gates, candidate: release })
  if (tally.movable.length === 0) {
    const waitsFor = passedOverGates(context, release, tally, before?.startedAt)
    return decide(context, { current: before, tally, waitsFor, candidate: release })
  }
  const part = nextPart(context, started.current, tally)
  const { wave, waves, quota, clusters } = part
  const movement = { clusters, names: input.clusters.index.names, desired: input.desired }
  const opened = { quota, openedAt: now, ...(part.parts > 1 ? { part: part.part, parts: part.parts } : {}) }
  const proposal: Proposal = {
    kind: 'wave',
    service: input.service.name,
    group: group.group.name,
    release,
    wave,
    waves,
    part: part.part,
    parts: part.parts,
    quota,
    clusters,
    evidence: evidenceOf(context, started.current, tally),
    needsApproval: group.group.promotion.mode === 'manual',
    ...refreshOf(context, release, clusters),
    next: openWave(started.rollout, started.current, opened, movement),
  }
  return decide(context, { current: before, tally, proposals: [proposal], candidate: release })
}

interface NextPart extends Pick<WaveProposal, 'wave' | 'waves' | 'part' | 'parts' | 'quota' | 'clusters'> {}

/**
 * The next wave, or the next part of the opened one: its quota stays, and it takes the next clusters up to that. How many
 * parts are left is counted anew each time, as clusters come and go in between.
 */
function nextPart(context: GroupContext, current: CurrentRelease, tally: GroupTally): NextPart {
  const { input, group } = context
  const open = partsLeft(current.waves, tally.taken)
  const quotas = quotasOf(group.group.strategy, tally, current)
  const wave = open ? current.waves.length : current.waves.length + 1
  const quota = quotas[wave - 1] ?? totalOf(tally)
  const left = preferSuperseded(context, current, tally.movable).slice(0, Math.max(0, quota - tally.taken))
  const part = (open?.part ?? 0) + 1
  return {
    wave,
    waves: Math.max(wave, wavesExpected(group.group.strategy, tally, current)),
    part,
    parts: part - 1 + Math.ceil(left.length / input.maxClusters),
    quota,
    clusters: left.slice(0, input.maxClusters),
  }
}

/** Set where every cluster of a wave has the release already. */
function refreshOf(
  { input }: GroupContext,
  release: ServiceRelease,
  clusters: readonly number[],
): { readonly refresh?: string } {
  const id = releaseId(release)
  const { files, file } = input.desired
  const hasIt = clusters.every((cluster) => files[file[cluster] ?? 0]?.release === id)
  return hasIt ? { refresh: refreshReason(input, clusters) } : {}
}

/** Why no placement that is left can be moved. */
function passedOverGates(
  { input, group }: GroupContext,
  release: ServiceRelease,
  tally: GroupTally,
  since: Instant | undefined,
): readonly Gate[] {
  const others = tally.passedOver - tally.keptOut
  return [
    ...(tally.keptOut > 0 ? keptOutGates(input, group, release) : []),
    ...requiresGates(input, group.group.name, release, tally.barred, since),
    ...(others > 0 ? [eligibleGate(others, since)] : []),
  ]
}

/** Clusters that already left their proven release come first: no further ones are put at risk. */
function preferSuperseded(
  { input }: GroupContext,
  current: CurrentRelease,
  movable: readonly number[],
): readonly number[] {
  if (current.superseded.length === 0) return movable
  const superseded = new Set(current.superseded)
  const rank = (cluster: number): number => {
    const file = input.desired.files[input.desired.file[cluster] ?? 0]
    return file && superseded.has(file.release) ? 0 : 1
  }
  return movable.toSorted((a, b) => rank(a) - rank(b))
}

function evidenceOf(
  { input, group, rollouts }: GroupContext,
  current: CurrentRelease,
  tally: GroupTally,
): readonly string[] {
  const id = releaseId(current.release)
  const proofs = group.ancestors.flatMap((ancestor) => {
    const proof = rollouts.get(ancestor)?.proven.find((proven) => releaseId(proven.release) === id)
    return proof ? [`proven in ${ancestor}`] : []
  })
  const opened = current.waves.at(-1)
  // Within a wave nothing soaked since its first part.
  const wave = opened && !isWhole(opened) ? 0 : current.waves.length
  const soak = soakOf(input.directives, current.release, group.group.strategy.soak)
  const known = [...orderEvidence(input.directives, current.release, group.group.name), ...proofs]
  return wave === 0
    ? known
    : [
        ...known,
        `wave ${wave}: ${tally.soaked} of ${tally.moved} healthy for ${soak}s, ${tally.failed} failed${sickText(tally, input.clusters.index.names)}`,
      ]
}
