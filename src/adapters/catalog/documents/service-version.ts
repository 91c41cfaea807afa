import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, payload, semanticVersion, text } from './fields.ts'

export const ServiceVersionSchema = documentSchema(
  'ServiceVersion',
  'One version of a service: which chart with which values. It never changes once merged.',
  { name: text('<service>-<version>.', { maxLength: 200 }) },
  Type.Object(
    {
      service: dnsLabel('Name of the service.', 53),
      version: semanticVersion(
        'Semantic version, unique within the service for ever; also the name of its file.',
      ),
      chart: Type.Object(
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
        { additionalProperties: false, description: 'The Helm chart, pinned by digest.' },
      ),
      values: Type.Optional(
        payload(
          'Helm values. Strings may hold ${…} expressions over cluster; $${ is a literal. Default: none.',
        ),
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
    { additionalProperties: false, description: 'The version.' },
  ),
)
export type ServiceVersionDocument = Static<typeof ServiceVersionSchema>
