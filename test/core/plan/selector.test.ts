import { describe, expect, it } from 'vitest'
import type { ClusterSelector } from '../../../src/core/domain/cluster.ts'
import { compileSelector, matchesSelector } from '../../../src/core/plan/selector.ts'

const cluster = { name: 'prod-eu-west-1', labels: { env: 'prod', region: 'eu-west', canary: '' } }

function selector(parts: Partial<ClusterSelector>): ClusterSelector {
  return { all: false, matchLabels: {}, matchExpressions: [], names: [], ...parts }
}

function expression(key: string, operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...values: string[]) {
  return selector({ matchExpressions: [{ key, operator, values }] })
}

describe('labels', () => {
  it.each([
    ['an equal label', selector({ matchLabels: { env: 'prod' } }), true],
    ['another value', selector({ matchLabels: { env: 'devel' } }), false],
    ['an absent label', selector({ matchLabels: { tier: '' } }), false],
    ['an empty value', selector({ matchLabels: { canary: '' } }), true],
    ['one of two labels', selector({ matchLabels: { env: 'prod', region: 'us' } }), false],
    ['In with its value', expression('env', 'In', 'devel', 'prod'), true],
    ['In without its value', expression('env', 'In', 'devel'), false],
    ['In on an absent label', expression('tier', 'In', 'x'), false],
    ['NotIn with its value', expression('env', 'NotIn', 'prod'), false],
    ['NotIn without its value', expression('env', 'NotIn', 'devel'), true],
    ['NotIn on an absent label', expression('tier', 'NotIn', 'x'), true],
    ['Exists', expression('canary', 'Exists'), true],
    ['Exists on an absent label', expression('tier', 'Exists'), false],
    ['DoesNotExist', expression('env', 'DoesNotExist'), false],
    ['DoesNotExist on an absent label', expression('tier', 'DoesNotExist'), true],
    ['a label that objects inherit', expression('constructor', 'Exists'), false],
  ])('%s: %#', (_, parts, selected) => {
    expect(matchesSelector(parts, cluster)).toBe(selected)
  })
})

describe('names', () => {
  it.each([
    [['prod-*'], true],
    [['devel-*', 'prod-eu-*'], true],
    [['prod-eu-west-?'], true],
    [['prod-eu-west'], false],
    [['prod-*', '!prod-eu-*'], false],
    [['!prod-us-*'], true],
    [['!prod-eu-west-1'], false],
    [['{prod-eu-west-1,x}'], false],
    [['#prod'], false],
  ])('%j', (names, selected) => {
    expect(matchesSelector(selector({ names }), cluster)).toBe(selected)
  })
})

describe('parts together', () => {
  it('must all match', () => {
    const both = compileSelector(selector({ matchLabels: { env: 'prod' }, names: ['prod-eu-*'] }))
    expect(both(cluster)).toBe(true)
    expect(both({ ...cluster, name: 'prod-us-1' })).toBe(false)
    expect(both({ ...cluster, labels: {} })).toBe(false)
  })

  it('narrow a selector that also says all', () => {
    expect(matchesSelector(selector({ all: true, names: ['devel-*'] }), cluster)).toBe(false)
  })

  it('select everything only when that is stated', () => {
    expect(matchesSelector(selector({}), cluster)).toBe(false)
    expect(matchesSelector(selector({ all: true }), cluster)).toBe(true)
  })
})
