import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { StackFiles } from '../stack/build.ts'
import { eventually, Hopeless } from './eventually.ts'
import { freePorts } from './ports.ts'
import { type Supervisor, tailOf } from './processes.ts'

export interface GiteaUser {
  readonly name: string
  readonly password: string
  /** May do anything that the user may. */
  readonly token: string
}

export interface GiteaServer {
  readonly url: string
  /** Where clones of a repository come from, with the user's password in it. */
  cloneUrl(user: GiteaUser, owner: string, repository: string): string
  createUser(name: string, options?: { readonly isAdmin: boolean }): Promise<GiteaUser>
  /** A token of fewer scopes. */
  createToken(user: GiteaUser, scopes: readonly string[]): Promise<string>
  /** Asks the API as a user; throws what it said when it refuses. */
  ask(user: GiteaUser, method: string, path: string, body?: unknown): Promise<unknown>
}

/** A real Gitea over SQLite on loopback, without mail, indexers or anything that reaches out. */
export async function startGitea(
  stack: StackFiles,
  folder: string,
  supervisor: Supervisor,
): Promise<GiteaServer> {
  const { http } = await freePorts('http')
  const url = `http://127.0.0.1:${http}`
  const config = join(folder, 'app.ini')
  await mkdir(join(folder, 'home'), { recursive: true })
  await writeFile(config, settings({ folder, url, port: http, assets: stack.gitea ?? '' }))
  const path = stack.programs['gitea'] ?? ''
  const env = {
    // Gitea keeps git settings of its own; the tests' git has none.
    GIT_CONFIG_GLOBAL: join(folder, 'home', '.gitconfig'),
    HOME: join(folder, 'home'),
    GITEA_WORK_DIR: folder,
  }
  const log = join(folder, 'gitea.log')
  const program = supervisor.start({ name: 'gitea', path, args: ['web', '--config', config], env, log })
  await eventually({ what: 'Gitea is ready', seconds: 90 }, async () => {
    if (program.hasEnded()) throw new Hopeless(`Gitea ended:\n${tailOf(log)}`)
    return (await fetch(`${url}/api/healthz`)).ok || undefined
  })

  const createToken = async (user: Omit<GiteaUser, 'token'>, scopes: readonly string[]): Promise<string> => {
    const basic = Buffer.from(`${user.name}:${user.password}`).toString('base64')
    const body = { name: `token-${Date.now()}-${Math.random()}`, scopes }
    const made = await ask(url, `Basic ${basic}`, 'POST', `/users/${user.name}/tokens`, body)
    return (made as { sha1: string }).sha1
  }
  return {
    url,
    createToken,
    cloneUrl: ({ name, password }, owner, repository) =>
      `${url.replace('://', `://${name}:${password}@`)}/${owner}/${repository}.git`,
    async createUser(name, { isAdmin } = { isAdmin: false }) {
      const user = { name, password: `pass-of-${name}-1` }
      const account = ['--username', name, '--password', user.password, '--email', `${name}@example.com`]
      const args = ['admin', 'user', 'create', '--config', config, '--must-change-password=false', ...account]
      await execa(path, isAdmin ? [...args, '--admin'] : args, { env })
      return { ...user, token: await createToken(user, ['all']) }
    },
    ask: async (user, method, path, body) => ask(url, `token ${user.token}`, method, path, body),
  }
}

async function ask(
  url: string,
  authorization: string,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

function settings({
  folder,
  url,
  port,
  assets,
}: Record<'folder' | 'url' | 'assets', string> & { port: number }) {
  return `APP_NAME = Gitea
RUN_USER = ${userInfo().username}
RUN_MODE = prod
WORK_PATH = ${folder}
; Tests in containers run as root; nothing here outlives them.
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = ${url}/
LOCAL_ROOT_URL = ${url}/
STATIC_ROOT_PATH = ${assets}
APP_DATA_PATH = ${folder}/data
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${folder}/gitea.db
SQLITE_JOURNAL_MODE = WAL
[repository]
ROOT = ${folder}/repositories
DEFAULT_BRANCH = main
[git]
HOME_PATH = ${folder}/home
[security]
INSTALL_LOCK = true
PASSWORD_HASH_ALGO = pbkdf2$100$10
[service]
DISABLE_REGISTRATION = true
[indexer]
REPO_INDEXER_ENABLED = false
ISSUE_INDEXER_TYPE = db
[mailer]
ENABLED = false
[webhook]
ALLOWED_HOST_LIST = loopback
[cron.update_checker]
ENABLED = false
[log]
MODE = console
LEVEL = info
`
}
