import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { parseExpectation } from '../../../src/adapters/fleet/parse-expectation.ts'
import type { JsonObject } from '../../../src/core/domain/cluster.ts'
import { folderPath } from '../../../src/core/render/folder-path.ts'
import { createReleaseRenderer } from '../../../src/core/render/release-renderer.ts'
import { optionalSkeletons, releaseRevision } from '../../../src/core/render/release-revision.ts'
import type { ReleaseInputs } from '../../../src/core/render/types.ts'
import { objectProblems } from '../../crds/object-problems.ts'
import { artifactPin, cluster, inputs, kustomizeInputs, templates, version } from './sample.ts'

function rendererOf(given: ReleaseInputs) {
  const renderer = createReleaseRenderer(given)
  if ('errors' in renderer) throw new Error(renderer.errors.map(({ message }) => message).join('; '))
  return renderer
}

function textOf(given: ReleaseInputs): string {
  const outcome = rendererOf(given).render(cluster('prod-euw1-04'), 'prod')
  if (outcome.kind === 'error') throw new Error(outcome.errors.map(({ message }) => message).join('; '))
  return outcome.file.text
}

function documentsOf(given: ReleaseInputs): readonly JsonObject[] {
  return [parseAllDocuments(textOf(given))].flat().map((document) => document.toJS() as JsonObject)
}

function errorsOf(given: ReleaseInputs): readonly string[] {
  const outcome = rendererOf(given).render(cluster('prod-euw1-04'), 'prod')
  return outcome.kind === 'file' ? [] : outcome.errors.map(({ message }) => message)
}

const withEverything = kustomizeInputs(
  {
    pin: artifactPin,
    timeout: '3m',
    healthChecks: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'payments' }],
    healthCheckExprs: [
      {
        apiVersion: 'example.com/v1',
        kind: 'Queue',
        current: 'status.ready',
        inProgress: undefined,
        failed: 'status.broken',
      },
    ],
  },
  {
    secrets: [{ path: 'payments/${cluster.name}/db', key: 'password', target: 'DB_PASSWORD' }],
    values: { DB_PASSWORD: 'placeholder', region: '${cluster.labels.region}' },
    patches: [{ target: { kind: 'Deployment' }, patch: '- op: remove\n  path: /spec/replicas\n' }],
  },
)

describe('a service file with a kustomize payload', () => {
  test('from a commit of a Git repository', async () => {
    await expect(textOf(kustomizeInputs())).toMatchFileSnapshot('golden/service-kustomize-git.yaml')
  })

  test('from an artifact of an OCI registry, with secrets, patches and health checks', async () => {
    await expect(textOf(withEverything)).toMatchFileSnapshot('golden/service-kustomize-oci.yaml')
  })

  test('is taken by a cluster', () => {
    const signed = kustomizeInputs({ wait: false }, {}, { branch: 'main', verificationSecretRef: 'keys' })
    for (const given of [kustomizeInputs(), withEverything, signed])
      expect(documentsOf(given).flatMap(objectProblems)).toEqual([])
  })

  test('keeps its objects in the namespace of the service, whatever the skeletons say', () => {
    const skeleton = templates.objects['service-kustomization']
    const own = {
      ...skeleton,
      metadata: { name: 'mine', namespace: 'kube-system' },
      spec: { interval: '3m', targetNamespace: 'kube-system', serviceAccountName: 'root', path: '/' },
    }
    const given = {
      ...withEverything,
      templates: { ...templates, objects: { ...templates.objects, 'service-kustomization': own } },
    }
    const [kustomization] = documentsOf(given)
    expect(kustomization).toMatchObject({
      metadata: { name: 'payments', namespace: 'pay' },
      spec: {
        interval: '3m',
        targetNamespace: 'pay',
        serviceAccountName: 'halyard',
        path: './overlays/prod',
        healthChecks: [{ namespace: 'pay' }],
      },
    })
    expect(documentsOf(given).map(({ metadata }) => metadata)).toEqual(
      documentsOf(given).map(() => expect.objectContaining({ namespace: 'pay' })),
    )
  })

  test('adds to the substitutions and patches of the skeleton', () => {
    const skeleton = templates.objects['service-kustomization']
    const postBuild = {
      substitute: { cloud: 'aws', region: 'none' },
      substituteFrom: [{ kind: 'ConfigMap', name: 'cluster' }],
    }
    const own = {
      ...skeleton,
      spec: { ...(skeleton['spec'] as JsonObject), postBuild, patches: [{ patch: 'a: b' }] },
    }
    const given = {
      ...withEverything,
      templates: { ...templates, objects: { ...templates.objects, 'service-kustomization': own } },
    }
    expect(documentsOf(given)[0]).toMatchObject({
      spec: {
        postBuild: {
          substitute: { cloud: 'aws', region: 'eu-west-1' },
          substituteFrom: [{ kind: 'ConfigMap' }, { kind: 'Secret' }],
        },
        patches: [{ patch: 'a: b' }, { target: { kind: 'Deployment' } }],
      },
    })
  })

  test('has no substitution without values and secrets, so that ${…} of its manifests stay', () => {
    const [kustomization] = documentsOf(kustomizeInputs({}, { values: {} }))
    expect(kustomization?.['spec']).not.toHaveProperty('postBuild')
  })

  test('says what must be proven, and so does its text', () => {
    for (const [given, revision] of [
      [kustomizeInputs(), 'sha1:0123456789abcdef0123456789abcdef01234567'],
      [withEverything, `sha256:${'fedcba9876543210'.repeat(4)}`],
    ] as const) {
      const outcome = rendererOf(given).expectedOf(cluster('prod-euw1-04'), 'prod')
      const spec = documentsOf(given)[0]?.['spec']
      expect(outcome).toEqual({ kind: 'expected', expected: { kind: 'kustomize', revision, spec } })
      expect(parseExpectation(textOf(given))).toEqual({ kind: 'kustomize', revision, spec })
    }
  })
})

