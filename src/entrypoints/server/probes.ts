import type { FastifyInstance } from 'fastify'
import type { ServerDeps } from './deps.ts'
import { readMetrics } from './metrics.ts'
import { problemFor } from './problem.ts'

/** For whoever keeps the process running: alive, able to answer, and in figures. */
export function registerProbes(app: FastifyInstance, deps: ServerDeps): void {
  app.get('/healthz', async (_, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', async (_, reply) => {
    const reason = await notReady(deps)
    return reply
      .code(reason === undefined ? 200 : 503)
      .type('text/plain')
      .send(`${reason ?? 'ok'}\n`)
  })
  app.get('/metrics', async (_, reply) =>
    reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(await readMetrics(deps, await deps.workspace())),
  )
}

/** Why questions can not be answered now, as far as a reader may know. */
async function notReady(deps: ServerDeps): Promise<string | undefined> {
  try {
    await (await deps.workspace()).planning()
    return undefined
  } catch (error) {
    return (await problemFor(deps, error)).detail
  }
}
