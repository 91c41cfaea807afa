import {
  createGitHubForge,
  type GitHubForgeOptions,
} from '../../../../src/adapters/forge/github/github-forge.ts'
import { createMemoryRepository } from '../../../../src/adapters/git/memory.ts'
import type { ForgeBench } from '../contract.ts'
import { bot, type FakeGitHub, startFakeGitHub } from './fake-github.ts'

export interface GitHubBench extends ForgeBench {
  readonly github: FakeGitHub
  /** A second controller, with other options. */
  open(options?: Partial<GitHubForgeOptions>): ForgeBench['forge']
}

export const secret = 'ghp_thisIsTheSecretOfTheTests0123456789'

export async function createGitHubBench(options: Partial<GitHubForgeOptions> = {}): Promise<GitHubBench> {
  const repository = createMemoryRepository()
  const github = startFakeGitHub(repository)
  const open: GitHubBench['open'] = (more) =>
    createGitHubForge({
      apiUrl: github.apiUrl,
      repository: { owner: 'acme', name: 'fleet' },
      credentials: { kind: 'token', token: async () => secret },
      clock: () => 2_000_000_000,
      paced: false,
      ...options,
      ...more,
    })
  const head = async (branch: string): Promise<string | undefined> =>
    repository.resolve(`refs/heads/${branch}`)
  const bench: GitHubBench = {
    forge: open(),
    open,
    github,
    author: `${bot} <bot@users.noreply.github.com>`,
    head,
    async pushBranch(branch, changes) {
      const author = { name: 'Ana', email: 'ana@example.com' }
      const draft = { parent: await head('main'), changes, message: branch, author, time: 100 }
      const [to = ''] = await repository.writeCommits([draft])
      await repository.updateRefs([{ ref: `refs/heads/${branch}`, expected: await head(branch), to }])
      return to
    },
    async files(revision) {
      const entries = await repository.tree((await head(revision)) ?? revision)
      const texts = await repository.readBlobs(entries.map(({ oid }) => oid))
      return new Map(entries.map(({ path }, index) => [path, texts[index] ?? '']))
    },
    async commit(oid) {
      const [commit] = await repository.log(oid, { limit: 1 })
      if (commit === undefined) throw new Error(`no commit ${oid}`)
      const { author, message, parents, tree } = commit
      return { author: `${author.name} <${author.email}>`, message: message.trimEnd(), parents, tree }
    },
    approve: async (number, by) => github.review(number, by, 'APPROVED'),
    closeByPerson: async (number, by) => github.close(number, by),
    comments: async (number) => github.comments(number),
  }
  await bench.pushBranch('main', [{ path: 'README.md', text: 'hello' }])
  return bench
}
