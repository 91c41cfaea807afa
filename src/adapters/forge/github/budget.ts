import type { Instant, Seconds } from '../../../core/domain/time.ts'
import { ForgeLimitedError } from '../errors.ts'
import type { ForgeLimit } from '../port.ts'

export interface Budget {
  /** Counts a request. Throws `ForgeLimitedError` instead when GitHub would not take it. */
  take(request: 'read' | 'change'): void
  /** Learns what is left of the hour from a reply's headers. */
  learn(headers: ReplyHeaders): void
  /** GitHub said to wait. */
  shut(limit: ForgeLimit): void
  limit(): ForgeLimit | undefined
}

export type ReplyHeaders = Readonly<Record<string, string | number | undefined>>

/**
 * "In general, no more than 80 content-generating requests per minute and no more than 500 content-generating requests
 * per hour are allowed" (docs.github.com, Rate limits for the REST API, secondary rate limits).
 */
const windows: readonly { readonly most: number; readonly within: Seconds; readonly reason: string }[] = [
  { most: 80, within: 60, reason: 'GitHub takes 80 changes a minute' },
  { most: 500, within: 3600, reason: 'GitHub takes 500 changes an hour' },
]
const longest = 3600

/** Room that `limit` keeps so that what began (a comment and its closing, a status and its merge) ends together. */
const room = 4

/** So many requests of the hour are left to others that share the credentials. */
const reserve = 20

/** What GitHub takes: its published limits of changes, what its headers tell, and what it said when it had enough. */
export function createBudget(clock: () => Instant): Budget {
  const changes: Instant[] = []
  let shut: ForgeLimit | undefined

  function forget(now: Instant): void {
    const old = changes.findIndex((at) => at > now - longest)
    changes.splice(0, old === -1 ? changes.length : old)
    if (shut !== undefined && shut.until <= now) shut = undefined
  }

  /** The limit that is met when so many more changes are to come. */
  function limitOf(more: number): ForgeLimit | undefined {
    const now = clock()
    forget(now)
    if (shut !== undefined) return shut
    const met = windows.flatMap(({ most, within, reason }) => {
      const since = changes.filter((at) => at > now - within)
      const leaves = since[since.length + more - most - 1]
      return leaves === undefined ? [] : [{ until: leaves + within, reason }]
    })
    return met.toSorted((one, other) => other.until - one.until)[0]
  }

  return {
    take(request) {
      const limit = limitOf(request === 'change' ? 1 : 0)
      if (limit !== undefined && (request === 'change' || limit === shut)) throw new ForgeLimitedError(limit)
      if (request === 'change') changes.push(clock())
    },
    learn(headers) {
      // Other resources (search, GraphQL) have hours of their own.
      if ((headers['x-ratelimit-resource'] ?? 'core') !== 'core') return
      const remaining = numberOf(headers['x-ratelimit-remaining'])
      const reset = numberOf(headers['x-ratelimit-reset'])
      if (remaining === undefined || reset === undefined || remaining > reserve) return
      const limit = numberOf(headers['x-ratelimit-limit'])
      if (limit !== undefined && limit <= reserve * 2) return
      shut = { until: reset, reason: `GitHub takes ${limit ?? 'so many'} requests an hour` }
    },
    shut(limit) {
      if (shut === undefined || limit.until > shut.until) shut = limit
    },
    limit: () => limitOf(room),
  }
}

function numberOf(header: string | number | undefined): number | undefined {
  const value = Number(header ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}
