import type { KustomizationState, ReleaseState, SimulatedCluster } from './state.ts'

/** What of a cluster may change: all of it, a Kustomization with its releases, or one release. */
export type Subject = SimulatedCluster | KustomizationState | ReleaseState

export interface Change {
  readonly cluster: SimulatedCluster
  readonly subject: Subject
  readonly sequence: number
}

/** Changes in order, so that a reader finds those after its cursor without looking at anything else. */
export interface ChangeLog {
  add(change: Change): void
  /** Releases that changed after `sequence`, each once. */
  releasesAfter(sequence: number): ReadonlyMap<ReleaseState, SimulatedCluster>
}

/** How many outdated entries are borne before the log is rewritten. */
const slack = 1000

export function createChangeLog(initial: readonly Change[]): ChangeLog {
  let changes = initial.toSorted((a, b) => a.sequence - b.sequence)
  let compactAt = changes.length * 2 + slack

  const compact = () => {
    changes = changes.filter(isLatest)
    compactAt = changes.length * 2 + slack
  }

  return {
    add: (change) => {
      changes.push(change)
      if (changes.length > compactAt) compact()
    },
    releasesAfter: (sequence) => {
      const found = new Map<ReleaseState, SimulatedCluster>()
      for (let index = changes.length - 1; index >= 0; index--) {
        const change = changes[index]
        if (change === undefined || change.sequence <= sequence) break
        if (!isLatest(change)) continue
        for (const release of releasesOf(change)) found.set(release, change.cluster)
      }
      return found
    },
  }
}

/** Every subject of a cluster that ever changed, as its last change. */
export function changesOf(cluster: SimulatedCluster): readonly Change[] {
  const subjects = [cluster, ...cluster.kustomizations.values(), ...cluster.releases.values()]
  return subjects.map((subject) => ({ cluster, subject, sequence: subject.sequence }))
}

function isLatest(change: Change): boolean {
  return change.subject.sequence === change.sequence
}

function releasesOf({ cluster, subject }: Change): readonly ReleaseState[] {
  const releases = [...cluster.releases.values()]
  if ('releases' in subject) return releases
  if ('key' in subject) return releases.filter((release) => release.kustomization === subject.key)
  return [subject]
}
