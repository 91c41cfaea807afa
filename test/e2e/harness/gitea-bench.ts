import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGiteaForge, type GiteaForge } from '../../../src/adapters/forge/gitea/gitea-forge.ts'
import type { GitClone } from '../../../src/adapters/git/port.ts'
import { openClone } from '../../../src/adapters/git/system.ts'
import type { ForgeBench } from '../../adapters/forge/contract.ts'
import { eventually } from './eventually.ts'
import type { GiteaServer, GiteaUser } from './gitea.ts'

export interface GiteaPeople {
  /** Halyard's account, with write access. */
  readonly bot: GiteaUser
  /** A person with write access. */
  readonly ana: GiteaUser
  /** Owns the repositories. */
  readonly owner: GiteaUser
}

export interface GiteaBench extends ForgeBench {
  readonly forge: GiteaForge
  readonly clone: GitClone
  readonly repository: string
}

export async function createPeople(server: GiteaServer): Promise<GiteaPeople> {
  const owner = await server.createUser('platform', { isAdmin: true })
  return { owner, bot: await server.createUser('halyard-bot'), ana: await server.createUser('ana') }
}

/** A repository of one commit whose main is protected: only the bot merges, with `halyard/gates`. */
export async function createGiteaBench(
  server: GiteaServer,
  { owner, bot, ana }: GiteaPeople,
  repository: string,
): Promise<GiteaBench> {
  const path = `/repos/${owner.name}/${repository}`
  await server.ask(owner, 'POST', '/user/repos', { name: repository, private: true, default_branch: 'main' })
  for (const { name } of [bot, ana]) {
    await server.ask(owner, 'PUT', `${path}/collaborators/${name}`, { permission: 'write' })
  }
  const options = { url: server.url, repository: { owner: owner.name, name: repository }, clock: now }
  const forge = createGiteaForge({ ...options, token: async () => bot.token })
  const folder = await mkdtemp(join(tmpdir(), 'gitea-bench-'))
  const clone = await openClone({
    path: join(folder, 'clone.git'),
    url: server.cloneUrl(bot, owner.name, repository),
  })
  const bench = benchOf({ forge, clone, server, path, people: { owner, bot, ana }, repository })
  await bench.pushBranch('main', [{ path: 'README.md', text: 'hello' }])
  // Gitea learns of a push in the background, and an empty repository has no pull requests.
  await eventually({ what: `Gitea knows that ${repository} is not empty`, seconds: 20 }, async () => {
    const told = await server.ask(owner, 'GET', path)
    return (told as { empty: boolean }).empty ? undefined : true
  })
  await createGiteaForge({ ...options, token: async () => owner.token, bot: bot.name }).ensureProtection(
    'main',
  )
  return bench
}

interface BenchParts {
  readonly forge: GiteaForge
  readonly clone: GitClone
  readonly server: GiteaServer
  /** Of the repository in the API. */
  readonly path: string
  readonly people: GiteaPeople
  readonly repository: string
}

function benchOf({ forge, clone, server, path, people, repository }: BenchParts): GiteaBench {
  const person = (name: string): GiteaUser => {
    if (name !== people.ana.name) throw new Error(`nobody is called ${name}`)
    return people.ana
  }
  const fetchAll = async (): Promise<void> => clone.fetch(['refs/heads/'])
  const head = async (branch: string): Promise<string | undefined> => {
    await fetchAll()
    return clone.resolve(`refs/heads/${branch}`)
  }
  return {
    forge,
    clone,
    repository,
    author: `${people.bot.name} <${people.bot.name}@example.com>`,
    head,
    async pushBranch(branch, changes) {
      const [parent, expected] = [await head('main'), await head(branch)]
      const author = { name: 'Ana', email: 'ana@example.com' }
      const draft = { parent, changes, message: branch, author, time: now() }
      const [to = ''] = await clone.writeCommits([draft])
      const outcome = await clone.push([{ ref: `refs/heads/${branch}`, expected, to }])
      if (outcome.kind !== 'pushed') throw new Error(`not pushed: ${JSON.stringify(outcome)}`)
      return to
    },
    async files(revision) {
      const entries = await clone.tree((await head(revision)) ?? revision)
      const texts = await clone.readBlobs(entries.map(({ oid }) => oid))
      return new Map(entries.map(({ path }, index) => [path, texts[index] ?? '']))
    },
    async commit(oid) {
      await fetchAll()
      const [commit] = await clone.log(oid, { limit: 1 })
      if (commit === undefined) throw new Error(`no commit ${oid}`)
      const { author, message, parents, tree } = commit
      return { author: `${author.name} <${author.email}>`, message: message.trimEnd(), parents, tree }
    },
    async approve(number, by) {
      const pull = await server.ask(people.owner, 'GET', `${path}/pulls/${number}`)
      const { sha } = (pull as { head: { sha: string } }).head
      const review = { event: 'APPROVED', commit_id: sha, body: 'good' }
      await server.ask(person(by), 'POST', `${path}/pulls/${number}/reviews`, review)
    },
    async closeByPerson(number, by) {
      await server.ask(person(by), 'PATCH', `${path}/pulls/${number}`, { state: 'closed' })
    },
    async comments(number) {
      const comments = await server.ask(people.owner, 'GET', `${path}/issues/${number}/comments`)
      return (comments as readonly { body: string }[]).map(({ body }) => body)
    },
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
