import fastify, { type FastifyInstance } from 'fastify'
import { registerApi } from './api.ts'
import type { ServerDeps } from './deps.ts'
import { sendPage } from './page.ts'
import { errorPage, notFoundPage, registerPages } from './pages/register.ts'
import { registerProbes } from './probes.ts'
import { problemFor, sendProblem } from './problem.ts'
import { registerStream } from './stream.ts'

export interface Server {
  /** Resolves to the URL that it listens on. Port 0 takes a free one. */
  listen(port: number, host: string): Promise<string>
  /** Ends open event streams too. */
  close(): Promise<void>
}

/** Dashboard, API, event stream and probes over one fleet. It only reads: nothing here changes anything. */
export async function createServer(deps: ServerDeps): Promise<Server> {
  const app = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 300 } })
  registerHeaders(app)
  registerErrors(app, deps)
  registerPages(app, deps)
  registerApi(app, deps)
  registerStream(app, deps)
  registerProbes(app, deps)
  await app.ready()
  return {
    listen: (port, host) => app.listen({ port, host }),
    close: async () => app.close(),
  }
}

function registerHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (_, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
  })
}

function registerErrors(app: FastifyInstance, deps: ServerDeps): void {
  app.setNotFoundHandler(async (request, reply) =>
    isApi(request.url)
      ? sendProblem(reply, {
          status: 404,
          detail: 'there is no such operation',
          remedy: 'GET /api/v1 lists all of them',
        })
      : sendPage(reply, deps, notFoundPage),
  )
  app.setErrorHandler(async (thrown, request, reply) => {
    const problem = await problemFor(deps, thrown)
    return isApi(request.url) ? sendProblem(reply, problem) : sendPage(reply, deps, errorPage(problem))
  })
}

function isApi(url: string): boolean {
  return url.startsWith('/api/') || url === '/api' || url.startsWith('/events')
}
