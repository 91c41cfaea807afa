import { expect, test } from 'vitest'
import { emptyRollout, type Rollout } from '../../../src/core/domain/rollout.ts'
import { planRemoval } from '../../../src/core/plan/plan-removal.ts'
import { planRemovals } from '../../../src/core/plan/plan-removals.ts'
import type { GroupRemovalInput } from '../../../src/core/plan/removal-input.ts'
import type { ServicePlanInput } from '../../../src/core/plan/plan-input.ts'
import type { WaveProposal } from '../../../src/core/plan/proposals.ts'
import { clusterNames, createPlannedWorld } from './planned-world.ts'

const names = clusterNames('prod', 10)

function leavingWorld(maxClusters = 250) {
  const world = createPlannedWorld([{ name: 'prod', clusters: names }], { maxClusters })
  world.versions(['1.0.0'])
  world.settle()
  const input: ServicePlanInput = world.input()
  const [of] = input.groups
  if (!of) throw new Error('the world has a group')
  const removal = (
    rollout: Rollout,
    gone: readonly number[],
    more: Partial<GroupRemovalInput> = {},
  ): GroupRemovalInput => ({
    group: of.group,
    rollout,
    leaving: of.targets.filter((cluster) => !gone.includes(cluster)),
    removed: gone.map((cluster) => ({ cluster, blob: 'b', isGone: true })),
    dependents: new Map(),
    emptied: [],
    beyond: [],
    ...more,
  })
  return { world, input, removal, start: emptyRollout('payments', 'prod') }
}

test('removal goes in the waves of the group, each in parts that a pull request holds', () => {
  const { world, input, removal, start } = leavingWorld(4)
  let rollout = start
  const gone: number[] = []
  const sizes: number[] = []
  while (gone.length < names.length) {
    const proposal = planRemoval(input, removal(rollout, gone), world.now)?.proposal
    if (!proposal) throw new Error(`stuck after ${sizes.join(', ')}`)
    sizes.push(proposal.placements.length)
    gone.push(...proposal.placements.map(({ cluster }) => cluster))
    rollout = proposal.next
  }
  expect(sizes).toEqual([1, 4, 4, 1])
})

test('a changed set of what leaves is another digest, which asks again', () => {
  const { world, input, removal, start } = leavingWorld()
  const beyond = ['targets: none removes it everywhere']
  const all = planRemoval(input, removal(start, [], { beyond }), world.now)
  const fewer = removal(start, [], { beyond })
  const narrowed = { ...fewer, leaving: fewer.leaving.slice(1) }
  expect(all).toMatchObject({ proposal: undefined, gates: [{ gate: 'approval' }] })
  expect(planRemoval(input, narrowed, world.now)?.digest).not.toBe(all?.digest)
})

test('dependents leave before dependencies', () => {
  const { world, input, removal, start } = leavingWorld()
  const dependents = new Map(names.map((_, cluster) => [cluster, ['shop']]))
  const decision = planRemoval(input, removal(start, [], { dependents }), world.now)
  expect(decision).toMatchObject({ proposal: undefined, gates: [{ gate: 'dependents' }] })
})

test('what leaves does not wait behind a wave that waits for a person, only behind one that goes on', () => {
  const { world, input, removal, start } = leavingWorld()
  const plan = world.group('prod')
  const behind = (needsApproval: boolean): number => {
    const wave = { kind: 'wave', group: 'prod', needsApproval } as WaveProposal
    const decisions = [{ plan, proposals: [wave], changesAt: Infinity }]
    return planRemovals({ ...input, removals: [removal(start, [])] }, decisions, world.now).proposals.length
  }
  expect([behind(true), behind(false)]).toEqual([1, 0])
})
