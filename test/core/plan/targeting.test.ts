import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Cluster, ClusterSelector, LabelExpression } from '../../../src/core/domain/cluster.ts'
import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import { hasBit } from '../../../src/core/plan/bitset.ts'
import { matchesSelector } from '../../../src/core/plan/selector.ts'
import { createTargeting } from '../../../src/core/plan/targeting.ts'

const key = fc.constantFrom('env', 'region', 'constructor')
const value = fc.constantFrom('', 'a', 'b')
const labels = fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true })
const clusters: fc.Arbitrary<readonly Cluster[]> = fc
  .array(labels, { maxLength: 70 })
  .map((list) =>
    list.map((each, at) => ({ name: `c-${at}`, labels: each, metadata: {}, decommission: false, file: '' })),
  )
const expression: fc.Arbitrary<LabelExpression> = fc.record({
  key,
  operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
  values: fc.array(value, { maxLength: 2 }),
})
const selector: fc.Arbitrary<ClusterSelector> = fc.record({
  all: fc.boolean(),
  matchLabels: fc.dictionary(key, value, { maxKeys: 2, noNullPrototype: true }),
  matchExpressions: fc.array(expression, { maxLength: 2 }),
  names: fc.array(fc.constantFrom('c-*', 'c-1*', '*2', '!c-3*', '!*5'), { maxLength: 2 }),
})

function selectedNames(all: readonly Cluster[], wanted: ClusterSelector, known: readonly string[]) {
  const index = createClusterIndex(known)
  const bits = createTargeting(all, index).select(wanted)
  return index.names.filter((_, ordinal) => hasBit(bits, ordinal))
}

it('selects what matchesSelector selects, also among clusters that left the catalog or are new to the index', () => {
  fc.assert(
    fc.property(clusters, selector, fc.nat(70), (all, wanted, numbered) => {
      const known = ['gone', ...all.slice(0, numbered).map(({ name }) => name)]
      const expected = all.filter((cluster) => matchesSelector(wanted, cluster)).map(({ name }) => name)
      expect(selectedNames(all, wanted, known)).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

it('selects nothing by a selector without any part', () => {
  const nothing = { all: false, matchLabels: {}, matchExpressions: [], names: [] }
  const all = [{ name: 'c-0', labels: { env: 'prod' }, metadata: {}, decommission: false, file: '' }]
  expect(selectedNames(all, nothing, [])).toEqual([])
  expect(selectedNames(all, { ...nothing, all: true }, [])).toEqual(['c-0'])
})
