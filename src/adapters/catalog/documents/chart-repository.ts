import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, text } from './fields.ts'

const goExpression = (description: string) => text(description, { title: 'a regular expression (Go)' })

/** https://fluxcd.io/flux/components/source/ocirepositories/#verification */
export const Verification = Type.Object(
  {
    provider: Type.Enum(['cosign', 'notation'], { description: 'What made the signatures.' }),
    secretRef: Type.Optional(
      dnsLabel(
        "Name of a Secret in the service's namespace that holds the trusted public keys or the trust policy. Default: keyless.",
      ),
    ),
    matchOIDCIdentity: Type.Optional(
      Type.Array(
        Type.Object(
          {
            issuer: goExpression('Regular expression over who vouches for the signer.'),
            subject: goExpression('Regular expression over who signed.'),
          },
          { additionalProperties: false, description: 'A signer.' },
        ),
        { description: 'Whose keyless cosign signatures count; any of them.', minItems: 1 },
      ),
    ),
  },
  {
    additionalProperties: false,
    description: 'How clusters check who signed a chart before they use it. Default: not at all.',
    if: { type: 'object', properties: { provider: { const: 'notation' } } },
    then: {
      type: 'object',
      properties: { secretRef: { type: 'string' }, matchOIDCIdentity: false },
      required: ['secretRef'],
    },
    // A keyless signature of just anybody proves nothing.
    else: {
      type: 'object',
      if: { type: 'object', properties: { secretRef: false } },
      then: {
        type: 'object',
        properties: { matchOIDCIdentity: { type: 'array' } },
        required: ['matchOIDCIdentity'],
      },
    },
  },
)

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
      certSecretRef: Type.Optional(
        dnsLabel(
          "Name of a Secret in the service's namespace that holds a client certificate or the server's authority. Default: none.",
        ),
      ),
      verify: Type.Optional(Verification),
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
          // source-controller verifies OCI artifacts only.
          verify: false,
        },
      },
    },
  ),
)
export type ChartRepositoryDocument = Static<typeof ChartRepositorySchema>
