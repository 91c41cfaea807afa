import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../../src/core/domain/cluster.ts'
import type { SecretReference } from '../../../src/core/domain/service-version.ts'
import { createReleaseRenderer } from '../../../src/core/render/release-renderer.ts'
import { optionalSkeletons, releaseRevision } from '../../../src/core/render/release-revision.ts'
import type { ReleaseInputs } from '../../../src/core/render/types.ts'
import { cluster, inputs, templates, version, withPatches, withSecrets } from './sample.ts'

function textOf(given: ReleaseInputs, on = 'prod-euw1-04'): string {
  const renderer = createReleaseRenderer(given)
  const outcome =
    'errors' in renderer
      ? { kind: 'error' as const, errors: renderer.errors }
      : renderer.render(cluster(on), 'prod')
  if (outcome.kind === 'error') throw new Error(outcome.errors.map(({ message }) => message).join('; '))
  return outcome.file.text
}

function objectsOf(given: ReleaseInputs, on?: string): Readonly<Record<string, JsonObject>> {
  const documents = [parseAllDocuments(textOf(given, on))].flat()
  return Object.fromEntries(
    documents.map((document) => {
      const object = document.toJS() as JsonObject & { readonly kind: string }
      return [object.kind, object]
    }),
  )
}

function nameOf(object: JsonObject | undefined): unknown {
  return (object as { readonly metadata: JsonObject } | undefined)?.metadata['name']
}

function releaseOf(values: JsonObject, secrets: readonly SecretReference[]): JsonObject {
  const given = { ...inputs, version: { ...version, values, secrets } }
  return objectsOf(given)['HelmRelease']?.['spec'] as JsonObject
}

const single = (target: string): SecretReference => ({ path: 'payments/db', key: 'password', target })
const fragment: SecretReference = { path: 'payments/common', key: 'values.yaml', target: undefined }

test('a service file with secrets and patches', async () => {
  const given = { ...inputs, version: { ...withSecrets, patches: withPatches.patches } }
  await expect(textOf(given)).toMatchFileSnapshot('golden/service-secrets.yaml')
})

describe('the order of values', () => {
  test('is fragments first, then single keys, whatever the order of the document', () => {
    const { valuesFrom } = releaseOf({}, [single('a.b'), fragment, single('c'), { ...fragment, key: 'b' }])
    expect(valuesFrom).toMatchObject([
      { valuesKey: 'fragment-1.yaml' },
      { valuesKey: 'fragment-2.yaml' },
      { valuesKey: 'key-a.b', targetPath: 'a.b', literal: true },
      { valuesKey: 'key-c', targetPath: 'c', literal: true },
    ])
  })

  test('keeps after a fragment what the skeleton merges first', () => {
    const own = {
      ...templates.objects['helm-release'],
      spec: { valuesFrom: [{ kind: 'ConfigMap', name: 'org' }] },
    }
    const objects = { ...templates.objects, 'helm-release': own }
    const given = { ...inputs, version: withSecrets, templates: { ...templates, objects } }
    expect(objectsOf(given)['HelmRelease']?.['spec']).toMatchObject({
      valuesFrom: [{ name: 'org' }, { valuesKey: 'fragment-1.yaml' }, { valuesKey: 'key-db.password' }],
    })
  })

  test.each([
    [
      { db: { password: 'no', user: 'pay' }, z: 1 },
      { db: { user: 'pay' }, z: 1 },
    ],
    [
      { a: 0, db: 'no', z: 1 },
      { a: 0, z: 1 },
    ],
    [{ db: { user: 'pay' } }, { db: { user: 'pay' } }],
    [{ 'db.password': 'another name' }, { 'db.password': 'another name' }],
  ])('takes out of the inline values %j what a single key sets', (values, rest) => {
    const spec = releaseOf(values, [single('db.password')])
    expect(spec['values']).toEqual(rest)
    expect(Object.keys(spec['values'] ?? {})).toEqual(Object.keys(rest))
  })

  test('leaves no empty values behind', () => {
    expect(releaseOf({ token: 'no' }, [single('token')])).not.toHaveProperty('values')
  })
})

