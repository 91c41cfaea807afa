import { expect, test } from 'vitest'
import { createPageCache } from '../../../src/entrypoints/server/page-cache.ts'
import { html } from '../../../src/entrypoints/server/html.ts'
import type { Page } from '../../../src/entrypoints/server/page.ts'

function createSubject() {
  const listeners = new Set<() => void>()
  const cache = createPageCache({
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  })
  let made = 0
  const make = async (): Promise<Page> => ({ title: `made ${++made}`, now: undefined, content: html`x` })
  return { cache, make, listeners, nudge: () => listeners.forEach((listener) => listener()) }
}

test('readers of the same page share one until something changes', async () => {
  const { cache, make, nudge } = createSubject()
  const first = await Promise.all([cache.get('a', make), cache.get('a', make)])
  expect(first.map((page) => page?.title)).toEqual(['made 1', 'made 1'])
  nudge()
  expect((await cache.get('a', make))?.title).toBe('made 2')
})

test('a page that failed is made again for the next reader', async () => {
  const { cache, make } = createSubject()
  const fail = async (): Promise<Page> => Promise.reject(new Error('no'))
  await expect(cache.get('a', fail)).rejects.toThrow('no')
  expect((await cache.get('a', make))?.title).toBe('made 1')
})

test('different pages are kept apart', async () => {
  const { cache, make } = createSubject()
  const titles = [await cache.get('a', make), await cache.get('b', make)].map((page) => page?.title)
  expect(titles).toEqual(['made 1', 'made 2'])
})

test('listens no more when stopped', () => {
  const { cache, listeners } = createSubject()
  cache.stop()
  expect(listeners.size).toBe(0)
})
