import type { DesiredColumns } from '../domain/placement.ts'
import type { BudgetScope, ChangeBudget } from '../domain/settings.ts'
import { shareOf } from '../domain/share.ts'
import { formatDuration, type Instant } from '../domain/time.ts'
import type { CatalogTargets } from './service-inputs.ts'
import type { WaveProposal } from './proposals.ts'
import type { Gate, ServicePlan } from './service-plan.ts'

/** What change budgets are counted over. */
export interface BudgetFacts {
  readonly targets: Pick<CatalogTargets, 'catalog' | 'index' | 'clusterAt' | 'groupOf'>
  /** Every service that has a file somewhere. */
  readonly services: readonly string[]
  desired(service: string): DesiredColumns
}

/** One budget in one scope: `group prod`. */
interface Bucket {
  readonly name: string
  readonly max: number
  readonly within: number
  /** When placements in the scope changed within the time, ascending. */
  readonly changes: readonly Instant[]
  /** What waves before this one take, or wait to take. */
  claimed: number
}

/**
 * The plans with what does not fit into the change budgets held back, as a gate. Waves that wait longest go first, and
 * what they wait for is kept for them, so that none waits for ever behind smaller ones; a wave that is larger than a
 * whole budget goes when nothing changed in its time. Going back, verdicts and new clusters are never held back, though
 * what went back and what joined counts as a change. A wave that needs a person's approval takes nothing before it has it:
 * its budget is looked at when it is merged.
 */
export function withinBudgets(
  plans: ReadonlyMap<string, ServicePlan>,
  facts: BudgetFacts,
  now: Instant,
): ReadonlyMap<string, ServicePlan> {
  if (facts.targets.catalog.settings.changeBudgets.length === 0) return plans
  const waves = [...plans.values()].flatMap(({ proposals }) =>
    proposals.flatMap((proposal) => (proposal.kind === 'wave' && !proposal.needsApproval ? [proposal] : [])),
  )
  if (waves.length === 0) return plans
  const buckets = createBuckets(facts, now)
  const held = new Map<WaveProposal, Gate>()
  for (const wave of waves.toSorted(byWait)) {
    const gate = gateOf(demandOf(wave.clusters, buckets), now)
    if (gate) held.set(wave, gate)
  }
  if (held.size === 0) return plans
  return new Map([...plans].map(([service, plan]) => [service, holdBack(plan, held)]))
}

/** Why these clusters may not change now; undefined: they may. */
export function budgetGate(clusters: readonly number[], facts: BudgetFacts, now: Instant): Gate | undefined {
  if (facts.targets.catalog.settings.changeBudgets.length === 0) return undefined
  return gateOf(demandOf(clusters, createBuckets(facts, now)), now)
}

/** Whoever was let through last, by the ledger, comes last: so each goes before the others at most once. */
function byWait(a: WaveProposal, b: WaveProposal): number {
  const [one, other] = [`${a.service}/${a.group}`, `${b.service}/${b.group}`]
  return lastServed(a) - lastServed(b) || (one < other ? -1 : 1)
}

function lastServed({ next: { current, proven, rejected } }: WaveProposal): Instant {
  const before = current?.waves.at(-2)?.openedAt
  return before ?? Math.max(0, proven.at(-1)?.at ?? 0, rejected.at(-1)?.at ?? 0)
}

function holdBack(plan: ServicePlan, held: ReadonlyMap<WaveProposal, Gate>): ServicePlan {
  const gates = new Map<string, Gate>()
  const proposals = plan.proposals.filter((proposal) => {
    const gate = proposal.kind === 'wave' ? held.get(proposal) : undefined
    if (gate) gates.set(proposal.group, gate)
    return gate === undefined
  })
  if (gates.size === 0) return plan
  const groups = plan.groups.map((group) => {
    const gate = gates.get(group.group)
    return gate ? { ...group, waitsFor: [...group.waitsFor, gate] } : group
  })
  const opens = [...gates.values()].map(({ opensAt }) => opensAt ?? Infinity)
  return { ...plan, groups, proposals, validUntil: Math.min(plan.validUntil, ...opens) }
}

interface Demand {
  readonly bucket: Bucket
  readonly count: number
}

function demandOf(
  clusters: readonly number[],
  bucketsOf: (cluster: number) => readonly Bucket[],
): readonly Demand[] {
  const counts = new Map<Bucket, number>()
  for (const cluster of clusters)
    for (const bucket of bucketsOf(cluster)) counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  return [...counts].map(([bucket, count]) => ({ bucket, count }))
}

