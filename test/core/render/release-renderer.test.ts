import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Cluster, JsonObject } from '../../../src/core/domain/cluster.ts'
import {
  createReleaseRenderer,
  parseServiceHeader,
  type ReleaseRenderer,
} from '../../../src/core/render/release-renderer.ts'
import { optionalSkeletons, releaseRevision } from '../../../src/core/render/release-revision.ts'
import type { ReleaseInputs } from '../../../src/core/render/types.ts'
import {
  chartFrom,
  cluster,
  httpRepository,
  inputs,
  ociRepository,
  service,
  templates,
  verifiedRepository,
  version,
} from './sample.ts'

function rendererOf(given: ReleaseInputs): ReleaseRenderer {
  const renderer = createReleaseRenderer(given)
  if ('errors' in renderer) throw new Error(renderer.errors.map(({ message }) => message).join('; '))
  return renderer
}

function textOf(given: ReleaseInputs, on: Cluster = cluster('prod-euw1-04')): string {
  const outcome = rendererOf(given).render(on, 'prod')
  if (outcome.kind === 'error') throw new Error(outcome.errors.map(({ message }) => message).join('; '))
  return outcome.file.text
}

function documentsOf(text: string): readonly JsonObject[] {
  return [parseAllDocuments(text)].flat().map((document) => document.toJS() as JsonObject)
}

const withValues = (values: JsonObject): ReleaseInputs => ({ ...inputs, version: { ...version, values } })

describe('a service file', () => {
  test('with a chart in an OCI registry', async () => {
    await expect(textOf(inputs)).toMatchFileSnapshot('golden/service-oci.yaml')
  })

  test('with a chart in an HTTP repository, without values and dependencies', async () => {
    const given = { ...withValues({}), source: chartFrom(httpRepository), dependencies: [] }
    await expect(textOf(given)).toMatchFileSnapshot('golden/service-http.yaml')
  })

  test('with a chart that is verified', async () => {
    const given = { ...inputs, source: chartFrom(verifiedRepository) }
    await expect(textOf(given)).toMatchFileSnapshot('golden/service-verified.yaml')
  })

  test('with a certificate for an HTTP repository', () => {
    const source = chartFrom({ ...httpRepository, certSecretRef: 'charts-tls' })
    expect(documentsOf(textOf({ ...inputs, source })).at(-1)).toMatchObject({
      kind: 'HelmRepository',
      spec: { certSecretRef: { name: 'charts-tls' } },
    })
  })

  test('stands in the directory of its cluster and namespace', () => {
    expect(rendererOf(inputs).render(cluster('prod-euw1-04'), 'prod')).toMatchObject({
      kind: 'file',
      file: { path: 'clusters/prod-euw1-04/apps/pay/payments.yaml' },
    })
  })

  test('tells by its first line which service release it is', () => {
    expect(parseServiceHeader(textOf(inputs))).toEqual({
      service: 'payments',
      version: '1.4.2',
      revision: 'ab12cd34',
    })
    expect(parseServiceHeader('# halyard payments 1.4.2-rc.1+b7 ab12cd34')?.version).toBe('1.4.2-rc.1+b7')
    expect(parseServiceHeader('# halyard payments 1.4.2')).toBeUndefined()
    expect(parseServiceHeader('apiVersion: v1')).toBeUndefined()
  })

  test('has the same bytes whatever the order of its inputs', () => {
    const dependencies = inputs.dependencies.toReversed()
    expect(textOf({ ...inputs, dependencies })).toBe(textOf(inputs))
  })

  test('labels a version with build metadata by what Kubernetes allows', () => {
    const text = textOf({ ...inputs, version: { ...version, version: '1.4.2+build.7' } })
    expect(documentsOf(text)[0]).toMatchObject({
      metadata: { labels: { 'halyard.dev/version': '1.4.2_build.7' } },
    })
  })

  test('keeps what the operator put into the skeletons, but not the identity', () => {
    const own = {
      ...templates.objects['helm-release'],
      metadata: { name: 'mine', labels: { team: 'platform', 'halyard.dev/service': 'x' } },
      spec: { interval: '3m', releaseName: 'mine', values: { leaked: true } },
    }
    const [object] = documentsOf(
      textOf({
        ...inputs,
        templates: { ...templates, objects: { ...templates.objects, 'helm-release': own } },
      }),
    )
    expect(object).toMatchObject({
      metadata: { name: 'payments', labels: { team: 'platform', 'halyard.dev/service': 'payments' } },
      spec: { interval: '3m', releaseName: 'payments' },
    })
    expect(object?.['spec']).not.toHaveProperty('values.leaked')
  })
})

