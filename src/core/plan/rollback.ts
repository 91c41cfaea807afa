import type { ClusterIndex } from '../domain/cluster-index.ts'
import type { DesiredColumns, ObservedColumns } from '../domain/placement.ts'
import type { CurrentRelease, FailedPlacement, Rollout, WayBack } from '../domain/rollout.ts'
import { releaseId } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import type { GroupContext } from './decision.ts'
import { raiseFence, reject, rejectFiles, setApart } from './rollout-changes.ts'
import type { Proposal, ReturnedPlacement, ReturnProposal } from './proposals.ts'

/** What a rollback needs to know of the world. */
export interface RollbackFacts {
  readonly index: ClusterIndex
  readonly desired: DesiredColumns
  readonly observed: ObservedColumns
  /** Ordinals of the group's targets. */
  readonly targets: Uint32Array
  readonly now: Instant
}

export function rollbackFacts({ input, group: { targets }, now }: GroupContext): RollbackFacts {
  const { clusters, desired, observed } = input
  return { index: clusters.index, desired, observed, targets, now }
}

/** Why a release is rejected, and what its group wants done about it. */
export interface Rejection {
  /** Ordinals that failed and still are on the release. */
  readonly failing: readonly number[]
  readonly reason: string
  readonly onFailure: 'rollback' | 'halt'
}

/** How many failed placements a rollout file and a pull request name. */
const evidenceKept = 20

/**
 * The release is rejected in its group, and every placement that it or a release it superseded moved goes back
 * to its recorded file: what fails in a first commit, and what `returnRest` finds in a second one. Placements without
 * a recorded file (first installs) stay; where none has one, the rollout halts.
 */
export function rejectRelease(
  rollout: Rollout,
  current: CurrentRelease,
  { failing, reason, onFailure }: Rejection,
  facts: RollbackFacts,
): Proposal {
  const { service, group } = rollout
  const id = releaseId(current.release)
  // What a refresh recorded leads back to the release itself.
  const recorded = rollout.wayBack.filter(({ release }) => release !== id)
  const evidence = [...current.failed, ...describeFailures(failing, facts)].slice(0, evidenceKept)
  const ailing = new Set(failing)
  const ways = onFailure === 'halt' ? [] : waysBack(recorded, facts)
  const common = { service, group, release: current.release, evidence, text: reason }
  const verdict = { release: current.release, at: facts.now, reason, evidence }
  if (ways.length === 0)
    return {
      kind: 'verdict',
      verdict: 'halted',
      ...common,
      next: reject(rollout, current, verdict, 'halted'),
    }
  const urgent = ways.filter(({ cluster }) => ailing.has(cluster))
  const placements = urgent.length > 0 ? urgent : ways
  const rest = ways.filter((way) => !placements.includes(way))
  const next = reject(rollout, current, verdict, 'rejected')
  return {
    kind: 'return',
    reason: 'rejected',
    ...common,
    placements,
    dependents: [],
    next: { ...next, wayBack: onlyFor(recorded, rest, facts) },
  }
}

/**
 * Only the new files of a refresh are rejected: what it moved goes back to its files of before, in one commit, and
 * the release stays proven. Where nothing can go back, as with first installs, it halts as any release does.
 */
export function rejectRefresh(
  rollout: Rollout,
  current: CurrentRelease,
  rejection: Rejection & { readonly files: readonly string[] },
  facts: RollbackFacts,
): Proposal {
  const { failing, reason, onFailure, files } = rejection
  const recorded = rollout.wayBack.filter(({ attempt }) => attempt === current.attempt)
  const placements = onFailure === 'halt' ? [] : waysBack(recorded, facts)
  if (placements.length === 0)
    return rejectRelease(rollout, current, { ...rejection, onFailure: 'halt' }, facts)
  const { service, group } = rollout
  const evidence = [...current.failed, ...describeFailures(failing, facts)].slice(0, evidenceKept)
  const { release } = current
  const next = rejectFiles(rollout, current, { release, at: facts.now, reason, evidence, files })
  const common = { service, group, release, evidence, text: reason, placements, dependents: [], next }
  return { kind: 'return', reason: 'rejected', refresh: true, ...common }
}

/** The second commit of a rejection: what did not fail, and was left for after what did. Undefined: nothing is left. */
export function returnRest(
  rollout: Rollout,
  { release }: CurrentRelease,
  facts: RollbackFacts,
): ReturnProposal | undefined {
  const placements = waysBack(rollout.wayBack, facts)
  if (placements.length === 0) return undefined
  const { service, group } = rollout
  const reason = rollout.rejected.at(-1)?.reason ?? 'rejected'
  return {
    kind: 'return',
    reason: 'rejected',
    service,
    group,
    release,
    placements,
    dependents: [],
    evidence: [],
    text: `${reason}; the failing ones went back before`,
    next: raiseFence({ ...rollout, wayBack: [] }),
  }
}

/** Failures within the error budget go back, are listed, and stay out of the rollout. Without a way back they stay where they are. */
export function returnFailed(
  rollout: Rollout,
  current: CurrentRelease,
  failing: readonly number[],
  facts: RollbackFacts,
): ReturnProposal | undefined {
  const wanted = new Set(failing)
  const recorded = rollout.wayBack.filter(({ attempt }) => !current.refresh || attempt === current.attempt)
  const placements = waysBack(recorded, facts).filter(({ cluster }) => wanted.has(cluster))
  if (placements.length === 0) return undefined
  const evidence = describeFailures(
    placements.map(({ cluster }) => cluster),
    facts,
  )
  return {
    kind: 'return',
    reason: 'failed',
    service: rollout.service,
    group: rollout.group,
    release: current.release,
    placements,
    dependents: [],
    evidence,
    text: `${placements.length} failed within the error budget`,
    next: setApart(rollout, current, evidence),
  }
}

/** Recorded files that main does not have now, in the order of clusters. What is no target here any more stays. */
function waysBack(
  entries: readonly WayBack[],
  { index, desired, targets }: RollbackFacts,
): readonly ReturnedPlacement[] {
  const here = new Set(targets)
  const returned = new Map<number, ReturnedPlacement>()
  for (const { release, blob, clusters } of entries) {
    if (blob === undefined) continue
    for (const name of clusters) {
      const cluster = index.ordinalOf(name)
      if (cluster === undefined || !here.has(cluster)) continue
      const present = desired.files[desired.file[cluster] ?? 0]
      if (present && present.blob !== '' && present.blob !== blob)
        returned.set(cluster, { cluster, blob, release })
    }
  }
  return [...returned.values()].toSorted((a, b) => a.cluster - b.cluster)
}

function onlyFor(
  wayBack: Rollout['wayBack'],
  placements: readonly ReturnedPlacement[],
  { index }: RollbackFacts,
): Rollout['wayBack'] {
  const kept = new Set(placements.map(({ cluster }) => index.names[cluster]))
  return wayBack.flatMap((entry) => {
    const clusters = entry.clusters.filter((name) => kept.has(name))
    return clusters.length > 0 ? [{ ...entry, clusters }] : []
  })
}

function describeFailures(
  failing: readonly number[],
  { index, observed, now }: RollbackFacts,
): readonly FailedPlacement[] {
  return failing.map((cluster) => ({
    cluster: index.names[cluster] ?? '',
    at: now,
    evidence: observed.evidence.get(cluster) ?? 'not healthy by its deadline',
  }))
}
