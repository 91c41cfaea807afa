import type { FastifyReply } from 'fastify'
import { randomBytes } from 'node:crypto'
import type { Instant } from '../../core/domain/time.ts'
import type { ServerDeps } from './deps.ts'
import { type Content, type Html, html, textOf, trusted } from './html.ts'
import { liveScript } from './live-script.ts'
import { shapeDefinitions } from './shapes.ts'
import { wholeMoment } from './times.ts'

/** A page's own part; the frame around it is the same everywhere. */
export interface Page {
  readonly title: string
  readonly content: Html
  /** The moment that it speaks of. */
  readonly now: Instant | undefined
  /** Which entry of the navigation it belongs to. */
  readonly section?: 'fleet' | 'clusters' | 'pulls'
  /** Default: 200. */
  readonly status?: number
}

/** Sends a page under a policy that lets nothing run or load but what this server put there. */
export async function sendPage(reply: FastifyReply, deps: ServerDeps, page: Page): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64')
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return reply
    .code(page.status ?? 200)
    .header('content-security-policy', policy)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(textOf(frame(deps, page, nonce)))
}

function frame(deps: ServerDeps, { title, content, now, section }: Page, nonce: string): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${deps.title} · Halyard</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        ${shapeDefinitions}
        <header>
          <a class="brand" href="/">Halyard <span>${deps.title}</span></a>
          <nav aria-label="Pages">
            ${entry('/', 'Fleet', section === 'fleet')}
            ${entry('/clusters', 'Clusters', section === 'clusters')}
            ${deps.pulls && entry('/pulls', 'Pull requests', section === 'pulls')}
          </nav>
          <div class="moment">
            <span data-live="moment">${now !== undefined && wholeMoment(now)}</span>
            <small data-connection>as loaded</small>
          </div>
        </header>
        <main id="content" data-live="content">${content}</main>
        <footer>
          <span>Git is the truth; this page only reads it.</span> <a href="/api/v1/status">api/v1/status</a>
          <a href="/metrics">metrics</a>
        </footer>
        <script nonce="${nonce}">
          ${trusted(liveScript)}
        </script>
      </body>
    </html> `
}

function entry(href: string, text: string, isCurrent: boolean): Content {
  return html`<a href="${href}" ${isCurrent && html` aria-current="page"`}>${text}</a>`
}
