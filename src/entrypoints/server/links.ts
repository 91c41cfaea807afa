import type { ServerDeps } from './deps.ts'
import { type Html, html } from './html.ts'

export function servicePage(service: string, fragment = ''): string {
  return `/services/${encodeURIComponent(service)}${fragment && `#${encodeURIComponent(fragment)}`}`
}

export function serviceLink(service: string): Html {
  return html`<a href="${servicePage(service)}">${service}</a>`
}

export function clusterLink(cluster: string): Html {
  return html`<a href="/clusters/${encodeURIComponent(cluster)}">${cluster}</a>`
}

/** `#17`, a link wherever the forge can show it. */
export function pullLink(deps: Pick<ServerDeps, 'pulls' | 'pullRequestUrl'>, number: number): Html {
  const url = deps.pulls ? `/pulls/${number}` : deps.pullRequestUrl?.(number)
  return url !== undefined && /^(?:\/|https?:\/\/)/.test(url)
    ? html`<a href="${url}">#${number}</a>`
    : html`#${number}`
}
