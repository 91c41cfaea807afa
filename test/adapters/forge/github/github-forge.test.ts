import { generateKeyPairSync } from 'node:crypto'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ForgeError, ForgeLimitedError } from '../../../../src/adapters/forge/errors.ts'
import { draft, forgeContract, openWave } from '../contract.ts'
import { bot, type Fault } from './fake-github.ts'
import { createGitHubBench, type GitHubBench, secret } from './github-bench.ts'

const success = { context: 'halyard/gates', state: 'success', description: 'open' } as const
const now = 2_000_000_000

beforeAll(() => nock.disableNetConnect())
afterEach(() => nock.cleanAll())
afterAll(() => {
  nock.enableNetConnect()
  nock.restore()
})

describe('contract', () => {
  forgeContract(async () => createGitHubBench())
})

describe('effects whose answer was lost', () => {
  test.for<{ name: string; fault: Omit<Fault, 'method' | 'path' | 'when'> }>([
    { name: 'a bad gateway', fault: { status: 502, body: '<html>Bad Gateway</html>' } },
    { name: 'a page in place of JSON', fault: { status: 200, body: '<html>please log in</html>' } },
    { name: 'JSON of another thing', fault: { status: 200, body: { hello: 'world' } } },
  ])('a merge that happened before $name is merged', async ({ fault }) => {
    const bench = await createGitHubBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    bench.github.fail({ method: 'PUT', path: /merge$/, when: 'afterEffect', ...fault })
    expect(await merge(bench, opened)).toEqual({ kind: 'merged', commit: await bench.head('main') })
    expect(bench.github.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1)
  })

  test('a merge that did not happen before a bad gateway is tried by the next step', async () => {
    const bench = await createGitHubBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    bench.github.fail({ method: 'PUT', path: /merge$/, when: 'before', status: 502 })
    await expect(merge(bench, opened)).rejects.toMatchObject({ fault: 'unreachable', retryable: true })
    expect(await merge(bench, opened)).toMatchObject({ kind: 'merged' })
  })

  test.for([
    { name: 'opening', method: 'POST', path: /^\/pulls$/, status: 502 },
    { name: 'opening, with another answer', method: 'POST', path: /^\/pulls$/, status: 200 },
  ] as const)('$name is found again', async ({ method, path, status }) => {
    const bench = await createGitHubBench()
    await bench.pushBranch('halyard/a', [{ path: 'a', text: '1' }])
    bench.github.fail({ method, path, when: 'afterEffect', status, body: 'gateway' })
    expect(await bench.forge.open(draft('halyard/a'))).toMatchObject({ number: 1, labels: ['halyard'] })
    expect(bench.github.pulls).toHaveLength(1)
  })

  test('a comment is not written twice', async () => {
    const bench = await createGitHubBench()
    await openWave(bench, 'halyard/a')
    bench.github.fail({ method: 'POST', path: /comments$/, when: 'afterEffect', status: 504, body: '' })
    await bench.forge.comment(1, { name: 'plan', text: 'once' })
    await bench.forge.comment(1, { name: 'plan', text: 'once' })
    expect(bench.github.comments(1)).toHaveLength(1)
  })

  test('a status is not set twice', async () => {
    const bench = await createGitHubBench()
    const { headSha } = await openWave(bench, 'halyard/a')
    bench.github.fail({ method: 'POST', path: /statuses/, when: 'afterEffect', status: 500, body: '' })
    await bench.forge.setStatus(headSha, success)
    await bench.forge.setStatus(headSha, success)
    expect(bench.github.requests.filter((request) => request.startsWith('POST /statuses'))).toHaveLength(1)
  })

  test('closing is found again', async () => {
    const bench = await createGitHubBench()
    await openWave(bench, 'halyard/a')
    bench.github.fail({ method: 'PATCH', path: /pulls/, when: 'afterEffect', status: 502, body: '' })
    await bench.forge.close(1, 'superseded')
    expect(await bench.forge.list()).toEqual([])
    expect(bench.github.comments(1)).toEqual([expect.stringContaining('superseded')])
  })

  test('a read that fails once is repeated', async () => {
    const bench = await createGitHubBench()
    await openWave(bench, 'halyard/a')
    bench.github.fail({ method: 'GET', path: /^\/pulls$/, when: 'before', status: 503 })
    expect(await bench.forge.list()).toHaveLength(1)
  })
})

