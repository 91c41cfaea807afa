import { readFile } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { classifyPath } from '../../../src/adapters/catalog/layout.ts'
import { parseDocument } from '../../../src/adapters/catalog/parse-document.ts'

function parse(file: string, text: string) {
  const place = classifyPath(file)
  if (place.kind !== 'document') throw new Error(`${file} is no document`)
  return parseDocument(file, text, place)
}

function linesOf(file: string, text: string): readonly string[] {
  return parse(file, text).findings.map(
    ({ field, message, remedy }) => `${field.join('.')}: ${message}; ${remedy}`,
  )
}

const commit = '0123456789abcdef0123456789abcdef01234567'
const versionFile = 'services/web/versions/1.0.0.yaml'
function version(spec: string): string {
  return `apiVersion: halyard.dev/v1\nkind: ServiceVersion\nmetadata: { name: web-1.0.0 }\nspec:\n  service: web\n  version: 1.0.0\n${spec}`
}
const pinned = `  kustomize: { repository: deploy, commit: "${commit}" }\n`

describe('a version with a kustomize payload', () => {
  it('is a domain value with its defaults', () => {
    expect(parse(versionFile, version(pinned)).entry).toMatchObject({
      kind: 'version',
      value: {
        payload: {
          kind: 'kustomize',
          kustomize: {
            repository: 'deploy',
            pin: { kind: 'commit', commit },
            path: '.',
            timeout: undefined,
            wait: undefined,
            healthChecks: [],
            healthCheckExprs: [],
          },
        },
      },
    })
  })

  const kustomize = (fields: string) => `  kustomize: { repository: deploy, ${fields} }\n`
  const mutable =
    'write a whole commit of 40 hex digits; a branch, a tag or a short commit is a mutable reference'
  it.each<[string, string, readonly string[]]>([
    ['no payload', '', ['spec.chart: chart is missing; add chart']],
    [
      'two payloads',
      `${pinned}  chart: { repository: main, name: web, version: 1.0.0, digest: "sha256:${'0'.repeat(64)}" }\n`,
      ['spec.chart: does not belong here; remove it'],
    ],
    [
      'no pin',
      '  kustomize: { repository: deploy }\n',
      ['spec.kustomize.commit: commit is missing; add commit'],
    ],
    [
      'two pins',
      kustomize(`commit: "${commit}", digest: "sha256:${'0'.repeat(64)}"`),
      ['spec.kustomize.commit: does not belong here; remove it'],
    ],
    [
      'a branch',
      kustomize('commit: main'),
      [`spec.kustomize.commit: "main" is not accepted here; ${mutable}`],
    ],
    [
      'a short commit',
      kustomize('commit: "0123456"'),
      [`spec.kustomize.commit: "0123456" is not accepted here; ${mutable}`],
    ],
    [
      'a tag of an artifact',
      kustomize('digest: v1.0.0'),
      [
        'spec.kustomize.digest: "v1.0.0" is not accepted here; write sha256: and 64 hex digits; a tag alone is a mutable reference',
      ],
    ],
    [
      'a way out of the source',
      kustomize(`commit: "${commit}", path: a/../../b`),
      [
        'spec.kustomize.path: "a/../../b" is no folder below the root of the source; write a relative path without .. such as deploy/overlays/prod',
      ],
    ],
    [
      'a health check elsewhere',
      kustomize(
        `commit: "${commit}", healthChecks: [{ apiVersion: apps/v1, kind: Deployment, name: a, namespace: kube-system }]`,
      ),
      [
        'spec.kustomize.healthChecks.0.namespace: there is no field namespace here; its fields are apiVersion, kind, name',
      ],
    ],
    [
      'a source elsewhere',
      kustomize(`commit: "${commit}", targetNamespace: kube-system`),
      [
        'spec.kustomize.targetNamespace: there is no field targetNamespace here; its fields are repository, commit, digest, artifact, path, timeout, wait, healthChecks, healthCheckExprs',
      ],
    ],
    [
      'health checks that Flux would ignore',
      kustomize(
        `commit: "${commit}", wait: true, healthChecks: [{ apiVersion: apps/v1, kind: Deployment, name: a }]`,
      ),
      ['spec.kustomize.wait: Flux ignores healthChecks where wait is true; remove wait, or the healthChecks'],
    ],
    [
      'a nested value',
      `${pinned}  values: { image: { tag: "1" } }\n`,
      [
        'spec.values.image: a mapping can not be a variable: Flux puts the values of a kustomize payload into its manifests as texts; write a text, a number or a boolean; what is structured belongs into the payload or a patch',
      ],
    ],
    [
      'a name that is no variable',
      `${pinned}  values: { my-name: a }\n`,
      [
        'spec.values.my-name: "my-name" is no name of a variable; use letters, digits and _ only, and no digit first, as the build reads it in ${…}',
      ],
    ],
    [
      'a fragment of Helm values',
      `${pinned}  secrets: [{ path: a }]\n`,
      [
        'spec.secrets.0: a kustomize payload has no Helm values that a YAML fragment could be merged into; name in target the variable that the secret becomes',
      ],
    ],
  ])('is refused with %s', (_, spec, lines) => {
    expect(linesOf(versionFile, version(spec))).toEqual(lines)
  })
})

describe('a source repository', () => {
  const file = 'source-repositories/deploy.yaml'
  const document = (spec: string) =>
    `apiVersion: halyard.dev/v1\nkind: SourceRepository\nmetadata: { name: deploy }\nspec: ${spec}\n`

  it.each([
    ['{ type: git, url: "https://git.example.com/a" }', { type: 'git', branch: undefined }],
    [
      '{ type: git, url: "ssh://git@git.example.com/a", verify: { mode: HEAD, secretRef: keys } }',
      { type: 'git', verificationSecretRef: 'keys' },
    ],
    [
      '{ type: oci, url: "oci://registry.example.com/a", verify: { provider: cosign, secretRef: keys } }',
      { type: 'oci', verification: { provider: 'cosign', secretRef: 'keys', identities: [] } },
    ],
  ])('%s is a domain value', (spec, value) => {
    expect(parse(file, document(spec)).entry).toMatchObject({ kind: 'sourceRepository', value })
  })

  it.each([
    ['{ type: git, url: "oci://registry.example.com/a" }', 'spec.url'],
    ['{ type: git, url: "https://user:password@git.example.com/a" }', 'spec.url'],
    ['{ type: git, url: "https://git.example.com/a", certSecretRef: tls }', 'spec.certSecretRef'],
    ['{ type: git, url: "https://git.example.com/a", verify: { provider: cosign } }', 'spec.verify'],
    ['{ type: oci, url: "oci://registry.example.com/a", branch: main }', 'spec.branch'],
    ['{ type: oci, url: "oci://registry.example.com/a", verify: { provider: cosign } }', 'spec.verify'],
  ])('%s is refused', (spec, field) => {
    const lines = linesOf(file, document(spec))
    expect(lines).not.toEqual([])
    expect(lines.every((line) => line.startsWith(field))).toBe(true)
  })
})

test('the examples of docs/versions.md are without fault', async () => {
  const text = await readFile(new URL('../../../docs/versions.md', import.meta.url), 'utf8')
  const examples = [...text.matchAll(/```yaml\n# (\S+)\n([^]*?)```/g)]
  expect(examples.map(([, path]) => path)).toEqual([
    'services/payments/versions/1.4.3.yaml',
    'source-repositories/deploy.yaml',
    'services/search/versions/2.1.0.yaml',
  ])
  for (const [, path = '', example = ''] of examples) expect(linesOf(path, example)).toEqual([])
})
