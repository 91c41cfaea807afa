import { type Static, type TSchema, Type } from 'typebox'
import type { Finding } from '../core/domain/finding.ts'
import type { ServiceRelease } from '../core/domain/service-release.ts'
import { formatInstant, type Instant } from '../core/domain/time.ts'
import type { Gate } from '../core/plan/types.ts'

/** Parts that several answers share, and how domain values become them. */

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

export type GateAnswer = Static<typeof gateShape>
export type FindingAnswer = Static<typeof findingShape>

/** `2026-11-22T14:32:00Z`; null for no moment or one that never comes. */
export function toMoment(instant: Instant | undefined): string | null {
  if (instant === undefined || !Number.isFinite(instant)) return null
  return formatInstant(instant)
}

/** For columns, where 0 is "never". */
export function toMomentOfColumn(instant: Instant | undefined): string | null {
  return instant ? toMoment(instant) : null
}

export function toRelease(release: ServiceRelease): Static<typeof releaseShape>
export function toRelease(release: ServiceRelease | undefined): Static<typeof releaseShape> | null
export function toRelease(release: ServiceRelease | undefined): Static<typeof releaseShape> | null {
  return release ? { version: release.version, revision: release.revision } : null
}

export function toGate(gate: Gate): GateAnswer {
  const { since, opensAt, ...rest } = gate
  return { ...rest, since: toMoment(since), opensAt: toMoment(opensAt) }
}

/** Of a service on some clusters the service: the message names the clusters. */
function nameOf(scope: Finding['scope']): string | null {
  if (scope.kind === 'catalog') return null
  return scope.kind === 'placements' ? scope.service : scope.name
}

export function toFinding({ scope, field, position, ...finding }: Finding): FindingAnswer {
  return {
    ...finding,
    scope: { kind: scope.kind, name: nameOf(scope) },
    field: [...field],
    position: position ?? null,
  }
}
