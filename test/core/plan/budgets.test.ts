import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import { emptyRollout } from '../../../src/core/domain/rollout.ts'
import type { ChangeBudget } from '../../../src/core/domain/settings.ts'
import { type BudgetFacts, budgetGate, withinBudgets } from '../../../src/core/plan/budgets.ts'
import { createCatalogTargets } from '../../../src/core/plan/service-inputs.ts'
import type { WaveProposal } from '../../../src/core/plan/proposals.ts'
import type { Gate, ServicePlan } from '../../../src/core/plan/service-plan.ts'
import { catalogOf, cluster, group } from '../check/build-catalog.ts'

const hour = 3600
const now = 1_000_000

/** Ten clusters, 0 to 4 in devel and region a, the others in prod and region b; services of which clusters changed when. */
function factsOf(
  budgets: readonly ChangeBudget[],
  changed: Readonly<Record<string, readonly [number, number][]>> = {},
): BudgetFacts {
  const clusters = Array.from({ length: 10 }, (_, at) => {
    const env = at < 5 ? 'devel' : 'prod'
    return cluster(`c-${at}`, env, { labels: { env, region: at < 5 ? 'a' : 'b' } })
  })
  const catalog = catalogOf({ clusters, groups: [group('devel'), group('prod', ['devel'])] })
  const settings = { ...catalog.settings, changeBudgets: budgets }
  const targets = createCatalogTargets(
    { ...catalog, settings },
    createClusterIndex(clusters.map(({ name }) => name)),
  )
  const columns = new Map(
    Object.entries(changed).map(([service, changes]) => {
      const [file, mergedAt] = [new Uint16Array(10).fill(1), new Uint32Array(10)]
      for (const [at, when] of changes) mergedAt[at] = when
      const files = ['', 'x'].map((release) => ({ blob: release, release }))
      return [service, { files, file, commit: new Uint32Array(10), mergedAt }]
    }),
  )
  const none = { files: [], file: new Uint16Array(), commit: new Uint32Array(), mergedAt: new Uint32Array() }
  return { targets, services: [...columns.keys()], desired: (service) => columns.get(service) ?? none }
}

function wave(
  service: string,
  clusters: readonly number[],
  servedAt = 0,
  parts: Partial<WaveProposal> = {},
): WaveProposal {
  const release = { service, version: '1.0.0', revision: 'a', catalogCommit: 'c' }
  const proven = servedAt > 0 ? [{ release, at: servedAt }] : []
  const next = { ...emptyRollout(service, 'prod'), proven }
  const common = {
    wave: 1,
    waves: 1,
    part: 1,
    parts: 1,
    quota: clusters.length,
    evidence: [],
    needsApproval: false,
  }
  return { kind: 'wave', service, group: 'prod', release, clusters, next, ...common, ...parts }
}

function plansOf(waves: readonly WaveProposal[]): ReadonlyMap<string, ServicePlan> {
  const tally = { targets: 0, moved: 0, healthy: 0, soaked: 0, failed: 0, silent: 0, sick: 0, pending: 0 }
  return new Map(
    waves.map((proposal) => {
      const groups = [
        {
          group: 'prod',
          state: 'rolling',
          release: proposal.release,
          candidate: undefined,
          wave: 0,
          waves: 1,
          tally,
          waitsFor: [],
        },
      ] as const
      const plan = {
        service: proposal.service,
        groups,
        proposals: [proposal],
        joins: [],
        validUntil: Infinity,
      }
      return [proposal.service, plan]
    }),
  )
}

/** Which services may go, and the gates of the others. */
function decide(waves: readonly WaveProposal[], facts: BudgetFacts, at = now) {
  const plans = [...withinBudgets(plansOf(waves), facts, at).values()]
  const goes = plans.filter(({ proposals }) => proposals.length > 0).map(({ service }) => service)
  const gates = new Map(
    plans.flatMap(({ service, groups }): [string, Gate][] =>
      (groups[0]?.waitsFor ?? []).map((gate) => [service, gate]),
    ),
  )
  return { goes, gates }
}

const per = (kind: 'cluster' | 'group' | 'fleet', count: number): ChangeBudget => ({
  per: { kind },
  max: { kind: 'count', count },
  within: hour,
})