describe('another generation of the Kustomization comes with', () => {
  const specOf = (given: ReleaseInputs) => documentsOf(given)[0]?.['spec']
  const before = specOf(kustomizeInputs())

  test.each<[string, ReleaseInputs]>([
    [
      'another commit, also where 8 digits are the same',
      kustomizeInputs({ pin: { kind: 'commit', commit: `01234567${'f'.repeat(32)}` } }),
    ],
    ['another repository', kustomizeInputs({}, {}, { url: 'https://git.example.com/pay/other' })],
    ['another branch', kustomizeInputs({}, {}, { branch: 'release' })],
    ['another folder', kustomizeInputs({ path: 'base' })],
    ['other variables', kustomizeInputs({}, { values: { replicas: 4 } })],
    [
      'a secret from elsewhere',
      kustomizeInputs({}, { secrets: [{ path: 'a', key: undefined, target: 'A' }] }),
    ],
    ['a patch', kustomizeInputs({}, { patches: [{ patch: 'a: b' }] })],
  ])('%s', (_, given) => {
    expect(specOf(given)).not.toEqual(before)
  })

  test('a source that is fetched in another way', () => {
    const skeleton = templates.objects['service-git-repository']
    const edited = { ...skeleton, spec: { ...(skeleton['spec'] as JsonObject), ignore: '/*' } }
    const objects = { ...templates.objects, 'service-git-repository': edited }
    expect(specOf({ ...kustomizeInputs(), templates: { ...templates, objects } })).not.toEqual(before)
  })
})

describe('a kustomize payload is not rendered where an expression', () => {
  test('leads out of the source', () => {
    const given = kustomizeInputs({
      path: "overlays/${cluster.metadata.size == 'large' ? '..' : 'small'}/../x",
    })
    expect(errorsOf(given)).toEqual(['"overlays/../../x" is no folder below the root of the source'])
  })

  test('gives a variable that is no text', () => {
    const values = { all: '${cluster.labels}' }
    expect(errorsOf(kustomizeInputs({}, { values }))).toEqual([
      'a list, a map or null can not stand inside text',
    ])
  })

  test('gives a variable of several lines', () => {
    const values = { lines: 'a\n${cluster.name}' }
    expect(errorsOf(kustomizeInputs({}, { values }))).toEqual([
      'a variable of one line is wanted: Flux takes line breaks out',
    ])
  })
})

describe('the revision of a release with a kustomize payload', () => {
  const revisionOf = (given: ReleaseInputs) =>
    releaseRevision(
      given.service,
      given.templates,
      given.source,
      given.dependencies,
      optionalSkeletons(given.version, given.service),
    )

  test('changes with its repository and with its skeletons, and with no others', () => {
    const base = revisionOf(kustomizeInputs())
    const edited = (name: keyof typeof templates.optionalRevisions) => ({
      ...templates,
      optionalRevisions: { ...templates.optionalRevisions, [name]: '99999999' },
    })
    const withEdited = (name: keyof typeof templates.optionalRevisions) =>
      revisionOf({ ...kustomizeInputs(), templates: edited(name) })
    expect(revisionOf(kustomizeInputs({}, {}, { branch: 'main' }))).not.toBe(base)
    expect(revisionOf(kustomizeInputs({ pin: artifactPin }))).not.toBe(base)
    expect(withEdited('service-kustomization')).not.toBe(base)
    expect(withEdited('service-git-repository')).not.toBe(base)
    expect(withEdited('service-oci-repository')).toBe(base)
    expect(revisionOf({ ...inputs, version, templates: edited('service-kustomization') })).toBe(
      revisionOf(inputs),
    )
  })
})

test.each([
  ['.', './'],
  ['./', './'],
  ['', './'],
  ['deploy', './deploy'],
  ['./deploy/overlays/prod/', './deploy/overlays/prod'],
  ['a..b', './a..b'],
  ['..', undefined],
  ['a/../b', undefined],
  ['a/./b', undefined],
  ['/etc', undefined],
  ['/', undefined],
  ['a//b', undefined],
  ['a\\b', undefined],
  ['a\nb', undefined],
])('the path %j is the folder %j', (path, folder) => {
  expect(folderPath(path)).toBe(folder)
})
