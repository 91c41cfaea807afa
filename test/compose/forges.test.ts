import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HostedSettings, openForge, pullRequestUrl } from '../../src/compose/forges.ts'

const repository = 'acme/fleet'
const clock = (): number => 1_700_000_000

let folder: string
let requests: IncomingMessage[]
let url: string
const server = createServer((request, response) => {
  requests.push(request)
  const body = request.url?.endsWith('/settings/api') ? { max_response_items: 50 } : []
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forges-'))
  requests = []
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

async function write(name: string, text: string): Promise<{ readonly file: string }> {
  await writeFile(join(folder, name), text)
  return { file: join(folder, name) }
}

function asked(): readonly (readonly [string | undefined, string | undefined])[] {
  return requests.map((request) => [request.url?.split('?')[0], request.headers.authorization])
}

describe('openForge', () => {
  it('opens Gitea at its URL with the token of the environment', async () => {
    const settings: HostedSettings = { type: 'gitea', url, repository, token: { env: 'FORGE_TOKEN' } }
    const forge = await openForge(settings, { env: { FORGE_TOKEN: ' s3cret\n' }, clock })
    expect(asked()).toEqual([])
    expect(await forge.list()).toEqual([])
    expect(asked()).toEqual([
      ['/api/v1/settings/api', 'token s3cret'],
      ['/api/v1/repos/acme/fleet/pulls', 'token s3cret'],
    ])
  })

  it('opens GitHub at its API with a token, and reads the file of the token before each request', async () => {
    const token = await write('token', 'first\n')
    const settings: HostedSettings = { type: 'github', apiUrl: url, repository, token }
    const forge = await openForge(settings, { env: {}, clock })
    expect(await forge.list()).toEqual([])
    await write('token', 'second\n')
    expect(await forge.list()).toEqual([])
    expect(asked()).toEqual([
      ['/repos/acme/fleet/pulls', 'token first'],
      ['/repos/acme/fleet/pulls', 'token second'],
    ])
  })

  it('says which credentials are not there, of either forge, before anything is asked', async () => {
    const empty = await write('empty', ' \n')
    const none = { file: join(folder, 'none') }
    const opened = (settings: HostedSettings) => openForge(settings, { env: { EMPTY: '' }, clock })
    const gitea = { type: 'gitea', url, repository } as const
    const github = { type: 'github', apiUrl: url, repository } as const
    for (const [settings, place] of [
      [{ ...gitea, token: { env: 'FORGE_TOKEN' } }, 'the environment variable FORGE_TOKEN'],
      [{ ...gitea, token: { env: 'EMPTY' } }, 'the environment variable EMPTY'],
      [{ ...gitea, token: empty }, `the file ${empty.file}`],
      [{ ...github, token: none }, `the file ${none.file}`],
      [{ ...github, token: { env: 'FORGE_TOKEN' } }, 'the environment variable FORGE_TOKEN'],
      [{ ...github, app: { id: '1', privateKey: empty } }, `the file ${empty.file}`],
    ] as const) {
      await expect(opened(settings)).rejects.toMatchObject({
        name: 'KnownError',
        message: `${place} holds no credentials of the forge`,
      })
    }
    await expect(opened(github)).rejects.toThrow('neither token nor app')
    expect(asked()).toEqual([])
  })

  it.each(['fleet', '/fleet', 'acme/', 'acme/fleet/main'])('refuses the repository %j', async (name) => {
    const settings: HostedSettings = { type: 'gitea', url, repository: name, token: { env: 'FORGE_TOKEN' } }
    await expect(openForge(settings, { env: { FORGE_TOKEN: 'x' }, clock })).rejects.toThrow(
      `${name} is no repository`,
    )
  })
})

describe('pullRequestUrl', () => {
  const token = { env: 'FORGE_TOKEN' }

  it.each<readonly [HostedSettings, string]>([
    [{ type: 'github', repository, token }, 'https://github.com/acme/fleet/pull/7'],
    [
      { type: 'github', apiUrl: 'https://git.acme.example/api/v3/', repository, token },
      'https://git.acme.example/acme/fleet/pull/7',
    ],
    [
      { type: 'gitea', url: 'https://git.acme.example/forge/', repository, token },
      'https://git.acme.example/forge/acme/fleet/pulls/7',
    ],
  ])('is where people see a pull request of %o', (settings, expected) => {
    expect(pullRequestUrl(settings)(7)).toBe(expected)
  })
})