describe('the ExternalSecret', () => {
  test('has the name of the Secret that it makes and that the release reads', () => {
    const { HelmRelease, ExternalSecret } = objectsOf({ ...inputs, version: withSecrets })
    const name = nameOf(ExternalSecret)
    expect(name).toMatch(/^payments-[0-9a-f]{8}$/)
    expect(ExternalSecret).toMatchObject({ spec: { target: { name } } })
    expect(HelmRelease).toMatchObject({ spec: { valuesFrom: [{ name }, { name }] } })
  })

  test('gets another name with other references and with another store, not with another version', () => {
    const secretOf = (given: ReleaseInputs, on?: string) => nameOf(objectsOf(given, on)['ExternalSecret'])
    const given = { ...inputs, version: withSecrets }
    const store = { ...templates.objects['external-secret'], spec: { secretStoreRef: { name: 'vault' } } }
    const names = [
      secretOf(given),
      secretOf(given, 'another-cluster'),
      secretOf({ ...inputs, version: { ...version, secrets: [fragment] } }),
      secretOf({
        ...given,
        templates: { ...templates, objects: { ...templates.objects, 'external-secret': store } },
      }),
    ]
    expect(new Set(names).size).toBe(4)
    expect(secretOf({ ...given, version: { ...withSecrets, version: '1.4.3' } })).toBe(names[0])
  })

  test('stays away from a version without secrets', () => {
    expect(Object.keys(objectsOf(inputs))).toEqual(['HelmRelease', 'OCIRepository'])
  })
})

describe('expressions', () => {
  test('in paths are written out as text', () => {
    const secrets = [{ ...fragment, path: '${cluster.metadata.size}' }]
    const given = { ...inputs, version: { ...version, secrets } }
    const renderer = createReleaseRenderer(given)
    if ('errors' in renderer) throw new Error('the path does not compile')
    const numbered = { ...cluster('a'), metadata: { size: 7 } }
    expect(renderer.render(numbered, 'prod')).toMatchObject({
      file: { text: expect.stringContaining('key: "7"') as string },
    })
    expect(renderer.render({ ...numbered, metadata: { size: ['large'] } }, 'prod')).toMatchObject({
      kind: 'error',
      errors: [{ path: ['secrets', 0, 'path'], message: 'a list, a map or null can not stand inside text' }],
    })
  })

  test('in patches decide the variant', () => {
    const patches = [{ patch: 'metadata: {annotations: {group: "${cluster.group}"}}' }]
    const renderer = createReleaseRenderer({ ...inputs, version: { ...version, patches } })
    if ('errors' in renderer) throw new Error('the patch does not compile')
    const groups = ['prod', 'devel'].map((group) => renderer.variantOf(cluster('a'), group))
    expect(groups).toEqual([0, 1])
  })

  test('that do not compile are told with their place in the version', () => {
    const secrets = [fragment, { ...fragment, path: 'a/${clutser.name}' }]
    expect(createReleaseRenderer({ ...inputs, version: { ...version, secrets } })).toMatchObject({
      errors: [{ path: ['secrets', 1, 'path'], message: 'unknown variable: clutser' }],
    })
  })
})

test('the skeleton of secrets counts only in the revision of versions that have some', () => {
  const edited = {
    ...templates,
    optionalRevisions: { ...templates.optionalRevisions, 'external-secret': '99999999' },
  }
  const revisionOf = (given: typeof version, by = templates) =>
    releaseRevision(
      inputs.service,
      by,
      inputs.source,
      inputs.dependencies,
      optionalSkeletons(given, inputs.service),
    )
  expect(revisionOf(version, edited)).toBe(revisionOf(version))
  expect(revisionOf(withSecrets, edited)).not.toBe(revisionOf(withSecrets))
})
