import type { FastifyInstance, FastifyReply } from 'fastify'
import type { PullRequests, ServerDeps } from '../deps.ts'
import { html } from '../html.ts'
import { type Page, sendPage } from '../page.ts'
import { createPageCache } from '../page-cache.ts'
import type { Problem } from '../problem.ts'
import { stylesheet } from '../stylesheet.ts'
import { clusterPageOf } from './cluster.ts'
import { clustersPage } from './clusters.ts'
import { dashboard } from './dashboard.ts'
import { pullPage, pullsPage } from './pulls.ts'
import { servicePageOf } from './service.ts'

interface Named {
  readonly Params: { readonly name: string }
  readonly Querystring: { readonly all?: string }
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M3 15V1h1.5v14zm3-2l8-1L6 2z" fill="#b5330b"/></svg>'

/** The pages that people read. */
export function registerPages(app: FastifyInstance, deps: ServerDeps): void {
  const cache = createPageCache(deps)
  app.addHook('onClose', async () => cache.stop())
  const send: SendPage = async (reply, key, make) =>
    sendPage(reply, deps, (await cache.get(key, make)) ?? notFoundPage)
  app.get<Named>('/', async ({ query }, reply) =>
    send(reply, `fleet ${isWhole(query)}`, async () =>
      dashboard(deps, await deps.workspace(), isWhole(query)),
    ),
  )
  app.get<Named>('/services/:name', async ({ params: { name }, query }, reply) =>
    send(reply, `service ${isWhole(query)} ${name}`, async () =>
      servicePageOf(deps, await deps.workspace(), name, isWhole(query)),
    ),
  )
  app.get('/clusters', async (_, reply) =>
    send(reply, 'clusters', async () => clustersPage(await deps.workspace())),
  )
  app.get<Named>('/clusters/:name', async ({ params: { name } }, reply) =>
    send(reply, `cluster ${name}`, async () => clusterPageOf(deps, await deps.workspace(), name)),
  )
  if (deps.pulls) registerPullPages(app, deps, deps.pulls, send)
  app.get('/style.css', async (_, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(stylesheet),
  )
  app.get('/icon.svg', async (_, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(icon),
  )
}

/** `key` names the page among all pages. */
type SendPage = (
  reply: FastifyReply,
  key: string,
  make: () => Promise<Page | undefined>,
) => Promise<FastifyReply>

function isWhole({ all }: Named['Querystring']): boolean {
  return all === '1'
}

function registerPullPages(
  app: FastifyInstance,
  deps: ServerDeps,
  pulls: PullRequests,
  send: SendPage,
): void {
  const now = async () => (await (await deps.workspace()).planning()).observations.at
  app.get('/pulls', async (_, reply) => send(reply, 'pulls', async () => pullsPage(deps, pulls, await now())))
  app.get<Named>('/pulls/:name', async ({ params: { name } }, reply) =>
    send(reply, `pull ${name}`, async () => {
      const pull = /^[1-9]\d{0,9}$/.test(name) ? await pulls.get(Number(name)) : undefined
      return pull && pullPage(pull, await now())
    }),
  )
}

export const notFoundPage: Page = {
  title: 'Not found',
  status: 404,
  now: undefined,
  content: html`<h1>There is no such page</h1>
    <p>Names of services and clusters are those of the catalog. <a href="/">The whole fleet</a></p>`,
}

/** An error for a person: what is wrong and what mends it. */
export function errorPage({ status, detail, remedy }: Problem): Page {
  return {
    title: 'Error',
    status,
    now: undefined,
    content: html`<h1>${status === 500 ? 'This page failed' : 'This can not be answered now'}</h1>
      <p class="notice">${detail}</p>
      ${remedy !== undefined && html`<p>${remedy}</p>`}`,
  }
}
