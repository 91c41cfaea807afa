import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { objectAt } from '../../../../src/adapters/flux/kubernetes/json.ts'
import { keyOf } from '../../../../src/adapters/flux/kubernetes/records.ts'
import type { JsonObject } from '../../../../src/core/domain/cluster.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface ApiServer {
  readonly url: string
  readonly port: number
  /** Every request as `path?query`, oldest first. */
  readonly requests: readonly string[]
  /** What kube-system answers. */
  uid: string
  /** Puts an object there, or another version of it, and tells the watches. */
  set(path: string, object: JsonObject): void
  remove(path: string, key: string): void
  /** Sends something to all watches of a path. */
  send(path: string, event: unknown): void
  /** Answers the next requests that match differently, once each in this order. */
  next(match: RegExp, ...answers: readonly Answer[]): void
  /** Answers all requests that match differently, until it is called with undefined. */
  always(match: RegExp, answer: Answer | undefined): void
  /** Ends all connections without a word. */
  drop(): void
  /** Forgets what was before, as after a compaction: watches from older versions are told 410. */
  compact(): void
  watches(path: string): number
  close(): Promise<void>
  /** Listens again where it did. */
  reopen(): Promise<void>
}

interface Kept {
  readonly object: JsonObject
  readonly key: string
}

/** A small API server of real HTTP: lists by pages, watches from a version, and whatever a test scripts. */
export async function startApiServer(): Promise<ApiServer> {
  const kinds = new Map<string, Map<string, Kept>>()
  const log: { readonly path: string; readonly version: number; readonly text: string }[] = []
  const watching = new Map<ServerResponse, string>()
  const scripted: { readonly match: RegExp; readonly answers: Answer[] }[] = []
  const overriding = new Map<string, { readonly match: RegExp; readonly answer: Answer }>()
  const requests: string[] = []
  let version = 100
  let oldest = 0

  const tell = (path: string, event: unknown): void => {
    for (const [response, watched] of watching)
      if (watched === path) response.write(`${typeof event === 'string' ? event : JSON.stringify(event)}\n`)
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '', 'http://api')
    requests.push(request.url ?? '')
    const script = scripted.find(({ match, answers }) => answers.length > 0 && match.test(request.url ?? ''))
    if (script) return script.answers.shift()?.(request, response)
    const override = [...overriding.values()].find(({ match }) => match.test(request.url ?? ''))
    if (override) return override.answer(request, response)
    if (url.pathname === '/api/v1/namespaces/kube-system')
      return json(response, 200, { metadata: { name: 'kube-system', uid: server.uid } })
    if (url.searchParams.has('watch')) return watch(url, response)
    return list(url, response)
  }
  const list = ({ pathname, searchParams }: URL, response: ServerResponse): void => {
    const all = [...(kinds.get(pathname)?.values() ?? [])].map(({ object }) => object)
    const from = Number(searchParams.get('continue') ?? 0)
    const size = Number(searchParams.get('limit') ?? all.length)
    const rest = from + size < all.length ? { continue: String(from + size) } : {}
    json(response, 200, {
      metadata: { resourceVersion: String(version), ...rest },
      items: all.slice(from, from + size),
    })
  }
  const watch = ({ pathname, searchParams }: URL, response: ServerResponse): void => {
    const from = Number(searchParams.get('resourceVersion'))
    if (from < oldest) return json(response, 410, { kind: 'Status', code: 410, message: 'too old' })
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    for (const { path, version: of, text } of log)
      if (path === pathname && of > from) response.write(`${text}\n`)
    watching.set(response, pathname)
    response.on('close', () => watching.delete(response))
  }
  const record = (path: string, type: string, object: JsonObject): void => {
    const text = JSON.stringify({ type, object })
    log.push({ path, version, text })
    tell(path, text)
  }
  const listener: Server = createServer(answer)
  const listen = async (port: number): Promise<void> =>
    new Promise((resolve) => listener.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = listener.address() as AddressInfo
  const server: ApiServer = {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    uid: 'uid-1',
    set(path, object) {
      version += 1
      const metadata = objectAt(object, 'metadata')
      const next = { ...object, metadata: { uid: 'u', ...metadata, resourceVersion: String(version) } }
      const key = keyOf(object)
      const kept = kinds.get(path) ?? new Map<string, Kept>()
      const type = kept.has(key) ? 'MODIFIED' : 'ADDED'
      kept.set(key, { object: next, key })
      kinds.set(path, kept)
      record(path, type, next)
    },
    remove(path, key) {
      version += 1
      const gone = kinds.get(path)?.get(key)
      if (!gone) throw new Error(`${key} is not there`)
      kinds.get(path)?.delete(key)
      const metadata = { ...objectAt(gone.object, 'metadata'), resourceVersion: String(version) }
      record(path, 'DELETED', { ...gone.object, metadata })
    },
    send: tell,
    next: (match, ...answers) => void scripted.push({ match, answers: [...answers] }),
    always(match, given) {
      if (given) overriding.set(match.source, { match, answer: given })
      else overriding.delete(match.source)
    },
    drop: () => listener.closeAllConnections(),
    compact() {
      version += 1
      oldest = version
      log.length = 0
    },
    watches: (path) => [...watching.values()].filter((watched) => watched === path).length,
    async close() {
      listener.closeAllConnections()
      if (listener.listening) await new Promise((resolve) => listener.close(resolve))
    },
    reopen: async () => listen(port),
  }
  return server
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

export const refuse =
  (status: number, message: string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    json(response, status, { kind: 'Status', code: status, message }, headers)
