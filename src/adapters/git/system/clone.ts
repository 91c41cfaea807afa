import { mkdir, readdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'

import pLimit from 'p-limit'

import { GitError, refused } from '../git-error.ts'
import { checkRefPrefix } from '../names.ts'
import type { GitClone, GitRepository, RefUpdate } from '../port.ts'
import { missingObject } from '../write-commits.ts'
import { checkGitVersion } from './git-version.ts'
import { removeStaleLocks } from './locks.ts'
import { runPorcelain } from './porcelain.ts'
import { pushUpdates } from './push.ts'
import { changeRefs, checkUpdates, mirrorRefs, parseRefs } from './refs.ts'
import { createSystemRepository } from './repository.ts'
import { runGit } from './run-git.ts'

export interface CloneOptions {
  /** Folder of our own; made when missing, and made anew when damaged. */
  readonly path: string
  /** A local path, `file://…` or `http(s)://…`. */
  readonly url: string
}

/** Opens a bare clone. A new one is empty until the first fetch, so that being killed while cloning leaves nothing half done. */
export async function openClone({ path, url }: CloneOptions): Promise<GitClone> {
  checkUrl(url)
  const remote = url.includes('://') ? url : resolve(url)
  if (remote === resolve(path)) throw refused('clone', `a clone can not be its own remote: ${path}`)
  await checkGitVersion()
  await removeStaleLocks(path)
  if (!(await isSound(path))) {
    await removeDamaged(path)
    await initBare(path, 'main')
  }
  await runPorcelain(path, (git) => git.addConfig('remote.origin.url', remote))
  return withRemote(path, createSystemRepository(path))
}

export async function initBare(path: string, branch: string): Promise<void> {
  await mkdir(path, { recursive: true })
  await runPorcelain(path, (git) => git.init(true, ['--quiet', `--initial-branch=${branch}`]))
}

/** Deletes what once was a bare repository, and refuses to delete anything else that stands there. */
async function removeDamaged(path: string): Promise<void> {
  const names = await readdir(path).catch((): string[] => [])
  const ours = names.length === 0 || ['HEAD', 'objects', 'refs'].some((name) => names.includes(name))
  if (!ours) throw refused('clone', `${path} holds other files than a clone: move them, or clone elsewhere`)
  await rm(path, { recursive: true, force: true })
}

function checkUrl(url: string): void {
  const scheme = /^([a-z+]+):/i.exec(url)?.[1]?.toLowerCase()
  const known =
    scheme === undefined ? !url.startsWith('-') && url !== '' : ['file', 'http', 'https'].includes(scheme)
  if (!known) throw refused('clone', `not a URL of a repository: ${url}`)
}

/** Sound: a bare repository whose refs all lead to a commit with a readable root tree. */
async function isSound(path: string): Promise<boolean> {
  const answer = await runGit({
    repository: path,
    args: ['rev-parse', '--is-bare-repository'],
    answers: [0, 128],
  })
  if (answer.stdout.trim() !== 'true') return false
  const repository = createSystemRepository(path)
  try {
    const listing = await runGit({
      repository: path,
      args: ['for-each-ref', '--format=%(objectname) %(refname)'],
    })
    // Git leaves a broken ref out of the list and only warns.
    if (listing.stderr !== '') return false
    const heads = [...new Set(parseRefs(listing.stdout, ' ', 'refs/').values())]
    const commits = await Promise.all(heads.map(async (head) => repository.log(head, { limit: 1 })))
    await Promise.all(commits.flat().map(async ({ oid }) => repository.changes(oid, oid)))
    return true
  } catch (error) {
    if (error instanceof GitError) return false
    throw error
  } finally {
    await repository.close()
  }
}

function withRemote(path: string, repository: GitRepository): GitClone {
  // One after the other: a fetch must not put back what a push has just moved.
  const inTurn = pLimit(1)
  return {
    ...repository,
    updateRefs: async (updates) => inTurn(async () => repository.updateRefs(updates)),
    fetch: async (prefixes) => inTurn(async () => fetchPrefixes(path, prefixes)),
    push: async (updates) => {
      checkUpdates(updates)
      await requireObjects(repository, updates)
      return inTurn(async () => {
        const outcome = await pushUpdates(path, updates)
        if (outcome.kind === 'pushed') await mirrorRefs(path, updates)
        return outcome
      })
    },
  }
}

async function requireObjects(repository: GitRepository, updates: readonly RefUpdate[]): Promise<void> {
  const wanted = [...new Set(updates.flatMap(({ to }) => (to === undefined ? [] : [to])))]
  const found = await Promise.all(wanted.map(async (oid) => repository.resolve(oid)))
  for (const [index, oid] of wanted.entries()) if (found[index] === undefined) throw missingObject(oid)
}

async function fetchPrefixes(path: string, prefixes: readonly string[]): Promise<void> {
  for (const prefix of prefixes) checkRefPrefix(prefix)
  if (prefixes.length === 0) return
  const options = ['--quiet', '--prune', '--no-tags', '--no-write-fetch-head']
  const refspecs = prefixes.map((prefix) => `+${prefix}*:${prefix}*`)
  // Git looks after the packs of our writes here: fetch runs `git maintenance run --auto`.
  const args = [...options, '--end-of-options', 'origin', ...refspecs]
  await changeRefs(path, async () => runPorcelain(path, (git) => git.fetch(args)))
}
