import { squashChanges as mergeableChanges } from '../../../../src/adapters/forge/local/squash.ts'
import nock from 'nock'
import type { GitRepository, Oid } from '../../../../src/adapters/git/port.ts'

/** What goes wrong at the next request that fits, once unless told otherwise. */
export interface Fault {
  readonly method: string
  /** Of the path below the repository; `^$` is the repository itself. */
  readonly path: RegExp
  /** `afterEffect`: the request is carried out, and then answered so. */
  readonly when: 'before' | 'afterEffect'
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly times?: number
  /** Runs before it is answered, as someone else would act then. */
  readonly meanwhile?: () => Promise<void>
}

export interface FakeGitHub {
  readonly apiUrl: string
  fail(fault: Fault): void
  /** `METHOD path` of each request, oldest first. */
  readonly requests: readonly string[]
  review(number: number, by: string, state: string): Promise<void>
  close(number: number, by: string): void
  comments(number: number): readonly string[]
  /** Opens one of a fork's branch. */
  openFromFork(branch: string): void
  readonly permissions: Map<string, string>
  readonly pulls: readonly FakePull[]
}

export interface FakePull {
  readonly number: number
  readonly branch: string
  readonly base: string
  readonly fork: boolean
  title: string
  body: string
  labels: string[]
  state: 'open' | 'closed'
  head: Oid
  merged: Oid | undefined
  closedBy: string | undefined
  asked: string[]
  readonly reviews: { by: string; state: string; commit: Oid }[]
  readonly comments: { id: number; by: string; body: string }[]
}

export const bot = 'halyard-bot'
const apiUrl = 'https://api.github.test'
const prefix = '/repos/acme/fleet'

interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

interface Reply {
  readonly status: number
  readonly body?: unknown
}

/**
 * GitHub as docs.github.com/rest describes it, as far as Halyard asks: pull requests over a real Git repository whose
 * main is protected by the required status `halyard/gates`.
 */
export function startFakeGitHub(repository: GitRepository): FakeGitHub {
  const world = createWorld(repository)
  const faults: Fault[] = []
  const requests: string[] = []
  const scope = nock(apiUrl).persist()
  const answer = async (request: Request, method: string) => {
    const url = new URL(request.url)
    const text = await request.text()
    const sent: unknown = text === '' ? undefined : JSON.parse(text)
    const path = decodeURIComponent(
      url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : `!${url.pathname}`,
    )
    requests.push(`${method} ${path}`)
    const index = faults.findIndex((one) => one.method === method && one.path.test(path))
    const fault = faults[index]
    if (fault) {
      if ((fault.times ?? 1) > 1) faults[index] = { ...fault, times: (fault.times ?? 1) - 1 }
      else faults.splice(index, 1)
    }
    const body = typeof sent === 'object' && sent !== null ? (sent as Record<string, unknown>) : {}
    const call = { method, path, query: url.searchParams, body }
    const reply = fault?.when === 'before' ? undefined : await world.answer(call)
    await fault?.meanwhile?.()
    const headers = { 'content-type': 'application/json', ...fault?.headers }
    if (fault && !(fault.status === 200 && fault.body === undefined)) {
      return [fault.status, fault.body as nock.Body, headers] as const
    }
    return [reply?.status ?? 500, reply?.body as nock.Body, headers] as const
  }
  for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
    scope[method](() => true).reply(async (request: Request) => [
      ...(await answer(request, method.toUpperCase())),
    ])
  }
  return { ...world.hands, apiUrl, requests, fail: (fault) => void faults.push(fault) }
}

