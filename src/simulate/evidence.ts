import type { GitRepository, Oid } from '../adapters/git/port.ts'
import type { Condition, PlacementReport } from '../core/domain/report.ts'
import type { Rollout } from '../core/domain/rollout.ts'
import { shareOf } from '../core/domain/share.ts'
import type { Instant, Seconds } from '../core/domain/time.ts'
import { budgetOf } from '../core/plan/waves.ts'
import type { World } from './assemble.ts'
import type { Violation } from './invariants.ts'

interface Placed {
  readonly cluster: string
  /** The file that main had for it. */
  readonly blob: Oid
}

/** What a commit rests on: placements of earlier waves that still are on the moving release. */
export interface EvidenceInput {
  readonly running: World
  readonly commit: Oid
  readonly now: Instant
  readonly entries: readonly {
    readonly rollout: Rollout
    readonly placements: readonly Placed[]
    /** Quota of the last earlier wave, and which one that is. */
    readonly quota: number
    readonly wave: number
  }[]
}

/**
 * Looks at the clusters themselves, not at what the controller made of their reports: each placement has soaked up
 * to the last contact with its cluster, is out of contact within `maxSilent`, or failed within the budget.
 */
export async function missingEvidence(
  repository: GitRepository,
  { running, commit, now, entries }: EvidenceInput,
): Promise<readonly Violation[]> {
  const violations: Violation[] = []
  for (const { rollout, placements, quota, wave } of entries) {
    const { service, group, current } = rollout
    const targets = running.controller.view()?.catalog.targets
    const targeted = targets?.groupsOf(service).find((entry) => entry.group.name === group)
    if (!targets || !targeted || !current) continue
    const { strategy } = targeted.group
    // What left the group since proves nothing there, for or against.
    const here = new Set([...targeted.targets].map((cluster) => targets.index.names[cluster]))
    const standing = placements.filter(({ cluster }) => here.has(cluster))
    const fail = (text: string): void =>
      void violations.push({ rule: 'noSkip', text: `${commit.slice(0, 8)}: ${service} in ${group}: ${text}` })
    const times = { now, soak: strategy.soak, silentAfter: targets.catalog.settings.silentAfter }
    const { soaked, silent, sick, failed } = await weigh(repository, running, service, standing, times)
    const maxSilent = wave <= 1 ? 0 : shareOf(strategy.maxSilent, quota)
    const budget = budgetOf(strategy.maxUnhealthy, wave, quota)
    if (silent.length > maxSilent) fail(`silent: ${silent.join(' ')}, ${maxSilent} may be`)
    // What has not soaked can only have been counted as failed, or as silent where the cluster itself is to blame.
    const beyond = sick.slice(Math.max(0, maxSilent - silent.length))
    if (current.failed.length + failed.length + beyond.length > budget)
      fail(
        `${current.failed.length} failed and went back, ${[...failed, ...beyond].join(', ')}; the error budget is ${budget}`,
      )
    // Where all that it moved left the group, a wave of the first one's size takes their place.
    const isDeserted = placements.length > 0 && standing.length === 0
    if (soaked === 0 && !isDeserted) fail('nothing has soaked')
  }
  return violations
}

async function weigh(
  repository: GitRepository,
  running: World,
  service: string,
  placements: readonly Placed[],
  {
    now,
    soak,
    silentAfter,
  }: { readonly now: Instant; readonly soak: Seconds; readonly silentAfter: Seconds },
): Promise<{
  readonly soaked: number
  readonly silent: readonly string[]
  readonly sick: readonly string[]
  readonly failed: readonly string[]
}> {
  const [silent, sick, failed]: [string[], string[], string[]] = [[], [], []]
  let soaked = 0
  for (const placed of placements) {
    const { cluster } = placed
    const contact = contactOf(running, cluster)
    // Evidence is taken for current until its cluster counts as silent, so a soak may end in the time between.
    const isCurrent = now - contact <= silentAfter
    const why = await whyNotSoaked(repository, running, service, placed, (isCurrent ? now : contact) - soak)
    if (why === undefined || (isCurrent && contact < now)) soaked++
    else if (contact < now) silent.push(cluster)
    else (isSick(running, cluster, service) ? sick : failed).push(`${cluster} ${why}`)
  }
  return { soaked, silent, sick, failed }
}

/** Whether at least half of the other services there, and two of them, are unwell, too. */
function isSick({ clusters }: World, cluster: string, service: string): boolean {
  const others = (clusters.inspect(cluster)?.placements ?? []).filter(({ name }) => name !== service)
  const unwell = others.filter(
    (report) => readyOf(report)?.status !== 'True' || report.workloads.some(({ current }) => !current),
  )
  return others.length >= 2 && unwell.length * 2 >= others.length
}

/** What Flux says of what installs the service, a HelmRelease or a Kustomization. */
export function readyOf({ helmRelease, payloadKustomization }: PlacementReport): Condition | undefined {
  return (helmRelease ?? payloadKustomization)?.status.conditions.find(({ type }) => type === 'Ready')
}

function contactOf({ controller }: World, cluster: string): Instant {
  const view = controller.view()
  return view?.observations.contactAt[view.fleet.clusters.ordinalOf(cluster) ?? -1] ?? 0
}

/** Why a placement was not healthy all the time from `since` on; undefined: it was. */
async function whyNotSoaked(
  repository: GitRepository,
  { clusters }: World,
  service: string,
  { cluster, blob }: Placed,
  since: Instant,
): Promise<string | undefined> {
  const report = clusters.inspect(cluster)?.placements.find(({ name }) => name === service)
  const object = report?.helmRelease ?? report?.payloadKustomization
  if (!report || !object) return 'does not have it'
  const { generation, status } = object
  const ready = readyOf(report)
  if (ready?.status !== 'True' || ready.observedGeneration !== generation) return 'is not ready'
  if (status.observedGeneration !== generation) return 'has not observed its generation'
  const broken = report.workloads.find(({ current }) => !current)
  if (broken) return `runs ${broken.name} that is ${broken.message}`
  const healthySince = Math.max(ready.lastTransitionTime, ...installedAt(report))
  if (healthySince > since) return `is healthy for ${since - healthySince}s less than the soak`
  return (await hasApplied(repository, report, blob)) ? undefined : 'has not applied the file'
}

/** When Helm deployed it, and since when each workload is as it is. */
function installedAt({ helmRelease, workloads }: PlacementReport): readonly Instant[] {
  return [helmRelease?.status.history[0]?.lastDeployed ?? 0, ...workloads.map(({ since }) => since)]
}

/** Whether the revision applied last holds the file. */
async function hasApplied(
  repository: GitRepository,
  { cluster, namespace, kustomization }: PlacementReport,
  blob: Oid,
): Promise<boolean> {
  const applied = kustomization?.lastAppliedRevision.split('@sha1:')[1]
  if (!applied) return false
  const files = await repository.tree(applied, `clusters/${cluster}/apps/${namespace}`)
  return files.some((file) => file.oid === blob)
}
