import { describe, expect, it } from 'vitest'
import type { Catalog } from '../../../src/core/domain/catalog.ts'
import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import { createCatalogTargets } from '../../../src/core/plan/service-inputs.ts'
import { catalogOf, service, version } from '../check/build-catalog.ts'

const versions = [version('pay', '1.0.0'), version('pay', '1.1.0', 'mirror'), version('pay', '1.2.0', 'gone')]
const ledger = service('ledger')
const base = catalogOf({ services: [service('pay', { dependsOn: ['ledger'] }), ledger], versions })
const main = base.chartRepositories.get('main')
if (!main) throw new Error('the catalog has a chart repository')
const mirror = { ...main, name: 'mirror', url: 'https://mirror.example.com' }
const catalog: Catalog = {
  ...base,
  chartRepositories: new Map([...base.chartRepositories, ['mirror', mirror]]),
}

const revisionsOf = (changed: Partial<Catalog>): readonly string[] =>
  createCatalogTargets({ ...catalog, ...changed }, createClusterIndex())
    .releasesOf('pay')
    .map(({ revision }) => revision)

describe('the releases of a service', () => {
  const before = revisionsOf({})

  it('differ by where their charts come from, known or not', () => {
    expect(new Set(before).size).toBe(3)
  })

  it('are new ones when their own chart repository moves, and no others', () => {
    const moved = { ...mirror, url: 'https://elsewhere.example.com' }
    const after = revisionsOf({
      chartRepositories: new Map([...catalog.chartRepositories, ['mirror', moved]]),
    })
    expect(after.map((revision, index) => revision === before[index])).toEqual([true, false, true])
  })

  it('are new ones when a service that they depend on moves to another namespace', () => {
    const services = new Map([...catalog.services, ['ledger', { ...ledger, namespace: 'books' }]])
    expect(revisionsOf({ services }).some((revision) => before.includes(revision))).toBe(false)
  })
})
