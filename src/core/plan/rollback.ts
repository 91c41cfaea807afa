import type { ClusterIndex } from '../domain/cluster-index.ts'
import type { DesiredColumns, ObservedColumns } from '../domain/placement.ts'
import type { CurrentRelease, FailedPlacement, Rollout } from '../domain/rollout.ts'
import type { Instant } from '../domain/time.ts'
import { reject, setApart } from './rollout-changes.ts'
import type { Proposal, ReturnProposal } from './types.ts'

/** What a rollback needs to know of the world. */
export interface RollbackFacts {
  readonly index: ClusterIndex
  readonly desired: DesiredColumns
  readonly observed: ObservedColumns
  readonly now: Instant
}

/** Why a release is rejected, and what its group wants done about it. */
export interface Rejection {
  /** Ordinals that failed and still are on the release. */
  readonly failing: readonly number[]
  readonly reason: string
  readonly onFailure: 'rollback' | 'halt'
}

type Returned = ReturnProposal['placements'][number]

/** How many failed placements a rollout file and a pull request name. */
const evidenceKept = 20

/**
 * The release is rejected in its group, and every placement that it or a release it superseded moved goes back
 * to its recorded file. Placements without one (first installs) stay; where none has one, the rollout halts.
 */
export function rejectRelease(
  rollout: Rollout,
  current: CurrentRelease,
  { failing, reason, onFailure }: Rejection,
  facts: RollbackFacts,
): Proposal {
  const { service, group } = rollout
  const evidence = [...current.failed, ...describeFailures(failing, facts)].slice(0, evidenceKept)
  const placements = onFailure === 'halt' ? [] : waysBack(rollout, new Set(failing), facts)
  const common = { service, group, release: current.release, evidence, text: reason }
  const verdict = { release: current.release, at: facts.now, reason, evidence }
  return placements.length === 0
    ? { kind: 'verdict', verdict: 'halted', ...common, next: reject(rollout, current, verdict, 'halted') }
    : {
        kind: 'return',
        reason: 'rejected',
        ...common,
        placements,
        next: reject(rollout, current, verdict, 'rejected'),
      }
}

/** Failures within the error budget go back, are listed, and stay out of the rollout. Without a way back they stay where they are. */
export function returnFailed(
  rollout: Rollout,
  current: CurrentRelease,
  failing: readonly number[],
  facts: RollbackFacts,
): Proposal | undefined {
  const wanted = new Set(failing)
  const placements = waysBack(rollout, wanted, facts).filter(({ cluster }) => wanted.has(cluster))
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
    evidence,
    text: `${placements.length} failed within the error budget`,
    next: setApart(rollout, current, evidence),
  }
}

/** Recorded files that main does not have now, failing clusters first. */
function waysBack(
  rollout: Rollout,
  failing: ReadonlySet<number>,
  { index, desired }: RollbackFacts,
): readonly Returned[] {
  const returned: Returned[] = []
  for (const { release, blob, clusters } of rollout.wayBack) {
    if (blob === undefined) continue
    for (const name of clusters) {
      const cluster = index.ordinalOf(name)
      if (cluster === undefined) continue
      const present = desired.files[desired.file[cluster] ?? 0]
      if (present && present.blob !== '' && present.blob !== blob) returned.push({ cluster, blob, release })
    }
  }
  const rank = ({ cluster }: Returned): number => (failing.has(cluster) ? 0 : 1)
  return returned.toSorted((a, b) => rank(a) - rank(b) || a.cluster - b.cluster)
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
