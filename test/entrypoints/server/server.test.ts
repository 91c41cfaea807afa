import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Compile } from 'typebox/compile'
import { operations } from '../../../src/operations/table.ts'
import { type ServedExample, serveExample } from './served-example.ts'

let served: ServedExample
beforeAll(async () => {
  served = await serveExample({
    steps: () => ({
      outcomes: new Map([['acted', 3]]),
      buckets: [1, 2, 3, 3, 3, 3, 3, 3, 3, 3],
      sum: 0.2,
      count: 3,
    }),
  })
})
afterAll(async () => served.close())

const get = async (path: string): Promise<Response> => fetch(served.url + path)

/** What a reader sees: the text without markup, one space between words. */
const read = async (path: string): Promise<string> => textOf(await (await get(path)).text())

function textOf(html: string): string {
  const [, main = html] = /<main[^>]*>([\s\S]*)<\/main>/.exec(html) ?? []
  return main
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ([,;])/g, '$1')
}

/** The number of the pull request that took payments into its present wave. */
async function numberOfWave(): Promise<string> {
  const [, number = ''] = /#(\d+) merged payments 1\.4\.3 → prod wave 2\/3/.exec(await read('/pulls')) ?? []
  return number
}

describe('the dashboard', () => {
  test('says first which services need a person', async () => {
    const text = await read('/')
    expect(text).toContain('catalog-web and checkout need a person')
  })

  test('shows each service in each group with release, state, wave, health and what it waits for until when', async () => {
    const text = await read('/')
    expect(text).toMatch(
      /prod 1\.4\.3 rolling 2\/3 3\/3 0 0 soak of 2 clusters, until \d\d:\d\d:\d\d in \d+s/,
    )
    expect(text).toContain('prod-canary 2.0.0 runs 1.9.4 rejected')
    expect(text).toContain('0.18.3 → 0.19.0 proven')
    expect(text).toContain('the search index is being rebuilt (directives/hold-catalog-web.yaml)')
  })

  test('says of a service at rest in one row that it is healthy everywhere', async () => {
    const text = await read('/')
    expect(text).toMatch(/ledger 3 groups \d+\.\d+\.\d+ proven - (\d+)\/\1 0 0 -/)
    expect(text).not.toMatch(/ledger devel/)
  })

  test('tells the moment that it speaks of, in UTC', async () => {
    const page = await (await get('/')).text()
    expect(page).toMatch(/<time datetime="2026-11-18T\d\d:\d\d:\d\dZ">2026-11-18 \d\d:\d\d:\d\d UTC<\/time>/)
  })

  test('links everything to its evidence, and every link leads somewhere', async () => {
    const seen = new Set<string>()
    const queue = ['/']
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      const reply = await get(path)
      expect({ path, status: reply.status }).toEqual({ path, status: 200 })
      const body = await reply.text()
      const isPage = reply.headers.get('content-type')?.includes('html') === true
      const links = isPage ? [...body.matchAll(/href="(\/[^"#]*)(?:#([^"]*))?"/g)] : []
      for (const [, target = ''] of links) {
        if (seen.has(target)) continue
        seen.add(target)
        queue.push(target)
      }
    }
    expect([...seen]).toEqual(
      expect.arrayContaining([
        '/services/payments',
        '/clusters/prod-euw1-01',
        '/pulls',
        `/pulls/${await numberOfWave()}`,
        '/clusters',
      ]),
    )
  }, 60_000)

  test('shows every cluster with its contact', async () => {
    const text = await read('/')
    expect(text).toContain('prod 6, all in contact')
    expect(text).toContain('prod-canary-usc1-01')
  })
})

describe('the page of a service', () => {
  test('shows waves with their quotas and pull requests', async () => {
    const text = await read('/services/payments')
    expect(text).toMatch(/1 1 passed \d\d:\d\d:\d\d #\d+ 2 3 rolling \d\d:\d\d:\d\d #\d+ 3 6 waiting - -/)
  })

  test('shows every gate with reason, since when and what opens it', async () => {
    const text = await read('/services/payments')
    expect(text).toMatch(
      /waiting soak soak of 2 clusters since \d\d:\d\d:\d\d; opens when each has been healthy for the whole soak: \d\d:\d\d:\d\d in \d+s/,
    )
  })

  test('shows where every cluster stands and in which file that is written', async () => {
    const text = await read('/services/payments')
    expect(text).toMatch(
      /prod-use1-01 prod 1\.4\.2 1\.4\.2 healthy \d\d:\d\d:\d\d \S+ ago clusters\/prod-use1-01\/apps\/payments\/payments\.yaml/,
    )
  })

  test('puts a failure with its evidence before anything else', async () => {
    const text = await read('/services/checkout')
    expect(text).toMatch(/Failed 1 prod-canary-euw1-01 prod-canary 2\.0\.0 went back .* timeout waiting for/)
    expect(text.indexOf('Failed 1')).toBeLessThan(text.indexOf('Groups'))
  })

  test('is a 404 page for a name that the catalog does not have', async () => {
    const reply = await get('/services/paymets')
    expect(reply.status).toBe(404)
    expect(await reply.text()).toContain('There is no such page')
  })
})

test('the page of a cluster tells what runs there and why something else does not yet', async () => {
  const text = await read('/clusters/prod-use1-01')
  expect(text).toContain('in contact')
  expect(text).toContain('clusters/prod-use1-01.yaml')
  expect(text).toMatch(/payments 1\.4\.2 1\.4\.2 healthy .* waits for 1\.4\.3/)
  expect(text).toMatch(/wave 2 of 3 is open; this cluster is \d\w\w, wave 3 takes it/)
})

describe('pull requests of the local forge', () => {
  test('are listed with their state', async () => {
    expect(await read('/pulls')).toMatch(/#\d+ merged payments 1\.4\.3 → prod wave 2\/3 \(2 clusters\)/)
  })

  test('are shown with head, gates, merge commit and a body without markers', async () => {
    const text = await read(`/pulls/${await numberOfWave()}`)
    expect(text).toMatch(/Head [0-9a-f]{40}/)
    expect(text).toMatch(/Merge commit [0-9a-f]{40}/)
    expect(text).toContain('success halyard/gates every gate is open')
    expect(text).toContain('goes to 2 clusters of')
    expect(text).not.toMatch(/&lt;!--|&amp;#|details&gt;/)
  })

  test('are a 404 page for a number that was never given', async () => {
    const statuses = await Promise.all(
      ['/pulls/9999', '/pulls/0', '/pulls/1e3', '/pulls/x'].map(async (path) => (await get(path)).status),
    )
    expect(statuses).toEqual([404, 404, 404, 404])
  })
})

describe('the API', () => {
  const queries: Readonly<Record<keyof typeof operations, string>> = {
    validate: '',
    plan: '?service=payments',
    render: '?service=payments&cluster=prod-use1-01',
    diff: '?service=payments',
    status: '',
    explain: '?service=payments&cluster=prod-use1-01',
    history: '?limit=3',
  }

  test.each(Object.values(operations))('answers $name as its schema promises', async ({ name, output }) => {
    const reply = await get(`/api/v1/${name}${queries[name as keyof typeof operations]}`)
    expect(reply.status).toBe(200)
    expect(Compile(output).Errors(await reply.json())).toEqual([])
  })

  test('lists every operation with its schemas', async () => {
    const list = (await (await get('/api/v1')).json()) as { name: string; input: { type: string } }[]
    expect(list.map(({ name }) => name)).toEqual(Object.keys(operations))
    expect(list.every(({ input }) => input.type === 'object')).toBe(true)
  })

  test('reads numbers from the query', async () => {
    const answer = (await (await get('/api/v1/history?limit=3')).json()) as { entries: unknown[] }
    expect(answer.entries).toHaveLength(3)
  })

  test.each([
    ['a value of the wrong kind', 'history?limit=many', 'limit'],
    ['a value out of range', 'history?limit=0', 'limit'],
    ['a field given twice', 'status?service=a&service=b', 'service'],
    ['a field that it does not know', 'status?servce=payments', 'servce'],
    ['a missing field', 'render', 'service'],
  ])('refuses %s as a problem that names the field', async (_, query, field) => {
    const reply = await get(`/api/v1/${query}`)
    expect(reply.status).toBe(400)
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
    expect(JSON.stringify(await reply.json())).toContain(field)
  })

  test('tells a name that does not exist with the nearest that does', async () => {
    const reply = await get('/api/v1/status?service=paymets')
    expect(reply.status).toBe(422)
    expect(await reply.json()).toMatchObject({
      title: 'Unprocessable Entity',
      detail: 'there is no service "paymets"',
      remedy: 'did you mean payments?',
    })
  })

  test('answers an operation that does not exist with a problem', async () => {
    const reply = await get('/api/v1/nothing')
    expect(reply.status).toBe(404)
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
  })

  test('refuses to change anything', async () => {
    const reply = await fetch(`${served.url}/api/v1/status`, { method: 'POST' })
    expect(reply.status).toBe(404)
  })
})

describe('metrics', () => {
  test('are in the text format, each family announced once', async () => {
    const reply = await get('/metrics')
    expect(reply.headers.get('content-type')).toContain('version=0.0.4')
    const lines = (await reply.text()).trimEnd().split('\n')
    const sample = /^[a-z_]+(?:\{[a-z]+="[^"]*"\})? \d+(?:\.\d+)?$/
    expect(lines.filter((line) => !line.startsWith('#') && !sample.test(line))).toEqual([])
    const announced = lines.filter((line) => line.startsWith('# TYPE'))
    expect(new Set(announced).size).toBe(announced.length)
  })

  test('count placements, gates, pull requests and steps as they are', async () => {
    const text = await (await get('/metrics')).text()
    expect(text).toContain('halyard_placements{state="healthy"} 72\n')
    expect(text).toContain('halyard_gates_not_open{gate="soak"} 1\n')
    expect(text).toContain('halyard_gates_not_open{gate="hold"} 1\n')
    const [, merged] = / (\d+) merged /.exec(await read('/pulls')) ?? []
    expect(text).toContain(`halyard_pull_requests{state="merged"} ${merged}\n`)
    expect(text).toContain('halyard_steps_total{outcome="acted"} 3\n')
    expect(text).toContain('halyard_step_seconds_bucket{le="+Inf"} 3\n')
    expect(text).toContain('halyard_step_seconds_count 3\n')
  })
})

test('is alive and ready', async () => {
  expect([(await get('/healthz')).status, (await get('/readyz')).status]).toEqual([200, 200])
})
