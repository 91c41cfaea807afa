import { createHash } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { GitClone, GitRepository } from '../adapters/git/port.ts'
import type { RepositoryOptions } from '../entrypoints/cli/deps.ts'
import { KnownError } from '../operations/known-error.ts'

export const mainBranch = 'main'
export const mainRef = `refs/heads/${mainBranch}`

export interface RepositoryPlace {
  /** `folder`: files without being a bare repository. */
  readonly kind: 'folder' | 'repository' | 'remote'
  /** A path, or the URL of a remote. */
  readonly path: string
}

/** What a location given by people is. Throws `KnownError` for a path that does not exist. */
export function locate(location: string, cwd: string): RepositoryPlace {
  if (/^[a-z+]+:\/\//i.test(location) && !location.startsWith('file://'))
    return { kind: 'remote', path: location }
  const path = location.startsWith('file://') ? fileURLToPath(location) : resolve(cwd, location)
  if (!existsSync(path)) fail(`${path} does not exist`, 'give a folder, a bare repository or a URL')
  const isBare = existsSync(join(path, 'objects')) && existsSync(join(path, 'HEAD'))
  return { kind: isBare ? 'repository' : 'folder', path }
}

/** What is on this machine is read where it is; what is not is mirrored into the user's cache. */
export async function openPlace(place: RepositoryPlace, options: RepositoryOptions): Promise<GitClone> {
  if (place.kind === 'remote') return openMirror(place.path, options)
  const { openRepository } = await import('../adapters/git/system.ts')
  return readOnly(await openRepository(place.path))
}

/**
 * A clone that pushes. Of a repository on this machine it is a clone for this one run, which borrows all objects:
 * whoever else gives orders at the same time has one too, so that they meet nowhere but at the push.
 */
export async function openForPush(place: RepositoryPlace, options: RepositoryOptions): Promise<GitClone> {
  if (place.kind === 'remote') return openMirror(place.path, options)
  const { openClone } = await import('../adapters/git/system.ts')
  const folder = await mkdtemp(join(tmpdir(), 'halctl-'))
  // Ctrl-C ends the program wherever it is.
  const removeAtExit = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeAtExit)
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true })
    process.off('exit', removeAtExit)
  }
  try {
    const clone = await openClone({ path: join(folder, 'catalog.git'), url: place.path })
    return {
      ...clone,
      async close() {
        await clone.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

async function openMirror(url: string, { env }: RepositoryOptions): Promise<GitClone> {
  const { openClone } = await import('../adapters/git/system.ts')
  const clone = await retrying(async () => openClone({ path: mirrorPath(url, env), url }))
  return {
    ...clone,
    fetch: async (prefixes) => retrying(async () => clone.fetch(prefixes)),
    push: async (updates) => retrying(async () => clone.push(updates)),
  }
}

/** Where a remote is mirrored to. */
export function mirrorPath(url: string, env: RepositoryOptions['env']): string {
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const name = createHash('sha256').update(url).digest('hex').slice(0, 16)
  return join(cache, 'halyard', `${name}.git`)
}

/** A repository that is its own remote, so that nothing is fetched; nothing is written either. */
function readOnly(repository: GitRepository): GitClone {
  return {
    ...repository,
    fetch: async () => undefined,
    push: async () => ({ kind: 'rejected', reason: 'it was opened for reading' }),
  }
}

const attempts = 5

/** Several runs share one mirror: what another one locks at this moment is free a moment later. */
async function retrying<Value>(work: () => Promise<Value>): Promise<Value> {
  const [{ GitError }, { setTimeout: sleep }] = await Promise.all([
    import('../adapters/git/git-error.ts'),
    import('node:timers/promises'),
  ])
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof GitError && error.retryable) || attempt === attempts) throw error
      await sleep(100 * attempt)
    }
  }
}

/** `what`: which repository that is, for who gave a revision that it does not have. */
export async function resolveRevision(
  repository: GitRepository,
  revision: string,
  what = 'catalog',
): Promise<string> {
  for (const name of [
    revision,
    `refs/heads/${revision}`,
    `refs/tags/${revision}`,
    `refs/remotes/${revision}`,
  ]) {
    const oid = await repository.resolve(name)
    if (oid !== undefined) return oid
  }
  return fail(
    `the ${what} has no commit, branch or tag ${revision}`,
    'give a whole commit id, a branch or a tag',
  )
}

export function fail(message: string, remedy: string): never {
  throw new KnownError(message, remedy)
}