describe('variants', () => {
  test('are shared by clusters with equal fields, with the very same text', () => {
    const renderer = rendererOf(inputs)
    const [a, b, c] = [cluster('a'), cluster('b'), cluster('c', 'us-east-1')]
    expect([a, b, c].map((each) => renderer.variantOf(each, 'prod'))).toEqual([0, 0, 1])
    const texts = [a, b, c].map((each) => {
      const outcome = renderer.render(each, 'prod')
      return outcome.kind === 'file' ? outcome.file.text : undefined
    })
    expect(texts[0]).toBe(texts[1])
    expect(texts[2]).not.toBe(texts[0])
  })

  test('do not come from the group unless an expression reads it', () => {
    const renderer = rendererOf(inputs)
    expect(renderer.variantOf(cluster('a'), 'prod')).toBe(renderer.variantOf(cluster('a'), 'devel'))
    const reading = rendererOf(withValues({ group: '${cluster.group}' }))
    expect(reading.variantOf(cluster('a'), 'prod')).not.toBe(reading.variantOf(cluster('a'), 'devel'))
  })

  test('tell a missing label from every value', () => {
    const renderer = rendererOf(
      withValues({ a: '${has(cluster.labels.region) ? cluster.labels.region : ""}' }),
    )
    const missing = cluster('a', null)
    const variants = [missing, cluster('b', ''), cluster('c', 'null')].map((each) =>
      renderer.variantOf(each, 'g'),
    )
    expect(new Set(variants).size).toBe(3)
  })

  test('agree with the text for every pair of clusters', () => {
    const renderer = rendererOf(inputs)
    const clusters = ['eu', 'us'].flatMap((region) =>
      ['large', 'small', 'tiny'].map((size) => cluster(`${region}-${size}`, region, size)),
    )
    const pairs = clusters.flatMap((one) => clusters.map((other) => [one, other] as const))
    const sameVariant = pairs.map(([a, b]) => renderer.variantOf(a, 'g') === renderer.variantOf(b, 'g'))
    const sameText = pairs.map(([a, b]) => textOf(inputs, a) === textOf(inputs, b))
    // Variants may be finer than texts (small and tiny give the same values), never coarser.
    expect(sameVariant.map((same, index) => !same || sameText[index])).not.toContain(false)
    expect(sameVariant).toContain(false)
  })
})

describe('errors', () => {
  test('of a cluster name that cluster, each time anew', () => {
    const renderer = rendererOf(inputs)
    for (const name of ['edge-fr-3', 'edge-fr-4'])
      expect(renderer.render(cluster(name, null), 'prod')).toMatchObject({
        kind: 'error',
        errors: [
          { path: ['values', 'region'], message: `cluster ${name} has no label "region"` },
          { path: ['values', 'ingress', 'host'] },
        ],
      })
    expect(renderer.render(cluster('good'), 'prod').kind).toBe('file')
  })

  test('of the values are told before any cluster is known', () => {
    expect(createReleaseRenderer(withValues({ a: '${clutser.name}' }))).toMatchObject({
      errors: [{ path: ['values', 'a'], message: 'unknown variable: clutser' }],
    })
  })
})

test('what is expected of the live object is what was rendered', () => {
  const renderer = rendererOf(inputs)
  const [helmRelease] = documentsOf(textOf(inputs, cluster('a')))
  expect(renderer.expectedOf(cluster('a'), 'prod')).toEqual({
    kind: 'expected',
    expected: {
      kind: 'chart',
      chartDigest: chartFrom(httpRepository).chart.digest,
      spec: helmRelease?.['spec'],
    },
  })
})

describe('the revision of a service release', () => {
  const { dependencies } = inputs
  const revisionOf = (given: Partial<ReleaseInputs>) => {
    const all = { ...inputs, ...given }
    return releaseRevision(
      all.service,
      all.templates,
      all.source,
      all.dependencies,
      optionalSkeletons(all.version, all.service),
    )
  }
  const base = revisionOf({})

  test('is 8 hex digits and stays for the same inputs', () => {
    expect(base).toMatch(/^[0-9a-f]{8}$/)
    expect(revisionOf({ dependencies: dependencies.toReversed() })).toBe(base)
  })

  test('changes with the skeletons and with settings that are rendered', () => {
    expect(revisionOf({ templates: { ...templates, revision: '22222222' } })).not.toBe(base)
    expect(revisionOf({ service: { ...service, owner: 'other' } })).not.toBe(base)
  })

  test('changes with where the chart comes from, known or not', () => {
    const moved = { ...ociRepository, url: 'oci://mirror.example.com/charts' }
    const withSecret = { ...ociRepository, secretRef: 'other' }
    const withCertificate = { ...ociRepository, certSecretRef: 'other' }
    const repositories = [moved, withSecret, withCertificate, verifiedRepository, httpRepository]
    const revisions = [base, ...repositories.map((other) => revisionOf({ source: chartFrom(other) }))]
    revisions.push(releaseRevision(service, templates, undefined, dependencies, []))
    expect(new Set(revisions).size).toBe(7)
  })

  test('does not change with the name of the chart repository, which is not rendered', () => {
    const renamed = { ...ociRepository, name: 'other', file: 'chart-repositories/other.yaml' }
    expect(revisionOf({ source: chartFrom(renamed) })).toBe(base)
  })

  test('changes with the services that it depends on and with their namespaces', () => {
    expect(revisionOf({ dependencies: dependencies.slice(1) })).not.toBe(base)
    const moved = dependencies.map((dependency) => ({ ...dependency, namespace: 'elsewhere' }))
    expect(revisionOf({ dependencies: moved })).not.toBe(base)
  })

  test('does not change with settings that are not', () => {
    const routes = [{ type: 'slack', target: '#pay' }] as const
    expect(revisionOf({ service: { ...service, targets: 'none', notifications: routes } })).toBe(base)
  })
})

test('a file holds the HelmRelease first, then where its chart comes from', () => {
  const kinds = (given: ReleaseInputs) => documentsOf(textOf(given)).map(({ kind }) => kind)
  expect(kinds(inputs)).toEqual(['HelmRelease', 'OCIRepository'])
  expect(kinds({ ...inputs, source: chartFrom(httpRepository) })).toEqual([
    'HelmRelease',
    'HelmChart',
    'HelmRepository',
  ])
})
