import { Type } from 'typebox'
import type { DirectiveScope } from '../../core/domain/directive.ts'
import { formatDuration, formatInstant, type Instant, parseInstant } from '../../core/domain/time.ts'
import { given } from '../given.ts'
import { KnownError } from '../known-error.ts'
import { object } from '../shapes.ts'
import { type Affected, defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { affectedBy, clustersIn, freezesOver, listed, requireScope, scopeWords } from './scope.ts'

export const freeze = defineOrder({
  name: 'freeze',
  summary: 'Stops waves for a time that is known in advance',
  input: object({
    service: Type.Optional(Type.String({ description: 'default: every service' })),
    group: Type.Optional(Type.String({ description: 'default: every group' })),
    from: Type.Optional(Type.String({ description: 'RFC 3339, or a date in UTC; default: at once' })),
    until: Type.Optional(Type.String({ description: 'the same; default: until the file is removed' })),
    seconds: Type.Optional(Type.Integer({ description: 'how long, instead of until', minimum: 1 })),
    reason: Type.String(),
  }),
  async prepare(workspace, input) {
    const { service, group, reason } = input
    const view = await workspace.catalog()
    const { catalog } = view.snapshot
    const scope = { service, group }
    requireScope(catalog, scope)
    const span = spanOf(input, workspace.now)
    const times = {
      ...(span.from === undefined ? {} : { from: formatInstant(span.from) }),
      ...(span.until === undefined ? {} : { until: formatInstant(span.until) }),
    }
    const spec = { ...given(scope), ...times, reason }
    const affects = affectedBy(catalog, scope)
    const file = orderFile('Freeze', [service, group], spec, { catalog: view, now: workspace.now })
    return {
      input: spec,
      summary: [
        describe(affects, scope, span, workspace.now),
        'what is merged stays, and still goes back where it fails; new clusters get what is proven',
        ...freezesOver(catalog, scope)
          .filter(({ until = Infinity }) => until > workspace.now)
          .map((other) => `${frozenText(other)} already: ${other.reason} (${other.file})`),
        `halctl unfreeze ${file.name} ends it`,
      ],
      affects,
      changes: [{ path: file.path, text: file.text }],
      message: `Freeze ${scopeWords(scope)}\n\n${reason}\n`,
      acknowledgement: undefined,
    }
  },
})

export interface Span {
  readonly from: Instant | undefined
  readonly until: Instant | undefined
}

interface SpanInput {
  readonly from?: string
  readonly until?: string
  readonly seconds?: number
}

/** Throws `KnownError` for what is no time, and for a freeze that is over before it begins, or before now. */
function spanOf(input: SpanInput, now: Instant): Span {
  const from = input.from === undefined ? undefined : readMoment(input.from, 'from')
  const ends = input.until === undefined ? undefined : readMoment(input.until, 'until')
  if (ends !== undefined && input.seconds !== undefined)
    throw new KnownError('a freeze ends at a time or after a time, not both', 'give one of --until and --for')
  const until = input.seconds === undefined ? ends : (from ?? now) + input.seconds
  if (until !== undefined && until <= now)
    throw new KnownError(
      `the freeze would be over already: it ends at ${formatInstant(until)}, and it is ${formatInstant(now)}`,
      'give a later end',
    )
  if (from !== undefined && until !== undefined && until <= from)
    throw new KnownError(
      `the freeze would be over before it begins: ${formatInstant(from)} to ${formatInstant(until)}`,
      'give an end after its beginning',
    )
  return { from, until }
}

/** RFC 3339 with its offset; without clock or offset, UTC. */
function readMoment(text: string, field: string): Instant {
  const [, date = '', clock = '00:00', seconds = ':00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?)?$/.exec(text) ?? []
  const at = parseInstant(date === '' ? text : `${date}T${clock}${seconds}Z`)
  if (at !== undefined) return at
  throw new KnownError(
    `${JSON.stringify(text)} (${field}) is no time`,
    'write it as 2026-11-27T00:00:00+01:00, or as 2026-11-27 or "2026-11-27 18:00" in UTC',
  )
}

function describe(affects: readonly Affected[], scope: DirectiveScope, span: Span, now: Instant): string {
  const groups = listed(affects.map(({ group }) => group)) || 'no group'
  const what = scope.service === undefined ? 'no wave of any service' : `no wave of ${scope.service}`
  const emergency = span.until === undefined && span.from === undefined ? 'emergency freeze of ' : ''
  return `${emergency}${scopeWords(scope)}: ${what} opens in ${groups}, ${clustersIn(affects)}, ${spanText(span, now)}`
}

/** `from 2026-11-27T00:00:00Z until 2026-11-30T00:00:00Z (3d)` */
function spanText({ from, until }: Span, now: Instant): string {
  const begins = from === undefined ? 'from now on' : `from ${formatInstant(from)}`
  return until === undefined
    ? `${begins} until somebody ends it`
    : `${begins} until ${formatInstant(until)} (${formatDuration(until - (from ?? now))})`
}

/** `prod is frozen until 2026-11-30T00:00:00Z` */
export function frozenText({ scope, from, until }: Span & { readonly scope: DirectiveScope }): string {
  const begins = from === undefined ? '' : ` from ${formatInstant(from)}`
  const ends = until === undefined ? '' : ` until ${formatInstant(until)}`
  return `${scopeWords(scope)} is frozen${begins}${ends}`
}