describe('others at work', () => {
  test('one that another writer opened in between is adopted', async () => {
    const bench = await createGitHubBench()
    await bench.pushBranch('halyard/a', [{ path: 'a', text: '1' }])
    const already = { code: 'custom', message: 'A pull request already exists for acme:halyard/a.' }
    bench.github.fail({
      method: 'POST',
      path: /^\/pulls$/,
      when: 'before',
      status: 422,
      body: { message: 'Validation Failed', errors: [already] },
      meanwhile: async () => void (await bench.open().open({ ...draft('halyard/a'), title: 'theirs' })),
    })
    expect(await bench.forge.open(draft('halyard/a'))).toMatchObject({
      number: 1,
      title: 'wave of halyard/a',
    })
    expect(bench.github.pulls).toHaveLength(1)
  })

  test('a push between check and merge is a changed head', async () => {
    const bench = await createGitHubBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    bench.github.fail({
      method: 'PUT',
      path: /merge$/,
      when: 'before',
      status: 409,
      body: { message: 'Head branch was modified. Review and try the merge again.' },
      meanwhile: async () => void (await bench.pushBranch('halyard/a', [{ path: 'a', text: '2' }])),
    })
    expect(await merge(bench, opened)).toEqual({ kind: 'headChanged' })
  })

  test('a base that moves under the merge is tried again', async () => {
    const bench = await createGitHubBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    const body = { message: 'Base branch was modified. Review and try the merge again.' }
    bench.github.fail({ method: 'PUT', path: /merge$/, when: 'before', status: 405, body, times: 2 })
    expect(await merge(bench, opened)).toMatchObject({ kind: 'merged' })
  })

  test('one that a person closes between check and merge is closed', async () => {
    const bench = await createGitHubBench()
    const opened = await openWave(bench, 'halyard/a')
    await bench.forge.setStatus(opened.headSha, success)
    bench.github.fail({
      method: 'PUT',
      path: /merge$/,
      when: 'before',
      status: 405,
      body: { message: 'Pull Request is not mergeable' },
      meanwhile: async () => bench.github.close(1, 'ana'),
    })
    expect(await merge(bench, opened)).toEqual({ kind: 'closed' })
  })

  test('the branch of a fork is not Halyard’s, whatever its name', async () => {
    const bench = await createGitHubBench()
    bench.github.openFromFork('halyard/a')
    expect(await bench.forge.list()).toEqual([])
    expect(await bench.forge.find('halyard/a')).toBeUndefined()
    expect(await openWave(bench, 'halyard/a')).toMatchObject({ number: 2 })
  })

  test('a marker in another person’s comment is not taken for ours', async () => {
    const bench = await createGitHubBench()
    await openWave(bench, 'halyard/a')
    bench.github.pulls[0]?.comments.push({ id: 1, by: 'mallory', body: '<!-- halyard-comment: plan -->' })
    await bench.forge.comment(1, { name: 'plan', text: 'ours' })
    expect(bench.github.pulls[0]?.comments.map(({ by }) => by)).toEqual(['mallory', bot])
  })

  test('reviewers and teams are asked once', async () => {
    const bench = await createGitHubBench()
    await bench.pushBranch('halyard/a', [{ path: 'a', text: '1' }])
    const wanted = { ...draft('halyard/a'), reviewers: ['ana', 'acme/platform'] }
    await bench.forge.open(wanted)
    await bench.forge.open(wanted)
    expect(bench.github.pulls[0]?.asked).toEqual(['ana', 'platform'])
  })

  test('more pull requests than a page holds are all listed', async () => {
    const bench = await createGitHubBench()
    for (let count = 0; count < 101; count++) bench.github.openFromFork('x')
    await openWave(bench, 'halyard/a')
    expect(await bench.forge.list()).toMatchObject([{ number: 102 }])
  })
})

