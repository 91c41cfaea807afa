import type { FailedPlacement, Rollout } from '../core/domain/rollout.ts'
import type { BudgetScope, ChangeBudget, Settings } from '../core/domain/settings.ts'
import { shareOf } from '../core/domain/share.ts'
import type { Instant } from '../core/domain/time.ts'
import type { CatalogTargets } from '../core/plan/service-inputs.ts'
import type { World } from './assemble.ts'
import type { CommitFacts } from './commit-facts.ts'
import { readyOf } from './evidence.ts'

/**
 * What a forward merge changed beyond a change budget: with it, more placements of a scope changed within the time than
 * the budget has, and it was not the only one. To be shown every commit, in order.
 */
export function createBudgetRule() {
  /** When each placement changed last, by `<cluster>/<service>`; what left is not there. */
  const changedAt = new Map<string, Instant>()
  return {
    check({ commit, kind, placements }: CommitFacts, running: World | undefined): readonly string[] {
      const targets = running?.controller.view()?.catalog.targets
      const before = new Map(changedAt)
      for (const { cluster, service, after } of placements) {
        if (after) changedAt.set(`${cluster}/${service}`, commit.time)
        else changedAt.delete(`${cluster}/${service}`)
      }
      if (kind !== 'wave' || !targets) return []
      const moved = new Set(placements.map(({ cluster }) => cluster))
      return targets.catalog.settings.changeBudgets.flatMap((budget) => {
        const scopes = new Set([...moved].map((cluster) => scopeOf(targets, budget.per, cluster)))
        return [...scopes].flatMap((scope) => {
          if (scope === undefined) return []
          const inScope = (key: string): boolean =>
            scopeOf(targets, budget.per, key.split('/')[0] ?? '') === scope
          const count = (changes: ReadonlyMap<string, Instant>): number =>
            [...changes].filter(([key, at]) => at > commit.time - budget.within && inScope(key)).length
          const most = mostOf(targets, budget, scope)
          const [earlier, now] = [count(before), count(changedAt)]
          return earlier > 0 && now > most
            ? [
                `${now} placements of ${scope} changed within ${budget.within}s, ${earlier} of them earlier; ${most} may`,
              ]
            : []
        })
      })
    },
  }
}

function scopeOf({ catalog, index, groupOf }: CatalogTargets, per: BudgetScope, name: string) {
  const cluster = catalog.clusters.find((each) => each.name === name)
  switch (per.kind) {
    case 'fleet':
      return cluster && 'fleet'
    case 'cluster':
      return cluster?.name
    case 'group':
      return groupOf(index.ordinalOf(name) ?? -1)?.name
    case 'label':
      return cluster?.labels[per.key]
  }
}

function mostOf(targets: CatalogTargets, { per, max }: ChangeBudget, scope: string): number {
  const members = targets.catalog.clusters.filter(({ name }) => scopeOf(targets, per, name) === scope)
  return Math.max(1, shareOf(max, members.length))
}

/**
 * What a commit does that nothing does in a blackout: it goes forward, or rejects by time alone. Whether clusters fell
 * silent at once is told from their last signs of life alone.
 */
export function wrongInBlackout(
  { kind, trailers, rollouts }: CommitFacts,
  running: World,
  now: Instant,
): readonly string[] {
  const view = running.controller.view()
  const from = view && blackoutSince(running, view.catalog.targets.catalog.settings, now)
  if (!view || from === undefined) return []
  const isProof = rollouts.some(
    ({ before, after }) => before?.current?.state === 'rolling' && after?.current?.state === 'proven',
  )
  if (kind === 'wave' || kind === 'removal' || (kind === 'ledger' && isProof))
    return [
      `${trailers.get('Service') ?? trailers.get('Decommission')} goes forward in a blackout since ${from}`,
    ]
  if (kind !== 'return' && kind !== 'ledger') return []
  return rollouts.flatMap(({ before, after }) =>
    newFailures(before, after)
      .filter(({ cluster }) => reportedFailure(running, cluster, after?.service ?? '') < from)
      .map(({ cluster }) => `${after?.service} failed on ${cluster} by time in a blackout since ${from}`),
  )
}

/** When the cluster itself found that the service failed; 0: it did not. */
function reportedFailure({ clusters }: World, cluster: string, service: string): Instant {
  const report = clusters.inspect(cluster)?.placements.find(({ name }) => name === service)
  const ready = report && readyOf(report)
  return ready?.status === 'False' ? ready.lastTransitionTime : 0
}

/** What counts as failed with a commit and did not before; nobody's orders are judged. */
function newFailures(before: Rollout | undefined, after: Rollout | undefined): readonly FailedPlacement[] {
  const known = new Set(failuresOf(before).map(({ cluster, at }) => `${cluster} ${at}`))
  return failuresOf(after).filter(({ cluster, at }) => !known.has(`${cluster} ${at}`))
}

function failuresOf(rollout: Rollout | undefined): readonly FailedPlacement[] {
  if (!rollout) return []
  const verdicts = rollout.rejected.filter(({ reason }) => !reason.startsWith('ordered:'))
  return [...(rollout.current?.failed ?? []), ...verdicts.flatMap(({ evidence }) => evidence)]
}

function blackoutSince(
  { controller }: World,
  { health, silentAfter }: Settings,
  now: Instant,
): Instant | undefined {
  const view = controller.view()
  const contacts = (view?.catalog.targets.catalog.clusters ?? [])
    .map(({ name }) => view?.observations.contactAt[view.fleet.clusters.ordinalOf(name) ?? -1] ?? 0)
    .filter((at) => at > 0)
  const gone = contacts.filter((at) => now - at > silentAfter).toSorted((a, b) => a - b)
  return gone.find((first) => {
    const together = gone.filter((at) => at >= first && at <= first + silentAfter).length
    const heard = contacts.filter((at) => at >= first).length
    return together >= Math.max(3, shareOf(health.blackout, heard))
  })
}
