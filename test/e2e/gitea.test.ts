import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createGiteaForge } from '../../src/adapters/forge/gitea/gitea-forge.ts'
import { draft, forgeContract, openWave } from '../adapters/forge/contract.ts'
import { type GiteaServer, startGitea } from './harness/gitea.ts'
import { createGiteaBench, createPeople, type GiteaBench, type GiteaPeople } from './harness/gitea-bench.ts'
import { createSupervisor } from './harness/processes.ts'

const stack = inject('stack')
const success = { context: 'halyard/gates', state: 'success', description: 'every gate is open' } as const

describe.skipIf(stack?.gitea === undefined)('on a real Gitea', () => {
  const supervisor = createSupervisor()
  let folder: string
  let server: GiteaServer
  let people: GiteaPeople
  let repositories = 0

  const createBench = async (): Promise<GiteaBench> =>
    createGiteaBench(server, people, `fleet-${++repositories}`)

  beforeAll(async () => {
    if (stack === undefined) return
    folder = await mkdtemp(join(tmpdir(), 'halyard-e2e-gitea-'))
    server = await startGitea(stack, folder, supervisor)
    people = await createPeople(server)
  })

  afterAll(async () => {
    await supervisor.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  })

  describe('contract', () => {
    forgeContract(createBench)
  })

  test('a wave is blocked until its gates are success, and nobody but Halyard merges it then', async () => {
    const bench = await createBench()
    const { number, headSha } = await openWave(bench, 'halyard/a')
    const request = { number, expectedHead: headSha, subject: 'payments 1.4.3', message: 'Wave: 1', time: 1 }
    expect(await bench.forge.merge(request)).toMatchObject({ kind: 'blocked' })
    await bench.forge.setStatus(headSha, success)
    const path = `/repos/platform/${bench.repository}/pulls/${number}/merge`
    for (const person of [people.ana, people.owner]) {
      await expect(server.ask(person, 'POST', path, { Do: 'squash' })).rejects.toThrow('405')
    }
    expect(await bench.forge.merge(request)).toEqual({ kind: 'merged', commit: await bench.head('main') })
    expect(await bench.forge.ensureProtection('main').catch((error: unknown) => error)).toBeInstanceOf(Error)
  })

  test('a token of too few scopes is told which it lacks', async () => {
    const bench = await createBench()
    await bench.pushBranch('halyard/a', [{ path: 'a', text: '1' }])
    const token = await server.createToken(people.bot, ['read:repository', 'read:user', 'read:misc'])
    const repository = { owner: 'platform', name: bench.repository }
    const forge = createGiteaForge({ url: server.url, repository, token: async () => token, clock: () => 1 })
    await expect(forge.open(draft('halyard/a'))).rejects.toMatchObject({
      fault: 'permission',
      message: expect.stringContaining('write:repository'),
    })
    const wrong = createGiteaForge({
      url: server.url,
      repository,
      token: async () => 'f'.repeat(40),
      clock: () => 1,
    })
    await expect(wrong.list()).rejects.toMatchObject({ fault: 'credentials' })
  })
})
