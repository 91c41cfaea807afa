import type { Oid } from '../adapters/git/port.ts'
import {
  type CurrentRelease,
  type OpenedWave,
  rejectedReleases,
  type Rollout,
} from '../core/domain/rollout.ts'
import { releaseId } from '../core/domain/service-release.ts'
import type { World } from './assemble.ts'
import { type CommitCache, type CommitFacts, createCommitReader, type PlacedFile } from './commit-facts.ts'
import { type EvidenceInput, missingEvidence } from './evidence.ts'
import { createHoldRule } from './hold-rule.ts'
import type { MemoryWorld } from './memory-world.ts'
import { mostClustersOf, partProblem } from './part-rule.ts'
import { createRequirementRule } from './requirement-invariants.ts'
import { wrongScope } from './scope-rule.ts'
import { createBudgetRule, wrongInBlackout } from './strain-rules.ts'
import { wrongRemovals } from './wrong-removals.ts'

/** A rule that did not hold. */
export interface Violation {
  readonly rule: Rule
  readonly text: string
}

export const rules = {
  blastRadius: 'At each forward merge, placements on the moving service release stay within the quota.',
  noSkip: 'A wave merges, and a release is proven, only on current evidence for all earlier waves.',
  fencing: "Every write to a rollout file raises its fence along main's history.",
  once: 'Each part of a wave of an attempt is merged at most once.',
  parts:
    'A wave of more clusters than a pull request may hold is merged part by part, in order, within its quota.',
  scope:
    "A wave changes only its clusters' directories and its service's rollout file; verdicts only rollouts/.",
  prune: 'Only removals delete: what is no target, after its dependents, and no more than approved.',
  hold: 'Once a Hold is acknowledged, no forward merge follows in its scope.',
  immutability: 'A service release has one file per document of a cluster, for ever.',
  neverDown: 'A forward merge never brings back what was rejected in that group.',
  budgets:
    'No forward merge exceeds a change budget, but a wave that is larger than all of it where nothing changed.',
  blackout: 'While too many clusters are silent at once, nothing goes forward or fails by time.',
  requires: 'A wave breaks no requirement; a way back leaves none broken without telling.',
} as const
export type Rule = keyof typeof rules

/** What is remembered of main's history up to `head`. */
interface History {
  head: Oid | undefined
  /** Clusters that each attempt moved, by group, service and attempt. */
  readonly moved: Map<string, Set<string>>
  readonly waves: Set<string>
  /** Blob by service, release, cluster and the blob of its document. */
  readonly files: Map<string, Oid>
  /** File that main has now, by cluster and service. */
  readonly placed: Map<string, PlacedFile>
  /** Blobs of the clusters' documents, by name, in the catalog that a commit was made from. */
  documents: ReadonlyMap<string, Oid>
}

/** Checks the rules that always hold on what happened since the last look; made for one world. */
export function createInvariants(world: MemoryWorld, cache: CommitCache) {
  const reader = createCommitReader(world.fleet, cache)
  const requirements = createRequirementRule()
  const budgets = createBudgetRule()
  const holds = createHoldRule(world)
  const history: History = {
    head: undefined,
    moved: new Map(),
    waves: new Set(),
    files: new Map(),
    placed: new Map(),
    documents: new Map(),
  }

  return {
    /** `running` undefined: only what history alone tells, as evidence of the past is gone. */
    async check(running?: World): Promise<readonly Violation[]> {
      const violations: Violation[] = []
      const now = world.clock.now()
      for (const facts of await reader.since(history.head)) {
        history.documents = await documentsAt(world, facts)
        violations.push(...checkCommit(facts, history, mostClustersOf(running)))
        const input = running && evidenceInput(running, facts, history, now)
        if (input) violations.push(...(await missingEvidence(world.fleet, input)))
        const tell = (rule: Rule, texts: readonly string[]): void =>
          void violations.push(...texts.map((text) => violation(rule, facts.commit.oid, text)))
        if (running) {
          tell('hold', holds.check(facts, running))
          tell('blackout', wrongInBlackout(facts, running, now))
          tell('prune', wrongRemovals(facts, history.placed, running))
        }
        tell('budgets', budgets.check(facts, running))
        tell('requires', requirements.check(facts, running))
        remember(facts, history)
      }
      await holds.endStep()
      return violations
    },
  }
}

function checkCommit(facts: CommitFacts, history: History, mostClusters: number): readonly Violation[] {
  return [
    ...checkFences(facts),
    ...wrongScope(facts).map((text) => violation('scope', facts.commit.oid, text)),
    ...checkPlacements(facts, history),
    ...(facts.kind === 'wave' ? checkWave(facts, history, mostClusters) : []),
  ]
}

function checkFences({ commit, kind, trailers, rollouts }: CommitFacts): readonly Violation[] {
  const writesLedger = rollouts.length > 0 || kind === 'bootstrap' || trailers.has('Decommission')
  const stale = rollouts.filter(({ before, after }) => !after || after.fence <= (before?.fence ?? 0))
  return [
    ...(writesLedger ? [] : [`${kind} writes no rollout file`]),
    ...stale.map(({ path, before, after }) => `${path} goes from fence ${before?.fence} to ${after?.fence}`),
  ].map((text) => violation('fencing', commit.oid, text))
}

/** The clusters' documents in the catalog that a commit was made from. */
async function documentsAt(
  { catalog }: MemoryWorld,
  { trailers }: CommitFacts,
): Promise<ReadonlyMap<string, Oid>> {
  const commit = trailers.get('Catalog-Commit')
  const entries = commit === undefined ? [] : await catalog.tree(commit, 'clusters')
  return new Map(entries.map(({ path, oid }) => [path.replace(/^clusters\/|\.yaml$/g, ''), oid]))
}