function createWorld(repository: GitRepository) {
  const pulls: FakePull[] = []
  const statuses = new Map<Oid, { context: string; state: string; description: string }>()
  const permissions = new Map([['ana', 'write']])
  let ids = 100
  const head = async (branch: string): Promise<Oid | undefined> => repository.resolve(`refs/heads/${branch}`)
  const refresh = async (pull: FakePull): Promise<FakePull> => {
    const now = pull.state === 'open' && !pull.fork ? await head(pull.branch) : undefined
    pull.head = now ?? pull.head
    return pull
  }
  const get = async (number: string | undefined): Promise<FakePull> => {
    const pull = pulls[Number(number) - 1]
    if (!pull) throw new Missing()
    return refresh(pull)
  }
  const show = async (pull: FakePull) => {
    const base = (await head(pull.base)) ?? ''
    const changes =
      pull.state === 'open' && !pull.fork ? await mergeableChanges(repository, base, pull.head) : []
    return {
      ...describe(pull),
      mergeable: changes !== 'conflict',
      mergeable_state: changes === 'conflict' ? 'dirty' : 'blocked',
    }
  }

  async function merge(pull: FakePull, body: Call['body']): Promise<Reply> {
    if (pull.state === 'closed') return refused(405, 'Pull Request is not mergeable')
    if (pull.head !== body['sha'])
      return refused(409, 'Head branch was modified. Review and try the merge again.')
    const base = (await head(pull.base)) ?? ''
    const changes = await mergeableChanges(repository, base, pull.head)
    if (changes === 'conflict') return refused(405, 'Pull Request is not mergeable')
    if (statuses.get(pull.head)?.state !== 'success')
      return refused(
        405,
        'Repository rule violations found\n\nRequired status check "halyard/gates" is expected.\n',
      )
    const [commit = ''] = await repository.writeCommits([
      {
        parent: base,
        changes,
        message: `${String(body['commit_title'])}\n\n${String(body['commit_message'])}`,
        author: { name: bot, email: 'bot@users.noreply.github.com' },
        time: 2_000_000_000,
      },
    ])
    await repository.updateRefs([{ ref: `refs/heads/${pull.base}`, expected: base, to: commit }])
    Object.assign(pull, { state: 'closed', merged: commit, closedBy: bot })
    return { status: 200, body: { sha: commit, merged: true, message: 'Pull Request successfully merged' } }
  }

  async function create(body: Call['body']): Promise<Reply> {
    const branch = String(body['head'])
    const sha = await head(branch)
    if (sha === undefined) return invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' })
    if (pulls.some((pull) => pull.branch === branch && pull.state === 'open' && !pull.fork)) {
      return invalid({
        resource: 'PullRequest',
        code: 'custom',
        message: `A pull request already exists for acme:${branch}.`,
      })
    }
    pulls.push(newPull(pulls.length + 1, branch, sha, body))
    return { status: 201, body: await show(await get(String(pulls.length))) }
  }

  type Handler = (call: Call, ...parts: string[]) => Promise<Reply>
  const ok = (body: unknown): Reply => ({ status: 200, body })
  const paged = ({ query }: Call, all: readonly unknown[]): Reply => {
    const [size, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)]
    return ok(all.slice(size * (page - 1), size * page))
  }
  const routes: readonly (readonly [string, RegExp, Handler])[] = [
    ['GET', /^!\/user$/, async () => ok({ login: bot })],
    ['GET', /^!\/app$/, async () => ok({ slug: 'halyard' })],
    ['GET', /^\/installation$/, async () => ok({ id: 7 })],
    [
      'POST',
      /^!\/app\/installations\/7\/access_tokens$/,
      async () => ({
        status: 201,
        body: {
          token: 'ghs_installation',
          expires_at: '2099-01-01T00:00:00Z',
          permissions: {},
          repository_selection: 'selected',
        },
      }),
    ],
    [
      'GET',
      /^\/pulls$/,
      async (call) => {
        const branch = call.query.get('head')?.replace(/^acme:/, '')
        const state = call.query.get('state')
        const all = await Promise.all(pulls.map(refresh))
        const found = all.filter(
          (pull) =>
            (branch === undefined || pull.branch === branch) && (state === 'all' || pull.state === state),
        )
        return paged(
          call,
          (call.query.get('direction') === 'desc' ? found.toReversed() : found).map(describe),
        )
      },
    ],
    ['POST', /^\/pulls$/, async ({ body }) => create(body)],
    ['GET', /^\/pulls\/(\d+)$/, async (_, number) => ok(await show(await get(number)))],
    [
      'PATCH',
      /^\/pulls\/(\d+)$/,
      async ({ body }, number) => {
        const pull = await get(number)
        Object.assign(pull, body, body['state'] === 'closed' && { closedBy: bot })
        return ok(await show(pull))
      },
    ],
    ['PUT', /^\/pulls\/(\d+)\/merge$/, async ({ body }, number) => merge(await get(number), body)],
    [
      'GET',
      /^\/pulls\/(\d+)\/reviews$/,
      async (call, number) =>
        paged(
          call,
          (await get(number)).reviews.map(({ by, state, commit }) => ({
            user: { login: by },
            state,
            commit_id: commit,
          })),
        ),
    ],
    [
      'POST',
      /^\/pulls\/(\d+)\/requested_reviewers$/,
      async ({ body }, number) => {
        const pull = await get(number)
        pull.asked.push(...(body['reviewers'] as string[]), ...(body['team_reviewers'] as string[]))
        return { status: 201, body: await show(pull) }
      },
    ],
    [
      'GET',
      /^\/collaborators\/([^/]+)\/permission$/,
      async (_, name = '') => ok({ permission: permissions.get(name) ?? 'read' }),
    ],
    [
      'POST',
      /^\/issues\/(\d+)\/labels$/,
      async ({ body }, number) => {
        const pull = await get(number)
        pull.labels = [...new Set([...pull.labels, ...(body['labels'] as string[])])]
        return ok(pull.labels.map((name) => ({ name })))
      },
    ],
    [
      'GET',
      /^\/issues\/(\d+)$/,
      async (_, number) => ok({ closed_by: { login: (await get(number)).closedBy } }),
    ],
    [
      'GET',
      /^\/issues\/(\d+)\/comments$/,
      async (call, number) =>
        paged(
          call,
          (await get(number)).comments.map(({ id, by, body }) => ({ id, user: { login: by }, body })),
        ),
    ],
    [
      'POST',
      /^\/issues\/(\d+)\/comments$/,
      async ({ body }, number) => {
        const comment = { id: ++ids, by: bot, body: String(body['body']) }
        ;(await get(number)).comments.push(comment)
        return { status: 201, body: { id: comment.id } }
      },
    ],
    [
      'PATCH',
      /^\/issues\/comments\/(\d+)$/,
      async ({ body }, id) => {
        const comment = pulls.flatMap(({ comments }) => comments).find((one) => one.id === Number(id))
        if (!comment) throw new Missing()
        comment.body = String(body['body'])
        return ok({ id: comment.id })
      },
    ],
    [
      'GET',
      /^\/commits\/(\w+)\/status$/,
      async (_, sha = '') => ok({ statuses: [...(statuses.has(sha) ? [statuses.get(sha)] : [])] }),
    ],
    [
      'POST',
      /^\/statuses\/(\w+)$/,
      async ({ body }, sha = '') => {
        statuses.set(sha, body as { context: string; state: string; description: string })
        return { status: 201, body: {} }
      },
    ],
    [
      'GET',
      /^\/git\/matching-refs\/heads\/(.+)$/,
      async (_, branch = '') =>
        ok(
          [...(await repository.refs('refs/heads/'))]
            .filter(([ref]) => ref.startsWith(`refs/heads/${branch}`))
            .map(([ref, sha]) => ({ ref, object: { sha } })),
        ),
    ],
    [
      'DELETE',
      /^\/git\/refs\/heads\/(.+)$/,
      async (_, branch = '') => {
        const sha = await head(branch)
        if (sha === undefined) return refused(422, 'Reference does not exist')
        await repository.updateRefs([{ ref: `refs/heads/${branch}`, expected: sha, to: undefined }])
        return { status: 204 }
      },
    ],
  ]

  return {
    async answer(call: Call): Promise<Reply> {
      for (const [method, path, handle] of routes) {
        const found = method === call.method ? path.exec(call.path) : undefined
        if (found) return handle(call, ...found.slice(1)).catch(missing)
      }
      return { status: 404, body: { message: `the fake knows no ${call.method} ${call.path}` } }
    },
    hands: {
      pulls,
      permissions,
      review: async (number: number, by: string, state: string) => {
        const pull = await get(String(number))
        pull.reviews.push({ by, state, commit: pull.head })
      },
      close: (number: number, by: string) =>
        void Object.assign(pulls[number - 1] ?? {}, { state: 'closed', closedBy: by }),
      comments: (number: number) => (pulls[number - 1]?.comments ?? []).map(({ body }) => body),
      openFromFork: (branch: string) =>
        void pulls.push({
          ...newPull(pulls.length + 1, branch, 'f'.repeat(40), { base: 'main', title: 'mine' }),
          fork: true,
        }),
    },
  }
}

