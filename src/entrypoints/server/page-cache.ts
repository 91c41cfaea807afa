import type { ServerDeps } from './deps.ts'
import type { Page } from './page.ts'

/** Where nobody says that something changed, a page may be so old. In milliseconds. */
const longestAge = 1000
const mostPages = 200

/** Pages as last made, so that many readers cost as much as one: all get the same until something changes. */
export function createPageCache({ subscribe }: Pick<ServerDeps, 'subscribe'>) {
  const pages = new Map<string, { readonly madeAt: number; readonly page: Promise<Page | undefined> }>()
  const stop = subscribe(() => pages.clear())
  return {
    async get(url: string, make: () => Promise<Page | undefined>): Promise<Page | undefined> {
      const known = pages.get(url)
      if (known && performance.now() - known.madeAt < longestAge) return known.page
      if (pages.size >= mostPages) pages.clear()
      const made = { madeAt: performance.now(), page: make() }
      pages.set(url, made)
      try {
        return await made.page
      } catch (error) {
        if (pages.get(url) === made) pages.delete(url)
        throw error
      }
    },
    stop,
  }
}
