import { Type, type Static, type TProperties, type TSchema } from 'typebox'

const apiVersion = 'halyard.dev/v1'

/** Kubernetes label keys: an optional DNS prefix, then up to 63 characters. */
export const labelKeyPattern =
  '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$'
const labelValuePattern = '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$'

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const dnsLabel = (description: string, maxLength = 63) =>
  Type.String({
    title: `a DNS label: at most ${maxLength} of a-z, 0-9 and "-", starting and ending with a letter or digit`,
    description,
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    maxLength,
  })

/** https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string */
export const semanticVersion = (description: string) =>
  Type.String({
    title: 'a semantic version such as 1.4.2 or 2.0.0-rc.1',
    description,
    pattern:
      '^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)' +
      '(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?' +
      '(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?$',
    maxLength: 128,
  })

export const text = (
  description: string,
  options: { title?: string; pattern?: string; maxLength?: number } = {},
) => Type.String({ description, minLength: 1, maxLength: 1024, ...options })

export const flag = (description: string, fallback: boolean) =>
  Type.Boolean({ description, default: fallback })

export const duration = (description: string, fallback?: string) =>
  Type.String({
    title: 'a duration such as 20s, 30m, 4h or 1h30m',
    description,
    pattern: '^(?=[0-9])([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}s)?$',
    ...(fallback === undefined ? {} : { default: fallback }),
  })

/** RFC 3339, as `parseInstant` of the domain reads it. */
export const moment = (description: string) =>
  Type.String({
    title: 'a time such as 2026-11-27T00:00:00Z or 2026-11-27T01:00:00+01:00',
    description,
    format: 'date-time',
  })

/** A count or a percentage, as `Share` of the domain. */
export const share = (description: string, minimum: 0 | 1, fallback?: string | number) =>
  Type.Unsafe<string | number>({
    title: 'a count such as 3 or a percentage such as 10% (at most 100%)',
    description,
    type: ['integer', 'string'],
    minimum,
    maximum: 1_000_000,
    pattern: '^(100|[0-9]{1,2}(\\.[0-9]{1,3})?)%$',
    ...(fallback === undefined ? {} : { default: fallback }),
  })

export const labelMap = (description: string, options: { minProperties?: number } = {}) =>
  Type.Unsafe<Record<string, string>>({
    description,
    type: 'object',
    propertyNames: { title: 'a Kubernetes label key', type: 'string', pattern: labelKeyPattern },
    additionalProperties: { title: 'a Kubernetes label value', type: 'string', pattern: labelValuePattern },
    ...options,
  })

/** Free-form values that expressions and charts read: the only open objects of a document. */
export const payload = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ description, type: 'object' })

const LabelExpression = Type.Object(
  {
    key: text('Label key.', { title: 'a Kubernetes label key', pattern: labelKeyPattern }),
    operator: Type.Enum(['In', 'NotIn', 'Exists', 'DoesNotExist'], {
      description:
        'How the label is compared. NotIn and DoesNotExist also match clusters without the label, as in Kubernetes.',
    }),
    values: Type.Optional(
      Type.Array(Type.String({ title: 'a Kubernetes label value', pattern: labelValuePattern }), {
        description: 'Label values, for In and NotIn only.',
        minItems: 1,
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'A condition on one label.',
    if: { type: 'object', properties: { operator: { enum: ['In', 'NotIn'] } } },
    then: { type: 'object', properties: { values: { type: 'array' } }, required: ['values'] },
    else: { type: 'object', properties: { values: false } },
  },
)

const Selector = Type.Object(
  {
    all: Type.Optional(
      Type.Literal(true, {
        type: 'boolean',
        description: 'States on purpose that every cluster is selected.',
      }),
    ),
    matchLabels: Type.Optional(
      labelMap('Labels that a cluster must have, with exactly these values.', { minProperties: 1 }),
    ),
    matchExpressions: Type.Optional(
      Type.Array(LabelExpression, { description: 'Conditions on labels; all must hold.', minItems: 1 }),
    ),
    names: Type.Optional(
      Type.Array(
        Type.String({
          title: 'a glob over cluster names such as prod-* (at most four "*"), or !prod-eu-* to exclude',
          pattern: '^!?[-a-z0-9?]*(\\*[-a-z0-9?]*){0,4}$',
          minLength: 1,
          maxLength: 64,
        }),
        {
          description: 'Globs over cluster names: any of them must match, and none that starts with "!".',
          minItems: 1,
        },
      ),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type SelectorDocument = Static<typeof Selector>

export const selector = (description: string) =>
  Type.Unsafe<SelectorDocument>({
    ...Selector,
    title: 'a selector of at least one part (all: true selects every cluster)',
    description: `${description} A Kubernetes LabelSelector with names; all of its parts must match.`,
  })

/** A document's frame: `apiVersion`, `kind`, `metadata` and a closed `spec`. */
export function documentSchema<const Kind extends string, Metadata extends TProperties, Spec extends TSchema>(
  kind: Kind,
  description: string,
  metadata: Metadata,
  spec: Spec,
) {
  return Type.Object(
    {
      apiVersion: Type.Literal(apiVersion, { description: 'Version of the document format.' }),
      kind: Type.Literal(kind, { description: 'Kind of the document.' }),
      metadata: Type.Object(metadata, {
        additionalProperties: false,
        description: 'What identifies the document.',
      }),
      spec,
    },
    { additionalProperties: false, title: kind, description },
  )
}
