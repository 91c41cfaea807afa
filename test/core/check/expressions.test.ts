import { describe, expect, it } from 'vitest'
import { checkCatalog } from '../../../src/core/check/check-catalog.ts'
import { formatField } from '../../../src/core/check/format-findings.ts'
import type { Catalog } from '../../../src/core/domain/catalog.ts'
import type { Cluster, JsonObject } from '../../../src/core/domain/cluster.ts'
import type { ServiceVersion } from '../../../src/core/domain/service-version.ts'
import { catalogOf, type CatalogParts, cluster, selector, service, version } from './build-catalog.ts'

function linesOf(catalog: Catalog): readonly string[] {
  return checkCatalog(catalog).map(
    ({ file, field, within, message, remedy }) =>
      `${file} ${formatField(field)} ${within?.offset}+${within?.length}: ${message} | ${remedy}`,
  )
}

function withValues(values: JsonObject, parts: CatalogParts = {}): Catalog {
  return catalogOf({ versions: [version('pay', '1.0.0', 'main', values)], ...parts })
}

const file = 'services/pay/versions/1.0.0.yaml'
const labelled = (name: string, env: string, labels: Record<string, string>, metadata: JsonObject = {}) =>
  cluster(name, env, { labels: { env, ...labels }, metadata })
/** `prod-1` and `canary-1` have no region; only `prod-1` has a size that is text. */
const uneven: readonly Cluster[] = [
  labelled('canary-1', 'canary', {}, { size: 2 }),
  labelled('devel-1', 'devel', { region: 'eu' }, { size: 3 }),
  labelled('prod-1', 'prod', {}, { size: 'large' }),
]

describe('expressions of the newest version', () => {
  it('read only what every target has, told once for all clusters that lack it', () => {
    const values = { env: [{ url: 'https://${cluster.labels.region}.example.com' }] }
    expect(linesOf(withValues(values, { clusters: uneven }))).toEqual([
      `${file} spec.values.env[0].url 8+24: cluster canary-1 has no label "region", nor have 1 more | add the label in clusters/canary-1.yaml, or give a default: \${has(cluster.labels.region) ? cluster.labels.region : "none"}`,
    ])
  })

  it('name the one cluster that lacks something', () => {
    const [canary, devel, prod] = uneven
    if (!canary || !devel || !prod) throw new Error('three clusters')
    const clusters = [{ ...canary, labels: { env: 'canary', region: 'eu' } }, devel, prod]
    expect(checkCatalog(withValues({ region: '${cluster.labels.region}' }, { clusters }))).toMatchObject([
      {
        severity: 'error',
        scope: { kind: 'placements', service: 'pay', clusters: ['prod-1'] },
        file,
        field: ['spec', 'values', 'region'],
        within: { offset: 0, length: 24 },
        message: 'cluster prod-1 has no label "region"',
      },
    ])
  })

  it('are told apart by what is missing', () => {
    const expression = "${cluster.labels.env == 'prod' ? cluster.labels.a : cluster.metadata.b}"
    expect(
      linesOf(withValues({ x: expression }, { clusters: uneven })).map((line) => line.split(' | ')[0]),
    ).toEqual([
      `${file} spec.values.x 0+71: cluster canary-1 has no metadata.b, nor have 1 more`,
      `${file} spec.values.x 0+71: cluster prod-1 has no label "a"`,
    ])
  })

  it('compute with the types that each target has', () => {
    expect(linesOf(withValues({ x: 'n: ${cluster.metadata.size + 1}' }, { clusters: uneven }))).toEqual([
      `${file} spec.values.x 5+25: on prod-1: no such overload: dyn<string> + int | convert one side with int(…), double(…) or string(…)`,
    ])
  })

  it('may read what clusters lack that the service does not target', () => {
    const services = [service('pay', { targets: selector({ matchLabels: { env: 'devel' } }) })]
    expect(
      linesOf(withValues({ region: '${cluster.labels.region}' }, { clusters: uneven, services })),
    ).toEqual([])
  })

  it('read the group of the cluster, its name, the service and the version', () => {
    const values = { x: '${cluster.group}/${cluster.name}/${service.owner}/${version}' }
    expect(linesOf(withValues(values))).toEqual([])
  })
})

