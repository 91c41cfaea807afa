import { setTimeout as sleep } from 'node:timers/promises'
import type { Octokit } from '@octokit/rest'
import type { Instant } from '../../../core/domain/time.ts'
import { ForgeError, ForgeLimitedError } from '../errors.ts'
import type { Budget } from './budget.ts'
import { translate } from './errors.ts'

export interface GitHubRepository {
  readonly owner: string
  readonly name: string
}

export type GitHubCredentials =
  /** A fine-grained or classic personal access token of the account that acts. Asked for before each request. */
  | { readonly kind: 'token'; readonly token: () => Promise<string> }
  /** `privateKey`: PEM. `installation` absent: the App's installation at the repository. */
  | {
      readonly kind: 'app'
      readonly appId: string
      readonly privateKey: string
      readonly installation?: number
    }

export interface ClientOptions {
  readonly apiUrl: string
  readonly repository: GitHubRepository
  readonly credentials: GitHubCredentials
  readonly budget: Budget
  readonly clock: () => Instant
  /** False: no pauses between changes and before a repeated read, for servers that count nothing. */
  readonly paced: boolean
}

export interface GitHubClient {
  readonly rest: Octokit
  /** The login that acts. */
  readonly login: () => Promise<string>
}

/** Long against the slowest honest answer of GitHub, which gives up after ten seconds itself. */
const timeoutMilliseconds = 30_000
const userAgent = 'halyard'
const readAttempts = 3

/**
 * GitHub's client. It never waits for a limit by itself but throws `ForgeLimitedError`; it repeats reads that failed,
 * and never a change, as that may have happened. Its packages load here and nowhere else: only a controller needs them.
 */
export async function openClient(options: ClientOptions): Promise<GitHubClient> {
  const { credentials } = options
  if (credentials.kind === 'token') {
    const rest = await createOctokit(options, {})
    rest.hook.before('request', async (request) => {
      request.headers['authorization'] = `token ${await credentials.token()}`
    })
    return { rest, login: async () => (await rest.users.getAuthenticated()).data.login }
  }
  const { createAppAuth } = await import('@octokit/auth-app')
  const { appId, privateKey } = credentials
  const app = await createOctokit(options, { authStrategy: createAppAuth, auth: { appId, privateKey } })
  const { owner, name: repo } = options.repository
  const installationId =
    credentials.installation ?? (await app.apps.getRepoInstallation({ owner, repo })).data.id
  const auth = { appId, privateKey, installationId }
  return {
    rest: await createOctokit(options, { authStrategy: createAppAuth, auth }),
    login: async () => {
      const slug = (await app.apps.getAuthenticated()).data?.slug
      if (slug === undefined)
        throw new ForgeError('malformed', 'GitHub told no name of the App', 'it is tried again')
      return `${slug}[bot]`
    },
  }
}

async function createOctokit(
  { apiUrl, repository, budget, clock, paced }: ClientOptions,
  authentication: { readonly authStrategy?: unknown; readonly auth?: unknown },
): Promise<Octokit> {
  const [{ Octokit }, { throttling }] = await Promise.all([
    import('@octokit/rest'),
    import('@octokit/plugin-throttling'),
  ])
  const silent = (): void => undefined
  const octokit = new (Octokit.plugin(throttling))({
    ...authentication,
    baseUrl: apiUrl,
    userAgent,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: fetchInTime },
    throttle: {
      enabled: paced,
      // The step goes on with other work, and the plan shows the wait.
      onRateLimit: () => false,
      onSecondaryRateLimit: () => false,
    },
  })
  const name = `${repository.owner}/${repository.name}`
  octokit.hook.wrap('request', async (request, parameters) => {
    const isRead = parameters.method === 'GET' || parameters.method === 'HEAD'
    budget.take(isRead || parameters.method === 'DELETE' ? 'read' : 'change')
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await request(parameters)
        budget.learn(response.headers)
        return response
      } catch (error) {
        const translated = translate(error, { repository: name, now: clock() })
        if (translated instanceof ForgeLimitedError) budget.shut(translated.limit)
        const passes = translated instanceof ForgeError && translated.fault === 'unreachable'
        if (!isRead || !passes || attempt === readAttempts) throw translated
        await sleep(paced ? 1000 * attempt : 1)
      }
    }
  })
  return octokit
}

async function fetchInTime(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMilliseconds) })
}
