import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ShownPullRequest } from '../../../src/entrypoints/server/deps.ts'
import { createServer, type Server } from '../../../src/entrypoints/server/server.ts'
import { KnownError } from '../../../src/operations/known-error.ts'
import { type ServedExample, serveExample } from './served-example.ts'

const attack = `<img src=x onerror=alert(1)>"'&\u202etxt.exe`
const pull: ShownPullRequest = {
  number: 1,
  title: attack,
  body: `${attack}\n</pre><script>alert(1)</script>\n&#60;script&#62;alert(2)&#60;/script&#62;`,
  branch: attack,
  base: 'main',
  labels: [`service/${attack}`, 'service/../../x'],
  headSha: 'a'.repeat(40),
  state: 'closed',
  approvals: [attack],
  createdAt: 1_795_000_000,
  endedAt: 1_795_000_100,
  endedBy: attack,
  comment: attack,
  mergeCommit: undefined,
  status: { context: 'halyard/gates', state: attack, description: attack },
}

let served: ServedExample
beforeAll(async () => {
  served = await serveExample({
    title: attack,
    pulls: { get: async () => pull, all: async () => [pull] },
  })
  served.tell({
    at: served.example.now,
    kind: 'proven',
    service: attack,
    group: attack,
    cluster: attack,
    text: `PR #1 ${attack}`,
    pullRequest: 1,
  })
})
afterAll(async () => served.close())

test.each(['/', '/pulls', '/pulls/1', '/clusters', '/services/payments'])(
  'text of others never becomes markup on %s',
  async (path) => {
    const page = await (await fetch(served.url + path)).text()
    expect(page).not.toContain('<img')
    expect(page.match(/<script/g)).toHaveLength(1)
    expect(page).not.toContain('\u202e')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;')
  },
)

test('names in links stay within their part of the path', async () => {
  const page = await (await fetch(`${served.url}/pulls/1`)).text()
  expect(page).toContain('href="/services/..%2F..%2Fx"')
})

test('a page may run only its own script, and load only from here', async () => {
  const reply = await fetch(served.url)
  const policy = reply.headers.get('content-security-policy') ?? ''
  const [, nonce] = /script-src 'nonce-([A-Za-z0-9+/=]{24})'/.exec(policy) ?? []
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
  expect(await reply.text()).toContain(`<script nonce="${nonce}">`)
  const [again] =
    /'nonce-[^']*'/.exec((await fetch(served.url)).headers.get('content-security-policy') ?? '') ?? []
  expect(again).not.toContain(nonce)
  expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
})

test('pages hold no inline style or handler, which the policy would refuse', async () => {
  for (const path of ['/', '/services/payments', '/clusters/prod-euw1-01', '/pulls/1']) {
    const page = await (await fetch(served.url + path)).text()
    expect(page).not.toMatch(/<[^>]*\s(?:style|on[a-z]+)=/)
  }
})

test('a path that can not be decoded is refused, not failed on', async () => {
  expect((await fetch(`${served.url}/services/%E0%A4%A`)).status).toBe(400)
})

async function withServer(
  fail: () => Error,
  use: (url: string, errors: unknown[]) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = []
  const server: Server = await createServer({
    title: 'broken',
    workspace: async () => {
      throw fail()
    },
    events: () => [],
    subscribe: () => () => {},
    onError: (error) => errors.push(error),
  })
  try {
    await use(await server.listen(0, '127.0.0.1'), errors)
  } finally {
    await server.close()
  }
}

test('an error that its reader can mend is told with its remedy, on pages and in the API', async () => {
  const failure = (): Error => new KnownError('no fleet repository was found', 'give --fleet')
  await withServer(failure, async (url, errors) => {
    const page = await fetch(url)
    expect(page.status).toBe(422)
    expect(await page.text()).toMatch(/no fleet repository was found[\s\S]*give --fleet/)
    expect(await (await fetch(`${url}/api/v1/status`)).json()).toMatchObject({ remedy: 'give --fleet' })
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(errors).toEqual([])
  })
})

test('a bug is told to the operator and not to the reader', async () => {
  await withServer(
    () => new Error('password=hunter2'),
    async (url, errors) => {
      for (const path of ['/', '/api/v1/status', '/metrics', '/readyz']) {
        const reply = await fetch(url + path)
        expect(reply.status).toBeGreaterThanOrEqual(500)
        expect(await reply.text()).not.toContain('hunter2')
      }
      expect(errors.length).toBeGreaterThanOrEqual(3)
    },
  )
})

test('without a local forge there are no pages of pull requests and no links to them', async () => {
  const other = await serveExample({ pulls: undefined as never })
  try {
    expect((await fetch(`${other.url}/pulls`)).status).toBe(404)
    expect(await (await fetch(other.url)).text()).not.toContain('href="/pulls')
  } finally {
    await other.close()
  }
})
