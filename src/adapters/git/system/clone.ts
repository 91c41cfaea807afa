import { mkdir, readdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import pLimit from 'p-limit'

import { GitError, refused } from '../git-error.ts'
import { checkRefPlaces, isOid, isRefFolder } from '../names.ts'
import type { GitClone, GitRepository, Oid, RefPlace, RefUpdate } from '../port.ts'
import { missingObject } from '../write-commits.ts'
import { checkGitVersion } from './git-version.ts'
import { borrow, borrowsFrom, findLocalRemote } from './local-remote.ts'
import type { LocalRemote } from './local-remote.ts'
import { removeStaleLocks } from './locks.ts'
import { runPorcelain } from './porcelain.ts'
import { pushUpdates } from './push.ts'
import { changeRefs, checkUpdates, createRefs } from './refs.ts'
import type { Refs } from './refs.ts'
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
  const place = url.startsWith('file://') ? fileURLToPath(url) : remote
  if (place === resolve(path)) throw refused('clone', `a clone can not be its own remote: ${path}`)
  await checkGitVersion()
  await removeStaleLocks(path)
  const near = await findLocalRemote(remote)
  if (!(await isSound(path))) {
    await removeDamaged(path)
    await initBare(path, 'main')
    if (near !== undefined) await borrow(path, near)
  }
  // A clone that was made with objects of its own keeps them, and goes on by git's transport.
  const local = near !== undefined && (await borrowsFrom(path, near)) ? near : undefined
  await runPorcelain(path, (git) => git.addConfig('remote.origin.url', remote))
  const refs = createRefs(path)
  const repository = createSystemRepository(
    path,
    local === undefined ? { refs } : { refs, objects: local.path },
  )
  return withRemote(path, repository, refs, local)
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

/** Sound: a bare repository whose refs all lead to an object, and those to a commit to a readable root tree. */
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
      args: ['for-each-ref', '--format=%(if:equals=commit)%(objecttype)%(then)%(objectname)%(end)'],
    })
    // Git leaves a broken ref out of the list and only warns.
    if (listing.stderr !== '') return false
    const heads = [...new Set(listing.stdout.split('\n').filter(isOid))]
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

function withRemote(
  path: string,
  repository: GitRepository,
  refs: Refs,
  local: LocalRemote | undefined,
): GitClone {
  // One after the other: a fetch must not put back what a push has just moved.
  const inTurn = pLimit(1)
  // What was mirrored last by places: while the remote still says the same, and nothing moved here, all is done.
  const mirrored = new Map<string, ReadonlyMap<string, Oid>>()
  const mirrorFrom = async (near: LocalRemote, places: readonly RefPlace[]): Promise<boolean> => {
    const there = await near.look(places)
    const key = places.join(' ')
    if (sameRefs(there, mirrored.get(key))) return true
    // Another set of places may share refs with this one.
    mirrored.clear()
    if (!(await mirrorRefs(refs, there, places))) return false
    mirrored.set(key, there)
    return true
  }
  return {
    ...repository,
    updateRefs: async (updates) =>
      inTurn(async () => {
        mirrored.clear()
        return repository.updateRefs(updates)
      }),
    fetch: async (places) =>
      inTurn(async () => {
        if (local === undefined || !(await mirrorFrom(local, places))) await fetchPlaces(path, refs, places)
      }),
    push: async (updates) => {
      checkUpdates(updates)
      await requireObjects(repository, updates)
      return inTurn(async () => {
        mirrored.clear()
        const isPushed = local !== undefined && (await local.push(updates))
        const outcome = isPushed ? { kind: 'pushed' as const } : await pushUpdates(path, updates)
        if (outcome.kind === 'pushed') await refs.mirror(updates)
        return outcome
      })
    },
    async close() {
      await Promise.all([repository.close(), local?.close()])
    },
  }
}

function sameRefs(one: ReadonlyMap<string, Oid>, other: ReadonlyMap<string, Oid> | undefined): boolean {
  return one.size === other?.size && [...one].every(([ref, oid]) => other.get(ref) === oid)
}

/** False: git must fetch, as something is in the way. */
async function mirrorRefs(
  refs: Refs,
  there: ReadonlyMap<string, Oid>,
  places: readonly RefPlace[],
): Promise<boolean> {
  try {
    const here = await refs.list(places)
    const gone = [...here.keys()].filter((ref) => !there.has(ref)).map((ref) => ({ ref, to: undefined }))
    const moved = [...there].filter(([ref, to]) => here.get(ref) !== to).map(([ref, to]) => ({ ref, to }))
    // First what is gone: its name may be a folder of another ref now.
    await refs.mirror(gone)
    await refs.mirror(moved)
    return true
  } catch (error) {
    if (error instanceof GitError) return false
    throw error
  }
}

async function requireObjects(repository: GitRepository, updates: readonly RefUpdate[]): Promise<void> {
  const wanted = [...new Set(updates.flatMap(({ to }) => (to === undefined ? [] : [to])))]
  const found = await Promise.all(wanted.map(async (oid) => repository.resolve(oid)))
  for (const [index, oid] of wanted.entries()) if (found[index] === undefined) throw missingObject(oid)
}

async function fetchPlaces(path: string, refs: Refs, places: readonly RefPlace[]): Promise<void> {
  checkRefPlaces(places)
  if (places.length === 0) return
  const options = ['--quiet', '--prune', '--no-tags', '--no-write-fetch-head']
  // Below a ref that the remote has there is nothing: what is here would be in its way.
  const names = places.flatMap((place) => (isRefFolder(place) ? [`${place}*`] : [place, `${place}/*`]))
  const refspecs = names.map((name) => `+${name}:${name}`)
  // Git looks after the packs of our writes here: fetch runs `git maintenance run --auto`.
  const args = [...options, '--end-of-options', 'origin', ...refspecs]
  try {
    await changeRefs(path, async () => runPorcelain(path, (git) => git.fetch(args)))
  } catch (error) {
    const missing = missingAtRemote(error)
    if (missing === undefined || !places.includes(missing)) throw error
    await refs.mirror([{ ref: missing, to: undefined }])
    await fetchPlaces(
      path,
      refs,
      places.filter((place) => place !== missing),
    )
  }
}

/** The single ref without which git fetches nothing at all. */
function missingAtRemote(error: unknown): string | undefined {
  if (!(error instanceof GitError)) return undefined
  return /couldn't find remote ref (\S+)/i.exec(error.stderr)?.[1]
}