describe('approvals', () => {
  test.for([
    { name: 'of people who may only read do not count', reviews: [['eve', 'APPROVED']], expected: [] },
    {
      name: 'taken back by a later review do not count',
      reviews: [
        ['ana', 'APPROVED'],
        ['ana', 'CHANGES_REQUESTED'],
      ],
      expected: [],
    },
    { name: 'that were dismissed do not count', reviews: [['ana', 'DISMISSED']], expected: [] },
    {
      name: 'stay after a comment',
      reviews: [
        ['ana', 'APPROVED'],
        ['ana', 'COMMENTED'],
      ],
      expected: ['ana'],
    },
  ] as const)('$name', async ({ reviews, expected }) => {
    const bench = await createGitHubBench()
    await openWave(bench, 'halyard/a')
    for (const [by, state] of reviews) await bench.github.review(1, by, state)
    expect((await bench.forge.list())[0]?.approvals).toEqual(expected)
  })
})

describe('what a person has to mend', () => {
  const refusals: readonly { name: string; fault: Partial<Fault> & { status: number }; expected: object }[] =
    [
      {
        name: 'a wrong or expired token',
        fault: { status: 401, body: { message: 'Bad credentials' } },
        expected: { fault: 'credentials', message: expect.stringContaining('Bad credentials') },
      },
      {
        name: 'a missing permission of an App or fine-grained token',
        fault: {
          status: 403,
          body: { message: 'Resource not accessible by personal access token' },
          headers: { 'x-accepted-github-permissions': 'pull_requests=write' },
        },
        expected: { fault: 'permission', message: expect.stringContaining('it needs pull_requests=write') },
      },
      {
        name: 'a missing scope of a classic token',
        fault: {
          status: 403,
          body: { message: 'Must have push access' },
          headers: { 'x-accepted-oauth-scopes': 'repo', 'x-oauth-scopes': 'read:org' },
        },
        expected: {
          fault: 'permission',
          message: expect.stringContaining('it needs repo, and has read:org'),
        },
      },
      {
        name: 'a missing repository',
        fault: { status: 404, body: { message: 'Not Found' } },
        expected: { fault: 'notFound', message: expect.stringContaining('acme/fleet') },
      },
      {
        name: 'an archived repository',
        fault: { status: 403, body: { message: 'Repository was archived so is read-only.' } },
        expected: { fault: 'archived' },
      },
      {
        name: 'a protection that refuses the bot',
        fault: { status: 422, body: { message: 'Repository rule violations found' } },
        expected: { fault: 'protected' },
      },
    ]
  test.for(refusals)('$name is named with its remedy and without the secret', async ({ fault, expected }) => {
    const bench = await createGitHubBench()
    await bench.pushBranch('halyard/a', [{ path: 'a', text: '1' }])
    bench.github.fail({ method: 'POST', path: /^\/pulls$/, when: 'before', ...fault })
    const error: unknown = await bench.forge.open(draft('halyard/a')).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ForgeError)
    expect(error).toMatchObject({ retryable: false, remedy: expect.stringMatching(/\w+/), ...expected })
    expect(tellAll(error)).not.toContain(secret)
  })

  test('a reply that is no list is malformed and no empty list', async () => {
    const bench = await createGitHubBench()
    bench.github.fail({ method: 'GET', path: /^\/pulls$/, when: 'before', status: 200, body: 'welcome' })
    await expect(bench.forge.list()).rejects.toMatchObject({ fault: 'malformed', retryable: true })
  })
})