describe('expressions beside values', () => {
  const only = (parts: Partial<ServiceVersion>) =>
    linesOf(catalogOf({ versions: [{ ...version('pay', '1.0.0'), ...parts }], clusters: uneven })).map(
      (line) => line.split(' | ')[0],
    )

  it('are looked at in the paths of secrets', () => {
    const path = 'pay/${cluster.labels.region}'
    expect(only({ secrets: [{ path, key: undefined, target: undefined }] })).toEqual([
      `${file} spec.secrets[0].path 4+24: cluster canary-1 has no label "region", nor have 1 more`,
    ])
  })

  it('are looked at in patches, where nothing but text may stand', () => {
    expect(only({ patches: [{ patch: '${clutser.name}' }, { patch: '${cluster.labels}' }] })).toEqual([
      `${file} spec.patches[0].patch 2+7: unknown variable: clutser`,
      `${file} spec.patches[1].patch 0+17: on canary-1 and 2 more: a list, a map or null can not stand inside text`,
    ])
  })
})

describe('expressions of all versions', () => {
  it('compile; an older version can not be mended, so it is only warned of', () => {
    const bad = { x: 'at ${clutser.name} or ${' }
    const versions = ['1.0.0', '1.1.0'].map((number) => version('pay', number, 'main', bad))
    const findings = checkCatalog(catalogOf({ versions }))
    expect(findings.map(({ severity, file: at }) => [severity, at])).toEqual([
      ['warning', 'services/pay/versions/1.0.0.yaml'],
      ['error', 'services/pay/versions/1.1.0.yaml'],
    ])
    expect(linesOf(withValues({ x: 'at ${clutser.name}' }))).toEqual([
      `${file} spec.values.x 5+7: unknown variable: clutser | expressions can read cluster.{name, labels, metadata, group}, service.{name, namespace, owner} and version`,
    ])
  })

  it('are not evaluated where a newer version replaced them', () => {
    const versions = [
      version('pay', '1.0.0', 'main', { region: '${cluster.labels.region}' }),
      version('pay', '1.1.0'),
    ]
    expect(linesOf(catalogOf({ versions, clusters: uneven }))).toEqual([])
  })

  it('tell what else is wrong in a version with one that does not compile', () => {
    const values = { a: '${', b: '${cluster.labels.region}' }
    expect(linesOf(withValues(values, { clusters: uneven })).map((line) => line.split(' | ')[0])).toEqual([
      `${file} spec.values.a 0+2: the expression has no closing }`,
      `${file} spec.values.b 0+24: cluster canary-1 has no label "region", nor have 1 more`,
    ])
  })
})

describe('a catalog that was checked before', () => {
  const services = [service('pay')]
  const versions = [version('pay', '1.0.0', 'main', { region: '${cluster.labels.region}' })]
  const complete = uneven.map((each) => ({ ...each, labels: { ...each.labels, region: 'eu' } }))
  const check = (clusters: readonly Cluster[], parts: CatalogParts = {}): number =>
    checkCatalog(catalogOf({ services, versions, clusters, ...parts })).length

  it('is found wrong when a cluster loses a label, and right when it has it again', () => {
    expect(check(complete)).toBe(0)
    const [canary, ...others] = complete
    const stripped = labelled('canary-1', 'canary', {})
    expect(check([stripped, ...others])).toBe(1)
    expect(check([stripped, ...others])).toBe(1)
    expect(check(complete)).toBe(0)
    expect(canary?.labels['region']).toBe('eu')
  })

  it('is checked against a cluster that left and came back', () => {
    const lacking = labelled('prod-2', 'prod', {})
    const other = [version('pay', '1.0.1', 'main', { region: '${cluster.labels.region}' })]
    expect(check([...complete, lacking])).toBe(1)
    expect(check(complete, { versions: other })).toBe(0)
    expect(check([...complete, lacking], { versions: other })).toBe(1)
  })

  it('is checked again when the service targets more', () => {
    const lacking = [...complete, labelled('prod-2', 'prod', {})]
    const narrow = [service('pay', { targets: selector({ names: ['*-1'] }) })]
    expect(check(lacking, { services: narrow })).toBe(0)
    expect(check(lacking, { services: [service('pay')] })).toBe(1)
  })

  it('is checked again when a cluster moves to another group', () => {
    const picky = [
      version('pay', '1.0.0', 'main', { x: "${cluster.group == 'prod' ? cluster.labels.y : ''}" }),
    ]
    const unlabelled = cluster('x', 'devel')
    const groups = catalogOf().groups
    expect(
      check([...complete.slice(0, 2), unlabelled], { versions: picky, groups: groups.slice(0, 2) }),
    ).toBe(0)
    const moved = groups.map((group) =>
      group.name === 'canary'
        ? group
        : { ...group, clusterSelector: selector({ names: group.name === 'prod' ? ['x'] : ['devel-*'] }) },
    )
    expect(check([...complete.slice(0, 2), unlabelled], { versions: picky, groups: moved })).toBe(1)
  })
})