describe('a change budget', () => {
  test('holds back a wave that does not fit, with a gate that says why, since when, and when it opens', () => {
    const facts = factsOf([per('group', 4)], {
      ledger: [
        [5, now - 3000],
        [6, now - 2000],
        [0, now - 10],
      ],
    })
    const { goes, gates } = decide([wave('pay', [7, 8, 9])], facts)
    expect(goes).toEqual([])
    expect(gates.get('pay')).toEqual({
      gate: 'budget',
      state: 'waiting',
      reason: 'change budget of group prod: 2 of 4 changed within 1h, this wave changes 3',
      since: now - 2000,
      opensWhen: 'enough of the last 1h has passed',
      opensAt: now - 3000 + hour,
    })
    expect(decide([wave('pay', [7, 8, 9])], facts, now - 3000 + hour).goes).toEqual(['pay'])
    expect(decide([wave('pay', [7, 8, 9])], facts, now - 3001 + hour).goes).toEqual([])
  })

  test('counts in each cluster, group, label value, or the fleet, on its own', () => {
    const changed = { ledger: [[5, now - 5] as [number, number]] }
    expect(decide([wave('pay', [5])], factsOf([per('cluster', 1)], changed)).goes).toEqual([])
    expect(decide([wave('pay', [6])], factsOf([per('cluster', 1)], changed)).goes).toEqual(['pay'])
    const region: ChangeBudget = {
      per: { kind: 'label', key: 'region' },
      max: { kind: 'count', count: 1 },
      within: hour,
    }
    expect(decide([wave('pay', [6])], factsOf([region], changed)).goes).toEqual([])
    expect(decide([wave('pay', [1])], factsOf([region], changed)).goes).toEqual(['pay'])
    expect(decide([wave('pay', [1])], factsOf([per('fleet', 1)], changed)).goes).toEqual([])
  })

  test('may be a percentage of the clusters in its scope, at least one', () => {
    const share = (percent: number): ChangeBudget => ({
      per: { kind: 'group' },
      max: { kind: 'percent', percent },
      within: hour,
    })
    const changed = { ledger: [[5, now - 5] as [number, number]] }
    expect(decide([wave('pay', [6])], factsOf([share(40)], changed)).goes).toEqual(['pay'])
    expect(decide([wave('pay', [6])], factsOf([share(39)], changed)).goes).toEqual([])
  })

  test('lets a wave that is larger than all of it go when nothing changed in its time', () => {
    const facts = factsOf([per('fleet', 2)], { ledger: [[5, now - 5]] })
    expect(decide([wave('pay', [5, 6, 7, 8])], factsOf([per('fleet', 2)])).goes).toEqual(['pay'])
    const { goes, gates } = decide([wave('pay', [5, 6, 7, 8])], facts)
    expect(goes).toEqual([])
    expect(gates.get('pay')?.opensAt).toBe(now - 5 + hour)
  })

  test('goes to whoever waits longest, and is kept for it', () => {
    const facts = factsOf([per('fleet', 3)], { ledger: [[5, now - 5]] })
    const waves = [wave('small', [6], 900), wave('large', [6, 7, 8], 100)]
    expect(decide(waves, facts).goes).toEqual([])
    expect(decide(waves, facts).gates.get('small')?.reason).toContain('3 go before')
    expect(decide([wave('small', [6], 100), wave('large', [6, 7, 8], 900)], facts).goes).toEqual(['small'])
  })

  test('never holds back what goes back, a verdict, or what still needs approval', () => {
    const facts = factsOf([per('fleet', 1)], { ledger: [[5, now - 5]] })
    expect(decide([wave('pay', [6], 0, { needsApproval: true })], facts).goes).toEqual(['pay'])
    expect(budgetGate([6], facts, now)).toMatchObject({ gate: 'budget' })
    expect(budgetGate([6], factsOf([per('fleet', 1)]), now)).toBeUndefined()
  })

  test('lets no service wait for ever behind others', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (wanted, fleet, inGroup) => {
          // Every service wants to move again at once, for ever: the fleet serves all of them in turn.
          const served = wanted.map(() => 0)
          const times = wanted.map(() => 0)
          const log: [number, number][] = []
          for (let at = now; at < now + 40 * wanted.length * hour; at += hour / 4) {
            const waves = wanted.map((size, service) =>
              wave(
                `s-${service}`,
                Array.from({ length: size }, (_, index) => 5 + index),
                served[service],
              ),
            )
            // Each change of each cluster as the column of a service of its own.
            const changed = Object.fromEntries(
              log.slice(-60).map(([on, when], index) => [`log-${index}`, [[on, when] as [number, number]]]),
            )
            for (const name of decide(
              waves,
              factsOf([per('fleet', fleet), per('group', inGroup)], changed),
              at,
            ).goes) {
              const service = Number(name.slice(2))
              served[service] = at
              times[service] = (times[service] ?? 0) + 1
              for (let index = 0; index < (wanted[service] ?? 0); index++) log.push([5 + index, at])
            }
          }
          expect(Math.min(...times)).toBeGreaterThan(0)
          expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(Math.max(...times) / 2 + 2)
        },
      ),
      { numRuns: 8 },
    )
  })
})
