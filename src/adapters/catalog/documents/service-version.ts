import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, flag, payload, semanticVersion, text } from './fields.ts'
import { Kustomize } from './kustomize.ts'

const SecretReference = Type.Object(
  {
    path: text('The secret in the store. May hold ${…} expressions, such as payments/${cluster.name}/db.'),
    key: Type.Optional(text('Field of the secret. Default: all of it.', { maxLength: 253 })),
    target: Type.Optional(
      text(
        'The one value that it becomes, always as text; it wins over values. ' +
          'Default, for charts only: it is YAML that is merged into the values, and values win over it.',
        {
          title: 'names of values with dots between them, such as db.password',
          // Without brackets and escapes of `helm --set`, and at most 30 deep as there.
          pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+){0,29}$',
          maxLength: 240,
        },
      ),
    ),
  },
  { additionalProperties: false, description: 'Where a secret value is found, never the value itself.' },
)

/** https://fluxcd.io/flux/components/helm/helmreleases/#post-renderers */
const Patch = Type.Object(
  {
    patch: text('A strategic merge patch or a JSON 6902 patch, as YAML text.', { maxLength: 50_000 }),
    target: Type.Optional(
      Type.Object(
        {
          group: Type.Optional(text('API group.')),
          version: Type.Optional(text('API version.')),
          kind: Type.Optional(text('Kind.')),
          name: Type.Optional(text('Regular expression over names.')),
          namespace: Type.Optional(text('Regular expression over namespaces.')),
          labelSelector: Type.Optional(text('Label selector.')),
          annotationSelector: Type.Optional(text('Selector over annotations.')),
        },
        {
          additionalProperties: false,
          description: 'The objects that are patched. Default: what the patch names.',
        },
      ),
    ),
  },
  { additionalProperties: false, description: 'A kustomize patch.' },
)

const Requirement = Type.Object(
  {
    service: dnsLabel('Name of the service.', 53),
    version: text('Semantic version range.', { title: 'a version range such as >=1.5 or ^2.0.0' }),
  },
  { additionalProperties: false, description: 'A version that another service must have.' },
)

export const ServiceVersionSchema = documentSchema(
  'ServiceVersion',
  'One version of a service: which chart or kustomize payload with which values. It never changes once merged.',
  { name: text('<service>-<version>.', { maxLength: 200 }) },
  Type.Object(
    {
      service: dnsLabel('Name of the service.', 53),
      version: semanticVersion(
        'Semantic version, unique within the service for ever; also the name of its file.',
      ),
      chart: Type.Optional(
        Type.Object(
          {
            repository: dnsLabel('Name of a ChartRepository.'),
            name: text('Name of the chart.', {
              title: 'a chart name',
              pattern: '^[a-z0-9]([-a-z0-9._/]*[a-z0-9])?$',
              maxLength: 250,
            }),
            version: semanticVersion('Version of the chart.'),
            digest: text('Digest of the OCI manifest, or of the chart archive over HTTP.', {
              title: 'sha256: and 64 hex digits; a version alone is a mutable reference',
              pattern: '^sha256:[0-9a-f]{64}$',
            }),
          },
          {
            additionalProperties: false,
            description: 'The Helm chart, pinned by digest. Either this or kustomize.',
          },
        ),
      ),
      kustomize: Type.Optional(Kustomize),
      values: Type.Optional(
        payload(
          'Helm values, or for kustomize the variables of postBuild: texts, numbers and booleans. ' +
            'Strings may hold ${…} expressions over cluster; $${ is a literal. Default: none.',
        ),
      ),
      secrets: Type.Optional(
        Type.Array(SecretReference, {
          description:
            'Values from the secret store that External Secrets reads inside the cluster. Default: none.',
          maxItems: 100,
          default: [],
        }),
      ),
      patches: Type.Optional(
        Type.Array(Patch, {
          description:
            'Kustomize patches of what the payload gives. Texts may hold ${…} expressions; $${ is a literal. Default: none.',
          maxItems: 100,
          default: [],
        }),
      ),
      requires: Type.Optional(
        Type.Array(Requirement, {
          description: 'Versions that other services must have on the same cluster. Default: none.',
          default: [],
        }),
      ),
      irreversible: Type.Optional(
        flag('There is no way back from this version: where it fails, people decide. Default false.', false),
      ),
      source: Type.Optional(
        Type.Object(
          {
            commit: Type.Optional(text('Commit of the source code.', { maxLength: 100 })),
            author: Type.Optional(text('Who made the version.', { maxLength: 200 })),
            changelog: Type.Optional(text('What changed, for reviewers.', { maxLength: 20_000 })),
          },
          {
            additionalProperties: false,
            description: 'Where the version comes from, for people and pull requests.',
          },
        ),
      ),
    },
    {
      additionalProperties: false,
      description: 'The version.',
      if: { type: 'object', properties: { kustomize: false } },
      then: { type: 'object', properties: { chart: { type: 'object' } }, required: ['chart'] },
      else: { type: 'object', properties: { chart: false } },
    },
  ),
)
export type ServiceVersionDocument = Static<typeof ServiceVersionSchema>