describe('limits', () => {
  test('a secondary limit is told with the time at which it ends, and nothing is asked until then', async () => {
    let time = now
    const bench = await createGitHubBench({ clock: () => time })
    await openWave(bench, 'halyard/a')
    const body = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' }
    bench.github.fail({
      method: 'GET',
      path: /^\/pulls$/,
      when: 'before',
      status: 403,
      body,
      headers: { 'retry-after': '90' },
    })
    await expect(bench.forge.list()).rejects.toMatchObject({ limit: { until: now + 90 } })
    expect(bench.forge.limit()).toEqual({ until: now + 90, reason: 'GitHub asks to wait' })
    const asked = bench.github.requests.length
    await expect(bench.forge.list()).rejects.toBeInstanceOf(ForgeLimitedError)
    expect(bench.github.requests).toHaveLength(asked)
    time += 90
    expect(bench.forge.limit()).toBeUndefined()
    expect(await bench.forge.list()).toHaveLength(1)
  })

  test('the last requests of an hour are left, and the hour’s end is told', async () => {
    const bench = await createGitHubBench()
    const headers = {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '19',
      'x-ratelimit-reset': String(now + 600),
      'x-ratelimit-resource': 'core',
    }
    bench.github.fail({ method: 'GET', path: /^\/pulls$/, when: 'afterEffect', status: 200, headers })
    expect(await bench.forge.list()).toEqual([])
    expect(bench.forge.limit()).toEqual({ until: now + 600, reason: 'GitHub takes 5000 requests an hour' })
  })

  test('changes stop short of 80 a minute, and a merge never begins that could not end', async () => {
    let time = now
    const bench = await createGitHubBench({ clock: () => time })
    const { headSha } = await openWave(bench, 'halyard/a')
    for (let count = 0; bench.forge.limit() === undefined; count++) {
      await bench.forge.setStatus(headSha, { ...success, description: `gate ${count}` })
    }
    const changes = bench.github.requests.filter((request) => request.startsWith('POST')).length
    expect(changes).toBe(77)
    expect(bench.forge.limit()).toEqual({ until: now + 60, reason: 'GitHub takes 80 changes a minute' })
    for (const description of ['1', '2', '3'])
      await bench.forge.setStatus(headSha, { ...success, description })
    await expect(bench.forge.setStatus(headSha, success)).rejects.toMatchObject({
      limit: { until: now + 60 },
    })
    time += 60
    expect(bench.forge.limit()).toBeUndefined()
  })

  test('changes stop short of 500 an hour', { timeout: 30_000 }, async () => {
    let time = now
    const bench = await createGitHubBench({ clock: () => time })
    const { headSha } = await openWave(bench, 'halyard/a')
    for (let count = 0; bench.forge.limit() === undefined; count++, time += 1) {
      await bench.forge.setStatus(headSha, { ...success, description: `gate ${count}` })
    }
    expect(bench.github.requests.filter((request) => request.startsWith('POST'))).toHaveLength(497)
    expect(bench.forge.limit()).toEqual({ until: now + 3600, reason: 'GitHub takes 500 changes an hour' })
  })
})

describe('an App', () => {
  test('acts as its installation and knows its own name', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const bench = await createGitHubBench({ credentials: { kind: 'app', appId: '1', privateKey } })
    await openWave(bench, 'halyard/a')
    bench.github.close(1, 'halyard[bot]')
    expect(await bench.forge.find('halyard/a')).not.toHaveProperty('closedBy')
    expect(bench.github.requests).toContain('POST !/app/installations/7/access_tokens')
  })
})

async function merge(bench: GitHubBench, { number, headSha }: { number: number; headSha: string }) {
  return bench.forge.merge({ number, expectedHead: headSha, subject: 's', message: 'm', time: 1 })
}

/** Everything that a log could print of an error. */
function tellAll(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.message} ${error.stack} ${JSON.stringify(error)} ${tellAll(error.cause ?? '')}`
}