function fileKey({ documents }: History, service: string, cluster: string, release: string): string {
  return `${service}/${release}/${cluster}/${documents.get(cluster) ?? ''}`
}

function checkPlacements(facts: CommitFacts, history: History): readonly Violation[] {
  const { commit, kind, placements } = facts
  // What goes back is of the past, as recorded.
  if (kind === 'return') return []
  return placements.flatMap(({ cluster, service, before, after }) => {
    if (!after && kind === 'removal') return []
    if (!after)
      return [violation('prune', commit.oid, `${service} of ${cluster} (${before?.release}) is deleted`)]
    const known = history.files.get(fileKey(history, service, cluster, after.release))
    return known === undefined || known === after.blob
      ? []
      : [violation('immutability', commit.oid, `${service} ${after.release} has two files on ${cluster}`)]
  })
}

function checkWave(facts: CommitFacts, history: History, mostClusters: number): readonly Violation[] {
  const { commit, rollouts, trailers, placements } = facts
  const rollout = rollouts[0]?.after
  const current = rollout?.current
  if (!rollout || !current) return [violation('scope', commit.oid, 'a wave leaves no current release')]
  const release = releaseId(current.release)
  const attempt = attemptKey(rollout.group, rollout.service, current.attempt)
  const key = waveKey(attempt, current.waves)
  const moved = new Set([...(history.moved.get(attempt) ?? []), ...placements.map(({ cluster }) => cluster)])
  const quota = current.waves.at(-1)?.quota ?? 0
  const rejected = rejectedReleases(rollout).map((entry) => releaseId(entry.release))
  const part = partProblem(facts, mostClusters)
  const checks: readonly (readonly [boolean, Rule, string])[] = [
    [moved.size <= quota, 'blastRadius', `${moved.size} placements moved, quota ${quota}`],
    [part === undefined, 'parts', part ?? ''],
    [!history.waves.has(key), 'once', `wave ${key} is merged again`],
    [trailers.get('Release') === release, 'scope', `trailer ${trailers.get('Release')}, ledger ${release}`],
    [!rejected.includes(release), 'neverDown', `${release} was rejected in ${rollout.group}`],
    [
      placements.every(({ after }) => after?.release === release),
      'scope',
      `not every placement is on ${release}`,
    ],
  ]
  return checks.flatMap(([holds, rule, text]) => (holds ? [] : [violation(rule, commit.oid, text)]))
}

/** The placements whose evidence a wave after the first, or a proof, rests on. */
function evidenceInput(
  running: World,
  { commit, kind, rollouts }: CommitFacts,
  history: History,
  now: number,
): EvidenceInput | undefined {
  const entries = rollouts.flatMap(({ before, after }) => {
    const current = after?.current
    if (!after || !current) return []
    const goesOn = kind === 'wave' && beginsLaterWave(current)
    const isProven = kind === 'ledger' && current.state === 'proven' && before?.current?.state === 'rolling'
    if (!goesOn && !isProven) return []
    const earlier = goesOn ? current.waves.slice(0, -1) : current.waves
    const placements = standingOf(after, current, history)
    return [{ rollout: after, placements, quota: earlier.at(-1)?.quota ?? 0, wave: earlier.length }]
  })
  return entries.length > 0 ? { running, commit: commit.oid, now, entries } : undefined
}

/** Evidence is owed by the first part: between parts nothing soaks. */
function beginsLaterWave({ waves }: CurrentRelease): boolean {
  return waves.length > 1 && (waves.at(-1)?.part ?? 1) === 1
}

/** What the attempt moved and is there still. */
function standingOf(
  { group, service }: Rollout,
  { release, attempt, failed }: CurrentRelease,
  { moved, placed }: History,
): EvidenceInput['entries'][number]['placements'] {
  const id = releaseId(release)
  // A refresh that failed within the budget leaves the release there, with its old file.
  const apart = new Set(failed.map(({ cluster }) => cluster))
  return [...(moved.get(attemptKey(group, service, attempt)) ?? [])]
    .filter((cluster) => !apart.has(cluster))
    .map((cluster) => ({ cluster, file: placed.get(`${cluster}/${service}`) }))
    .flatMap(({ cluster, file }) => (file?.release === id ? [{ cluster, blob: file.blob }] : []))
}

function remember({ commit, kind, rollouts, placements }: CommitFacts, history: History): void {
  history.head = commit.oid
  for (const { cluster, service, after } of placements) {
    if (!after) {
      history.placed.delete(`${cluster}/${service}`)
      continue
    }
    if (kind !== 'return') history.files.set(fileKey(history, service, cluster, after.release), after.blob)
    history.placed.set(`${cluster}/${service}`, after)
  }
  const rollout = rollouts[0]?.after
  if (kind !== 'wave' || !rollout?.current) return
  const attempt = attemptKey(rollout.group, rollout.service, rollout.current.attempt)
  history.waves.add(waveKey(attempt, rollout.current.waves))
  const moved = history.moved.get(attempt) ?? new Set()
  for (const { cluster } of placements) moved.add(cluster)
  history.moved.set(attempt, moved)
}

/** Names a part of a wave of an attempt. */
function waveKey(attempt: string, waves: readonly OpenedWave[]): string {
  return `${attempt}/${waves.length}/${waves.at(-1)?.part ?? 1}`
}

function attemptKey(group: string, service: string, attempt: number): string {
  return `${group}/${service}/${attempt}`
}

function violation(rule: Rule, commit: Oid, text: string): Violation {
  return { rule, text: `${commit.slice(0, 8)}: ${text}` }
}
