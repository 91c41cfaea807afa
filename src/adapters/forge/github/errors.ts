import type { Instant } from '../../../core/domain/time.ts'
import { ForgeError, ForgeLimitedError, quoteReply } from '../errors.ts'
import type { ForgeLimit } from '../port.ts'
import { valueAt } from '../hosted/read-reply.ts'
import type { ReplyHeaders } from './budget.ts'

/** A refusal by GitHub as far as it tells more than words. */
export interface Refusal {
  readonly status: number
  readonly headers: ReplyHeaders
  readonly reply: unknown
  /** GitHub's words on one line. */
  readonly said: string
}

/** Waits that GitHub asks for without saying how long ("wait at least one minute", best practices). */
const shortestWait = 60

/** Undefined: no reply of GitHub, but a bug or an error of our own. */
function readRefusal(error: unknown): Refusal | undefined {
  const status = valueAt(error, 'status')
  if (!(error instanceof Error) || typeof status !== 'number') return undefined
  const reply = valueAt(error, 'response.data')
  const headers = (valueAt(error, 'response.headers') ?? {}) as ReplyHeaders
  return { status, headers, reply, said: quoteReply(wordsOf(reply) || error.message) }
}

function wordsOf(reply: unknown): string {
  const message = valueAt(reply, 'message')
  const errors = valueAt(reply, 'errors')
  const details = (Array.isArray(errors) ? errors : []).map((one: unknown) =>
    typeof one === 'string' ? one : valueAt(one, 'message'),
  )
  return [message, ...details].filter((words) => typeof words === 'string').join(': ')
}

/** When GitHub takes requests again; undefined: this is no limit. */
function limitOf({ status, headers, said }: Refusal, now: Instant): ForgeLimit | undefined {
  if (status !== 403 && status !== 429) return undefined
  const wait = Number(headers['retry-after'])
  if (wait > 0) return { until: now + wait, reason: 'GitHub asks to wait' }
  if (headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset'])
    return {
      until: reset > now ? reset : now + shortestWait,
      reason: `GitHub takes ${headers['x-ratelimit-limit'] ?? 'so many'} requests an hour`,
    }
  }
  return status === 429 || /secondary rate|abuse detection/i.test(said)
    ? { until: now + shortestWait, reason: 'GitHub asks to wait' }
    : undefined
}

/** `repository`: `owner/name`, for the message. */
function toForgeError(refusal: Refusal, repository: string): ForgeError {
  const { status, said } = refusal
  if (status >= 500) {
    return new ForgeError(
      'unreachable',
      `GitHub did not answer as it should (${status}): ${said}`,
      'it is tried again',
    )
  }
  if (status === 401) {
    return new ForgeError(
      'credentials',
      `GitHub refuses the credentials: ${said}`,
      'the token or key is wrong, expired or revoked: issue a new one and put it where spec.fleet.forge names it',
    )
  }
  if (/archived/i.test(said)) {
    return new ForgeError(
      'archived',
      `${repository} is archived: nothing can be changed there`,
      'take it out of the archive in its settings, or name another fleet repository',
    )
  }
  if (status !== 405 && status !== 409 && /protected branch|rule violations|protection rule/i.test(said)) {
    return new ForgeError(
      'protected',
      `a protection of ${repository} refuses Halyard: ${said}`,
      'let its account bypass the rules for pushes to halyard/* and merges to the base branch (docs/forges.md)',
    )
  }
  if (status === 403) return permissionError(refusal, repository)
  if (status === 404) {
    return new ForgeError(
      'notFound',
      `GitHub knows no ${repository}, or not what was asked for in it`,
      'look at the name, and whether the token or the App is given this repository: GitHub hides what one may not see',
    )
  }
  return new ForgeError(
    'refused',
    `GitHub refuses (${status}): ${said}`,
    'see what it says about the request',
    { status, said },
  )
}

function permissionError({ headers, said }: Refusal, repository: string): ForgeError {
  const needs = headers['x-accepted-github-permissions'] ?? headers['x-accepted-oauth-scopes']
  const has = headers['x-oauth-scopes']
  const needed = needs ? `; it needs ${quoteReply(String(needs))}` : ''
  const given = has === undefined ? '' : `, and has ${quoteReply(String(has)) || 'no scope'}`
  const single = headers['x-github-sso'] ? '; its organisation asks for single sign-on' : ''
  return new ForgeError(
    'permission',
    `the credentials may not do this in ${repository}${needed}${needed && given}${single}: ${said}`,
    'give the token or the App that permission (docs/forges.md lists all), then accept it in the organisation',
  )
}

/** What went wrong as the forge's callers know it. Bugs stay what they are. */
export function translate(
  error: unknown,
  { repository, now }: { readonly repository: string; readonly now: Instant },
): unknown {
  if (error instanceof ForgeError || error instanceof ForgeLimitedError) return error
  const refusal = readRefusal(error)
  if (refusal === undefined) return error
  const limit = limitOf(refusal, now)
  return limit === undefined ? toForgeError(refusal, repository) : new ForgeLimitedError(limit)
}
