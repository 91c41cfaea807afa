import { lookup } from 'node:dns'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { classifyAddress, isLoopbackHost } from './addresses.ts'

export interface DownloadRequest {
  readonly url: URL
  /** The repository as the catalog names it: only its own host may be at a private address. */
  readonly repository: URL
  /** Bytes. */
  readonly limit: number
  /** Milliseconds for all of it. */
  readonly timeout: number
}

export type Download =
  | { readonly kind: 'done'; readonly body: Buffer }
  | { readonly kind: 'absent'; readonly status: number }
  | { readonly kind: 'tooLarge' }
  /** Where it leads is not safe to go. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The server could not be reached or failed. */
  | { readonly kind: 'failed'; readonly message: string }

const maxRedirects = 5
const redirects = new Set([301, 302, 303, 307, 308])

/**
 * Gets a URL over HTTP. Each hop's address is checked where it is connected to, so that no name can be resolved
 * twice, to a public address for the check and to a private one for the connection.
 */
export async function download(request: DownloadRequest): Promise<Download> {
  const signal = AbortSignal.timeout(request.timeout)
  let { url } = request
  try {
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const response = await open(url, request.repository, signal)
      const { statusCode = 0, headers } = response
      if (!redirects.has(statusCode) || headers.location === undefined)
        return await read(response, statusCode, request.limit)
      response.destroy()
      const next = new URL(headers.location, url)
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        return {
          kind: 'refused',
          message: `${url.host} redirects from HTTPS to ${next.protocol}//${next.host}`,
        }
      url = next
    }
    return { kind: 'refused', message: `${request.url.host} redirects more than ${maxRedirects} times` }
  } catch (error) {
    if (error instanceof UnsafeAddressError) return { kind: 'refused', message: error.message }
    const message = signal.aborted ? `it took longer than ${request.timeout / 1000} s` : storyOf(error)
    return { kind: 'failed', message }
  }
}

class UnsafeAddressError extends Error {
  override readonly name = 'UnsafeAddressError'
}

function open(url: URL, repository: URL, signal: AbortSignal): Promise<IncomingMessage> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new UnsafeAddressError(`${url.protocol} is no way to a chart`)
  const check = (address: string): void => checkAddress(address, url, repository)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // No lookup is made for a host that is an address already.
  if (isIP(host) !== 0) check(host)
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { 'user-agent': 'halyard', 'accept-encoding': 'identity' }
  send(url, { headers, lookup: checkedLookup(check), signal, agent: false })
    .on('response', resolve)
    .on('error', reject)
    .end()
  return promise
}

/** Refuses a name of which any address is unsafe: which of them is taken is not ours to know. */
function checkedLookup(check: (address: string) => void): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error !== null || first === undefined) return callback(error ?? new Error('no address'), '', 0)
      try {
        for (const { address } of addresses) check(address)
      } catch (unsafe) {
        return callback(unsafe as NodeJS.ErrnoException, '', 0)
      }
      if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function checkAddress(address: string, url: URL, repository: URL): void {
  const kind = classifyAddress(address)
  const allowed =
    kind === 'public' ||
    (kind === 'private' && url.host === repository.host) ||
    (kind === 'loopback' && isLoopbackHost(repository.hostname))
  if (!allowed) throw new UnsafeAddressError(`${url.host} is at ${address}, which is no public address`)
}

async function read(response: IncomingMessage, status: number, limit: number): Promise<Download> {
  if (status !== 200) {
    response.destroy()
    if (status === 429 || status >= 500) return { kind: 'failed', message: `the server answered ${status}` }
    return { kind: 'absent', status }
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > limit) return { kind: 'tooLarge' }
    chunks.push(bytes)
  }
  return { kind: 'done', body: Buffer.concat(chunks) }
}

/** Several addresses that all fail make one error without words of its own. */
function storyOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(storyOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}
