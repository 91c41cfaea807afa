import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, text } from './fields.ts'

export const ChartRepositorySchema = documentSchema(
  'ChartRepository',
  'Where charts come from.',
  { name: dnsLabel('Name of the repository; also the name of its file.') },
  Type.Object(
    {
      type: Type.Enum(['oci', 'http'], {
        description: 'oci: an OCI registry; http: a Helm repository with an index.yaml.',
      }),
      url: text('Address of the repository, without the name of a chart.', {
        title: 'a URL such as oci://registry.example.com/charts or https://charts.example.com',
        pattern: '^(oci|https?)://[^\\s@]+$',
      }),
      secretRef: Type.Optional(
        dnsLabel("Name of a Secret in the service's namespace that holds the credentials. Default: none."),
      ),
    },
    {
      additionalProperties: false,
      description: 'The repository.',
      if: { type: 'object', properties: { type: { const: 'oci' } } },
      then: {
        type: 'object',
        properties: {
          url: { title: 'a URL that starts with oci://, as type is oci', type: 'string', pattern: '^oci://' },
        },
      },
      else: {
        type: 'object',
        properties: {
          url: {
            title: 'a URL that starts with https:// or http://, as type is http',
            type: 'string',
            pattern: '^https?://',
          },
        },
      },
    },
  ),
)
export type ChartRepositoryDocument = Static<typeof ChartRepositorySchema>