/** Takes what is demanded, or keeps it for later: in either case nobody after it may have it. */
function gateOf(demands: readonly Demand[], now: Instant): Gate | undefined {
  const short = demands.filter((demand) => !fits(demand))
  for (const { bucket, count } of demands) bucket.claimed += count
  const [first] = short
  if (!first) return undefined
  const { bucket, count } = first
  const opensAt = Math.max(...short.map((demand) => opensAtOf(demand)))
  const others = bucket.claimed - count
  return {
    gate: 'budget',
    state: 'waiting',
    reason:
      `change budget of ${bucket.name}: ${bucket.changes.length} of ${bucket.max} changed within ${formatDuration(bucket.within)}` +
      `${others > 0 ? `, ${others} go before` : ''}, this wave changes ${count}${short.length > 1 ? ` (and ${short.length - 1} more budgets)` : ''}`,
    since: bucket.changes.at(-1) ?? now,
    opensWhen: `enough of the last ${formatDuration(bucket.within)} has passed`,
    opensAt: Number.isFinite(opensAt) ? opensAt : undefined,
  }
}

function fits({ bucket: { changes, claimed, max }, count }: Demand): boolean {
  const used = changes.length + claimed
  return used === 0 || used + count <= max
}

/** When enough changes are too old to count; Infinity: others go before, and nobody knows how long they take. */
function opensAtOf({ bucket: { changes, claimed, max, within }, count }: Demand): Instant {
  // `claimed` holds this demand already.
  const before = claimed - count
  const tooMany = count > max ? changes.length : changes.length + before + count - max
  const last = changes[tooMany - 1]
  return last === undefined || (count > max && before > 0) ? Infinity : last + within
}

/** The budgets that each cluster's changes count in. Only services that changed lately are looked through. */
function createBuckets(facts: BudgetFacts, now: Instant): (cluster: number) => readonly Bucket[] {
  const { catalog } = facts.targets
  const buckets = new Map<string, Bucket>()
  const recent = catalog.settings.changeBudgets.map((budget) => ({
    budget,
    changes: recentChanges(facts, budget, now),
  }))
  return (cluster) =>
    recent.flatMap(({ budget, changes }, at) => {
      const name = scopeOf(facts, budget.per, cluster)
      if (name === undefined) return []
      const known = buckets.get(`${at} ${name}`)
      if (known) return [known]
      const times = (changes.get(name) ?? []).toSorted((a, b) => a - b)
      const max = Math.max(1, shareOf(budget.max, sizeOf(facts, budget, name)))
      const bucket = { name, max, within: budget.within, changes: times, claimed: 0 }
      buckets.set(`${at} ${name}`, bucket)
      return [bucket]
    })
}

/** When placements changed within a budget's time, by scope. */
function recentChanges(
  facts: BudgetFacts,
  budget: ChangeBudget,
  now: Instant,
): ReadonlyMap<string, readonly Instant[]> {
  const after = now - budget.within
  const changes = new Map<string, Instant[]>()
  for (const service of facts.services) {
    const columns = facts.desired(service)
    if (lastChange(columns) <= after) continue
    for (const [cluster, at] of columns.mergedAt.entries()) {
      const name = at > after && columns.file[cluster] ? scopeOf(facts, budget.per, cluster) : undefined
      if (name === undefined) continue
      const known = changes.get(name)
      if (known) known.push(at)
      else changes.set(name, [at])
    }
  }
  return changes
}

/** Columns that were handed out never change. */
const lastChanges = new WeakMap<DesiredColumns, Instant>()

function lastChange(columns: DesiredColumns): Instant {
  const known = lastChanges.get(columns)
  if (known !== undefined) return known
  const last = columns.mergedAt.reduce((latest, at) => Math.max(latest, at), 0)
  lastChanges.set(columns, last)
  return last
}

/** `group prod`; undefined: the cluster is in no such scope. */
function scopeOf({ targets }: BudgetFacts, per: BudgetScope, cluster: number): string | undefined {
  const known = targets.clusterAt(cluster)
  if (!known) return undefined
  switch (per.kind) {
    case 'fleet':
      return 'the fleet'
    case 'cluster':
      return `cluster ${known.name}`
    case 'group': {
      const group = targets.groupOf(cluster)
      return group && `group ${group.name}`
    }
    case 'label': {
      const value = known.labels[per.key]
      return value === undefined ? undefined : `${per.key} ${value}`
    }
  }
}

/** How many clusters of the catalog a scope has; counted only where a budget is a percentage of them. */
function sizeOf({ targets }: BudgetFacts, { per, max }: ChangeBudget, name: string): number {
  const { clusters, groups } = targets.catalog
  if (max.kind === 'count' || per.kind === 'cluster') return 1
  if (per.kind === 'fleet') return clusters.length
  if (per.kind === 'label') {
    const value = name.slice(per.key.length + 1)
    return clusters.filter(({ labels }) => labels[per.key] === value).length
  }
  const group = groups.find((each) => name === `group ${each.name}`)
  return group ? membersOf(targets, group.name) : 0
}

function membersOf({ catalog, groupOf, index }: BudgetFacts['targets'], group: string): number {
  return catalog.clusters.filter(({ name }) => groupOf(index.ordinalOf(name) ?? -1)?.name === group).length
}
