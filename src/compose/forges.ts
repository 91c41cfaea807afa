import { readFile } from 'node:fs/promises'
import { createGiteaForge } from '../adapters/forge/gitea/gitea-forge.ts'
import { createGitHubForge } from '../adapters/forge/github/github-forge.ts'
import type { GitHubCredentials } from '../adapters/forge/github/client.ts'
import type { Forge } from '../adapters/forge/port.ts'
import type { ForgeSettings, SecretSource } from '../core/domain/settings.ts'
import type { Instant } from '../core/domain/time.ts'
import { KnownError } from '../operations/known-error.ts'

export interface ForgeEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: () => Instant
}

export type HostedSettings = Exclude<ForgeSettings, { readonly type: 'local' }>

/** The forge that spec.fleet.forge names. Throws `KnownError` when its credentials are not there. */
export async function openForge(settings: HostedSettings, { env, clock }: ForgeEnvironment): Promise<Forge> {
  const [owner = '', name = '', ...more] = settings.repository.split('/')
  if (owner === '' || name === '' || more.length > 0) {
    throw new KnownError(
      `${settings.repository} is no repository`,
      'write owner/name in spec.fleet.forge.repository',
    )
  }
  const repository = { owner, name }
  const secret = async (source: SecretSource): Promise<string> => readSecret(source, env)
  if (settings.type === 'gitea') {
    const { url, token } = settings
    await secret(token)
    return createGiteaForge({ url, repository, token: async () => secret(token), clock })
  }
  const { apiUrl = 'https://api.github.com' } = settings
  return createGitHubForge({
    apiUrl,
    repository,
    credentials: await gitHubCredentials(settings, secret),
    clock,
  })
}

/** Where people see a pull request. GitHub Enterprise has its API below the address of its pages. */
export function pullRequestUrl(settings: HostedSettings): (number: number) => string {
  const { repository } = settings
  if (settings.type === 'gitea')
    return (number) => `${settings.url.replace(/\/+$/, '')}/${repository}/pulls/${number}`
  const pages = settings.apiUrl?.replace(/\/api(?:\/v3)?\/?$/, '') ?? 'https://github.com'
  return (number) => `${pages}/${repository}/pull/${number}`
}

/** A token is read before each request, so that one in a file can be replaced while the controller runs. */
async function gitHubCredentials(
  { app, token }: Extract<ForgeSettings, { readonly type: 'github' }>,
  secret: (source: SecretSource) => Promise<string>,
): Promise<GitHubCredentials> {
  if (app) {
    const { id: appId, installation, privateKey } = app
    const key = await secret(privateKey)
    return { kind: 'app', appId, privateKey: key, ...(installation !== undefined && { installation }) }
  }
  if (token) {
    await secret(token)
    return { kind: 'token', token: async () => secret(token) }
  }
  throw new KnownError('spec.fleet.forge has neither token nor app', 'name one of them (docs/forges.md)')
}

async function readSecret(
  source: SecretSource,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const text = 'env' in source ? env[source.env] : await readFile(source.file, 'utf8').catch(() => undefined)
  const value = text?.trim() ?? ''
  if (value !== '') return value
  const place = 'env' in source ? `the environment variable ${source.env}` : `the file ${source.file}`
  throw new KnownError(`${place} holds no credentials of the forge`, 'set it where the controller runs')
}