class Missing extends Error {}

function missing(error: unknown): Reply {
  if (error instanceof Missing) return { status: 404, body: { message: 'Not Found' } }
  throw error
}

function refused(status: number, message: string): Reply {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest' } }
}

function invalid(error: unknown): Reply {
  return { status: 422, body: { message: 'Validation Failed', errors: [error] } }
}

function newPull(number: number, branch: string, head: Oid, body: Call['body']): FakePull {
  const { base, title, body: text } = body
  return {
    number,
    branch,
    base: String(base),
    fork: false,
    title: String(title),
    body: typeof text === 'string' ? text : '',
    labels: [],
    state: 'open',
    head,
    merged: undefined,
    closedBy: undefined,
    asked: [],
    reviews: [],
    comments: [],
  }
}

function describe({ number, branch, base, fork, title, body, labels, state, head, merged, asked }: FakePull) {
  return {
    number,
    title,
    body,
    state,
    html_url: `https://github.test/acme/fleet/pull/${number}`,
    labels: labels.map((name) => ({ name })),
    head: { ref: branch, sha: head, repo: { full_name: fork ? 'mallory/fleet' : 'acme/fleet' } },
    base: { ref: base, repo: { full_name: 'acme/fleet' } },
    merged_at: merged === undefined ? null : '2026-11-22T12:00:00Z',
    merge_commit_sha: merged ?? null,
    // As late as the tests' clocks: what changed just now is not remembered.
    updated_at: '2033-05-18T03:33:20Z',
    requested_reviewers: asked.map((login) => ({ login })),
    requested_teams: [],
  }
}
