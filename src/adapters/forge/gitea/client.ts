import type { Instant } from '../../../core/domain/time.ts'
import { ForgeError, ForgeLimitedError, quoteReply } from '../errors.ts'
import { optionalTextAt } from '../hosted/read-reply.ts'
import type { ForgeLimit } from '../port.ts'
import { toForgeError } from './errors.ts'

export interface GiteaRepository {
  readonly owner: string
  readonly name: string
}

export interface GiteaRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`. Each segment is encoded, slashes within one are kept. */
  readonly path: readonly string[]
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: unknown
}

export interface GiteaClient {
  /** The reply's JSON; undefined: it has no body. Throws `ForgeError` and `ForgeLimitedError`. */
  ask(request: GiteaRequest): Promise<unknown>
  limit(): ForgeLimit | undefined
}

export interface GiteaClientOptions {
  /** `https://gitea.example.com`, with the sub-path where the instance has one. */
  readonly url: string
  readonly repository: GiteaRepository
  /** Asked for before each request. */
  readonly token: () => Promise<string>
  readonly clock: () => Instant
}

/** Gitea merges while one waits; large repositories take their time. */
const timeoutMilliseconds = 60_000
/** Replies are lists of at most 50 small objects; what is larger is no reply of a forge. */
const mostBytes = 20_000_000
const shortestWait = 60

/** Gitea's and Forgejo's API over fetch. It repeats a read once, and never a change, as that may have happened. */
export function createGiteaClient(options: GiteaClientOptions): GiteaClient {
  const { repository, clock } = options
  let shut: ForgeLimit | undefined
  const limit = (): ForgeLimit | undefined => (shut !== undefined && shut.until > clock() ? shut : undefined)

  async function askOnce(request: GiteaRequest): Promise<unknown> {
    const { status, headers, text } = await send(options, request)
    const reply = parse(text)
    if (status >= 200 && status < 300) return reply.kind === 'json' ? reply.value : noJson(text)
    const said = reply.kind === 'json' ? (optionalTextAt(reply.value, 'message') ?? '') : text
    if (status === 429) {
      const wait = Number(headers.get('retry-after'))
      shut = { until: clock() + (wait > 0 ? wait : shortestWait), reason: 'the forge asks to wait' }
      throw new ForgeLimitedError(shut)
    }
    throw toForgeError({ status, said: quoteReply(said) }, `${repository.owner}/${repository.name}`)
  }

  return {
    limit,
    async ask(request) {
      const met = limit()
      if (met) throw new ForgeLimitedError(met)
      try {
        return await askOnce(request)
      } catch (error) {
        const isRead = request.method === undefined || request.method === 'GET'
        if (isRead && error instanceof ForgeError && error.retryable) return askOnce(request)
        throw error
      }
    },
  }
}

async function send(
  { url, token }: GiteaClientOptions,
  { method = 'GET', path, query = {}, body }: GiteaRequest,
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const address = new URL(`${url.replace(/\/+$/, '')}/api/v1/${path.map(encodeSegment).join('/')}`)
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value))
  const headers = {
    authorization: `token ${await token()}`,
    accept: 'application/json',
    'user-agent': 'halyard',
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  try {
    const response = await fetch(address, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A redirect would carry the token elsewhere, or turn a change into a read.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text: text.slice(0, mostBytes) }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
    const words = quoteReply(cause || (error instanceof Error ? error.message : String(error)))
    throw new ForgeError('unreachable', `${address.host} did not answer: ${words}`, 'it is tried again')
  }
}

/** A dot segment would climb out of the API's path, so no branch or name may be one. */
function encodeSegment(segment: string): string {
  const parts = segment.split('/')
  if (parts.some((part) => part === '.' || part === '..')) {
    throw new ForgeError(
      'refused',
      `${quoteReply(segment)} is no name that a forge can have`,
      'give it another name',
    )
  }
  return parts.map(encodeURIComponent).join('/')
}

function parse(
  text: string,
): { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'other' } {
  if (text.trim() === '') return { kind: 'json', value: undefined }
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown }
  } catch {
    return { kind: 'other' }
  }
}

function noJson(text: string): never {
  throw new ForgeError(
    'malformed',
    `the forge answered with something that is no JSON: ${quoteReply(text).slice(0, 80)}`,
    'if this lasts, look whether a proxy answers in place of the forge, and at its URL',
  )
}
