import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2'
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Readable } from 'node:stream'
import type { ClusterAccess } from './credentials.ts'

/** GETs of one cluster's API server. */
export interface Transport {
  /** Resolves with the headers. Throws what keeps the server from answering; `signal` ends the body, too. */
  get(path: string, signal: AbortSignal): Promise<Reply>
  /** Drops the connections; the next request makes new ones. */
  reset(): void
}

export interface Reply {
  readonly status: number
  /** In seconds or as a date, as HTTP has it. */
  readonly retryAfter: string | undefined
  readonly body: Readable
}

/** How long an API server may take to answer at all. */
const answerWithin = 60_000
const connectWithin = 20_000
const window = 2 ** 20
const settings = { initialWindowSize: window, enablePush: false }

/**
 * Over TLS all requests of a cluster share one HTTP/2 connection where the server has it, as API servers do: a cluster is
 * watched by eight streams, and a TLS socket of Node costs about as much as all that is kept of a small cluster.
 * Through a proxy, and where HTTP/2 is not spoken, each request has a connection of its own.
 */
export function createTransport(access: ClusterAccess): Transport {
  const { server } = access
  const prefix = server.pathname.replace(/\/$/, '')
  const agent =
    server.protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  const sessions = createSessions(server)
  let speaksHttp2 = server.protocol === 'https:' && !access.byProxy

  return {
    async get(path, signal) {
      signal.throwIfAborted()
      const options = await access.requestOptions()
      const target = `${prefix}${path}`
      if (speaksHttp2) {
        const session = await sessions.open(options)
        if (session) return getByHttp2(session, target, options, signal)
        speaksHttp2 = false
      }
      const url = new URL(target, server)
      return getByHttp1(url, access.byProxy ? options : { ...options, agent }, signal)
    },
    reset() {
      sessions.drop()
      agent.destroy()
    },
  }
}

interface Sessions {
  /** Undefined: the server does not speak HTTP/2. */
  open(options: RequestOptions): Promise<ClientHttp2Session | undefined>
  drop(): void
}

function createSessions(server: URL): Sessions {
  let opening: Promise<ClientHttp2Session | undefined> | undefined
  let session: ClientHttp2Session | undefined
  let connecting: TLSSocket | undefined

  const begin = async (options: RequestOptions): Promise<ClientHttp2Session | undefined> => {
    const socket = beginTls(server, options)
    connecting = socket
    await secured(socket)
    if (connecting === socket) connecting = undefined
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy()
      return undefined
    }
    const begun = connectHttp2(server, { createConnection: () => socket, settings })
    // Nothing waits for lists that take as long as the round trips of their windows.
    begun.once('connect', () => begun.setLocalWindowSize(window))
    const forget = (): void => {
      if (session !== begun) return
      session = undefined
      opening = undefined
    }
    // Errors reach the requests by themselves.
    begun.on('error', forget)
    begun.on('close', forget)
    begun.on('goaway', forget)
    session = begun
    return begun
  }
  return {
    async open(options) {
      if (session && (session.closed || session.destroyed)) opening = undefined
      const asked = (opening ??= begin(options))
      try {
        return await asked
      } catch (error) {
        // After a drop the next one may be under way.
        if (opening === asked) opening = undefined
        throw error
      }
    },
    drop() {
      opening = undefined
      session?.destroy()
      session = undefined
      // One that is still being made would become a session that nobody ends.
      connecting?.destroy()
    },
  }
}

function beginTls(server: URL, options: RequestOptions): TLSSocket {
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options
  const given = { ca, cert, key, pfx, passphrase, rejectUnauthorized }
  return connectTls({
    host: hostOf(server),
    port: Number(server.port || 443),
    ALPNProtocols: ['h2', 'http/1.1'],
    // The default for an absent option differs from that for an undefined one.
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(servername === undefined ? serverNameOf(server) : { servername }),
  })
}

/** Resolves once the server is known; throws when there is no connection in time, or it is dropped. */
async function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(connectWithin, () => fail(new Error(`no TLS connection within ${connectWithin} ms`)))
    socket.once('error', fail)
    socket.once('close', () => reject(new Error('the connection ended while it was made')))
    socket.once('secureConnect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('timeout')
      socket.off('error', fail)
      socket.setKeepAlive(true, 30_000)
      resolve()
    })
  })
}

/** Addresses have no name to be sent. */
function serverNameOf(server: URL): { servername?: string } {
  const host = hostOf(server)
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host }
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

async function getByHttp2(
  session: ClientHttp2Session,
  path: string,
  options: RequestOptions,
  signal: AbortSignal,
): Promise<Reply> {
  const stream = session.request({ ...headersOf(options), [constants.HTTP2_HEADER_PATH]: path })
  const abort = (): void => stream.close(constants.NGHTTP2_CANCEL)
  signal.addEventListener('abort', abort, { once: true })
  stream.once('close', () => signal.removeEventListener('abort', abort))
  return new Promise((resolve, reject) => {
    // What ends before its headers came is told by no error.
    const ended = (): void => reject(new Error('the server ended the request unanswered'))
    const late = setTimeout(() => {
      // The connection may be dead without anybody knowing.
      session.destroy()
      reject(new Error(`no answer within ${answerWithin} ms`))
    }, answerWithin)
    stream.once('error', reject)
    stream.once('close', ended)
    stream.once('response', (headers) => {
      clearTimeout(late)
      stream.off('close', ended)
      resolve({
        status: Number(headers[constants.HTTP2_HEADER_STATUS] ?? 0),
        retryAfter: headers['retry-after'],
        body: stream,
      })
    })
    stream.once('close', () => clearTimeout(late))
    stream.end()
  })
}

async function getByHttp1(url: URL, options: RequestOptions, signal: AbortSignal): Promise<Reply> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      { ...options, headers: headersOf(options), signal },
      (response: IncomingMessage) => {
        clearTimeout(late)
        const retryAfter = response.headers['retry-after']
        resolve({ status: response.statusCode ?? 0, retryAfter, body: response })
      },
    )
    const late = setTimeout(
      () => request.destroy(new Error(`no answer within ${answerWithin} ms`)),
      answerWithin,
    )
    request.once('error', reject)
    request.once('close', () => clearTimeout(late))
    request.end()
  })
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const given = Object.entries(headers ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name.toLowerCase(), String(value)]],
  )
  const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {}
  return {
    accept: 'application/json',
    'user-agent': 'halyard',
    ...basic,
    ...Object.fromEntries(given),
  }
}
