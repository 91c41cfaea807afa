import { expect, it } from 'vitest'
import { freezes } from '../../../src/core/check/freezes.ts'
import type { Finding, FindingScope } from '../../../src/core/domain/finding.ts'
import { catalogOf, group, selector, service, version } from './build-catalog.ts'

const catalog = catalogOf({
  services: [
    service('everywhere'),
    service('devel-only', { targets: selector({ matchLabels: { env: 'devel' } }) }),
  ],
  versions: [version('everywhere', '1.0.0'), version('devel-only', '1.0.0', 'other')],
})

function error(scope: FindingScope, severity: Finding['severity'] = 'error'): Finding {
  return {
    severity,
    scope,
    file: 'f.yaml',
    field: [],
    message: 'm',
    remedy: 'r',
    position: { line: 3, column: 1, length: 1, text: 'x' },
  }
}

function frozen(scope: FindingScope, of = catalog): readonly string[] {
  return [...freezes(of, [error(scope)]).services]
}

it('freezes only the service that an error is about, and says why', () => {
  const state = freezes(catalog, [error({ kind: 'service', name: 'devel-only' })])
  expect([...state.services]).toEqual(['devel-only'])
  expect(state.all).toBe(false)
  expect(state.reasonOf('devel-only')).toBe('f.yaml:3: m')
  expect(state.reasonOf('everywhere')).toBeUndefined()
})

it('freezes the services that target a group in error', () => {
  expect(frozen({ kind: 'group', name: 'prod' })).toEqual(['everywhere'])
  expect(frozen({ kind: 'group', name: 'devel' })).toEqual(['everywhere', 'devel-only'])
})

it('freezes the services on clusters without a group when the document of a group can not be read', () => {
  const without = { ...catalog, groups: [group('devel')] }
  expect(frozen({ kind: 'group', name: 'prod' }, without)).toEqual(['everywhere'])
})

it('freezes the services with charts from a repository in error', () => {
  expect(frozen({ kind: 'chartRepository', name: 'other' })).toEqual(['devel-only'])
})

it('names clusters in error and freezes no service for them', () => {
  const state = freezes(catalog, [error({ kind: 'cluster', name: 'prod-1' })])
  expect([...state.clusters]).toEqual(['prod-1'])
  expect([...state.services]).toEqual([])
})

it('freezes every service for an error of the whole catalog', () => {
  const state = freezes(catalog, [error({ kind: 'catalog' })])
  expect(state.all).toBe(true)
  expect(state.reasonOf('everywhere')).toBe('f.yaml:3: m')
})

it('freezes nothing for a warning', () => {
  const state = freezes(catalog, [error({ kind: 'catalog' }, 'warning')])
  expect(state.all).toBe(false)
  expect(state.reasonOf('everywhere')).toBeUndefined()
})
