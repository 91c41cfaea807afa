import type { FastifyInstance } from 'fastify'
import { formatInstant } from '../../core/domain/time.ts'
import type { ServerDeps, StoryEvent } from './deps.ts'
import { sendProblem } from './problem.ts'

/** Each stream holds a socket open. */
const mostStreams = 500
/** Proxies close what is silent for a minute. */
const heartbeatEvery = 25_000
/** Bytes that may wait for a slow reader. */
const mostUnread = 4_000_000
/** Missed events beyond this are left out: a reader that was away so long asks for history. */
const replayed = 1000

/**
 * `GET /events` as Server-Sent Events: `story` for each event, with its id, and `changed` whenever an answer may differ.
 * Goes on after `Last-Event-ID` or `?after=<id>`; otherwise begins with the newest, `?after=now` with none.
 */
export function registerStream(app: FastifyInstance, deps: ServerDeps): void {
  let streams = 0
  app.get<{ Querystring: { after?: string } }>(
    '/events',
    { exposeHeadRoute: false },
    async (request, reply) => {
      if (streams >= mostStreams)
        return sendProblem(reply, { status: 503, detail: 'too many readers follow the events already' })
      const wanted = request.headers['last-event-id'] ?? request.query.after
      let last = startAfter(deps, typeof wanted === 'string' ? wanted : undefined)
      reply.hijack()
      const response = reply.raw
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no',
      })
      const send = (text: string): void => {
        response.write(text)
        // A reader that does not read: its connection is ended, it comes back and goes on after its last event.
        if (response.writableLength > mostUnread) response.destroy()
      }
      const tell = (): void => {
        try {
          const news = deps.events({ afterId: last, limit: replayed }).toReversed()
          last = news.at(-1)?.id ?? last
          send(`${news.map(formatStory).join('')}event: changed\ndata: {}\n\n`)
        } catch (error) {
          // Whoever says that something changed is the controller: no reader may stop it.
          deps.onError?.(error)
          response.destroy()
        }
      }
      streams++
      send('retry: 2000\n\n')
      if (wanted !== 'now') tell()
      const unsubscribe = deps.subscribe(tell)
      const heartbeat = setInterval(() => send(': still here\n\n'), heartbeatEvery)
      response.on('close', () => {
        streams--
        clearInterval(heartbeat)
        unsubscribe()
      })
      return reply
    },
  )
}

const firstTold = 20

/** The id after which a stream begins. One that was never given is of a store that was lost: only what comes then. */
function startAfter(deps: ServerDeps, wanted: string | undefined): number {
  const newest = deps.events({ limit: firstTold })
  const newestId = newest[0]?.id ?? 0
  if (wanted === 'now') return newestId
  if (wanted !== undefined && /^\d{1,15}$/.test(wanted)) return Math.min(Number(wanted), newestId)
  return (newest.at(-1)?.id ?? 1) - 1
}

function formatStory({ id, at, ...event }: StoryEvent): string {
  const { kind, service, group, cluster, text, pullRequest } = event
  const data = { at: formatInstant(at), kind, service, group, cluster, text, pullRequest }
  return `id: ${id}\nevent: story\ndata: ${JSON.stringify(data)}\n\n`
}
