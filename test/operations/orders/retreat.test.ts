import { expect, it } from 'vitest'
import { emptyRollout } from '../../../src/core/domain/rollout.ts'
import type { Proposal } from '../../../src/core/plan/proposals.ts'
import type { ServicePlan } from '../../../src/core/plan/service-plan.ts'
import { retreatIn } from '../../../src/operations/orders/retreat.ts'

const common = { service: 'payments', group: 'prod', evidence: [], next: emptyRollout('payments', 'prod') }
const removal: Proposal = {
  kind: 'removal',
  ...common,
  wave: 1,
  waves: 1,
  quota: 1,
  placements: [],
  namespaces: [],
}
const planOf = (...proposals: readonly Proposal[]): ServicePlan => ({
  service: 'payments',
  groups: [],
  proposals,
  joins: [],
  validUntil: Infinity,
})

it('does not take what leaves clusters for what goes back', () => {
  const release = { service: 'payments', version: '1.4.3', revision: '0a1b2c3d', catalogCommit: '' }
  const verdict: Proposal = { kind: 'verdict', verdict: 'halted', ...common, release, text: '' }
  expect(retreatIn(planOf(removal), 'prod')).toBeUndefined()
  expect(retreatIn(planOf(removal, verdict), 'prod')).toBe(verdict)
})
