import { type Static, type TSchema, Type } from 'typebox'

/** Parts that several answers share. `answer-values.ts` makes domain values into them. */

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const strict = { additionalProperties: false }

export const object = <Properties extends Record<string, TSchema>>(properties: Properties) =>
  Type.Object(properties, strict)

export const moment = Type.String({
  description: 'RFC 3339, UTC, whole seconds',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
})

export const count = Type.Integer({ minimum: 0 })

export const releaseShape = object({
  version: Type.String(),
  revision: Type.String({ description: 'digest of templates, renderer format and service settings' }),
})

export const gateShape = object({
  gate: Type.String(),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('shut')]),
  reason: Type.String(),
  since: nullable(moment),
  opensWhen: Type.String(),
  opensAt: nullable(moment),
})

export const findingShape = object({
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')]),
  scope: object({
    kind: Type.String({
      description: 'catalog, service, cluster, group, chartRepository or sourceRepository',
    }),
    name: nullable(Type.String()),
  }),
  file: Type.String(),
  field: Type.Array(Type.Union([Type.String(), Type.Integer()])),
  position: nullable(
    object({
      line: count,
      column: count,
      length: count,
      text: Type.String({ description: 'the whole line' }),
    }),
  ),
  message: Type.String(),
  remedy: Type.String(),
})

export type ReleaseAnswer = Static<typeof releaseShape>
export type GateAnswer = Static<typeof gateShape>
export type FindingAnswer = Static<typeof findingShape>
