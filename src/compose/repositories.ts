import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { GitClone, GitRepository } from '../adapters/git/port.ts'
import type { ObjectTemplates } from '../core/domain/templates.ts'
import type { OpenedWorkspace, WorkspaceOptions } from '../entrypoints/cli/deps.ts'
import { KnownError } from '../operations/known-error.ts'
import type { CatalogParts, FleetLog, FleetView } from '../operations/workspace.ts'

/** A workspace over repositories alone: health is what a controller published in the fleet repository. */
export async function openRepositories(options: WorkspaceOptions): Promise<OpenedWorkspace> {
  const { openWorkspace } = await import('../operations/workspace.ts')
  const opened: GitRepository[] = []
  const context: Opening = {
    ...options,
    async open(place) {
      const repository = await openPlace(place, options)
      opened.push(repository)
      return repository
    },
  }
  const fleetLocation = async (): Promise<string> =>
    options.fleet ?? (await workspace.catalog()).snapshot.catalog.settings.fleet.url
  const workspace = openWorkspace({
    now: options.now,
    catalog: () => openCatalog(context),
    fleet: async () => openFleet(await fleetLocation(), context),
    fleetLog: async () => openFleetLog(await fleetLocation(), context),
  })
  return {
    workspace,
    async close() {
      await Promise.all(opened.map((repository) => repository.close()))
    },
  }
}

interface Opening extends WorkspaceOptions {
  /** Opens a repository that is closed with the workspace. */
  open(place: RepositoryPlace): Promise<GitClone>
}

/** A work tree is read as it lies on the disk, so that a change can be checked before it is committed. */
async function openCatalog(context: Opening): Promise<CatalogParts> {
  if (context.catalog === undefined) {
    return fail(
      'no catalog was found',
      'give --catalog <folder, repository or URL>, set HALYARD_CATALOG, or run below a folder with halyard.yaml',
    )
  }
  const place = locate(context.catalog, context.cwd)
  const { readDefaultTemplates } = await import('../adapters/catalog/templates.ts')
  const defaultTemplates = await readDefaultTemplates()
  if (place.kind === 'folder') {
    const { readCatalogFolder } = await import('../adapters/catalog/folder-source.ts')
    const snapshot = await readCatalogFolder(place.path, { defaultTemplates })
    return { snapshot, ...catalogHistory(place, context, defaultTemplates) }
  }
  const repository = await context.open(place)
  const { createCatalogSource } = await import('../adapters/catalog/git-source.ts')
  const source = createCatalogSource({ repository, branch: mainBranch, defaultTemplates })
  const head = await source.head()
  if (head === undefined)
    return fail(`${context.catalog} has no branch ${mainBranch}`, 'push the catalog to it')
  const snapshot = await source.read(head)
  return {
    snapshot,
    readAt: async (revision) => source.read(await resolveRevision(repository, revision)),
    lastChange: async (path) => (await repository.log(head, { path, limit: 1 }))[0],
  }
}

/** The history of a work tree, opened when it is asked for. */
function catalogHistory(
  place: RepositoryPlace,
  context: Opening,
  defaultTemplates: ObjectTemplates,
): Pick<CatalogParts, 'readAt' | 'lastChange'> {
  const gitFolder = { kind: 'repository', path: place.path } as const
  const hasHistory = existsSync(join(place.path, '.git'))
  return {
    async readAt(revision) {
      if (!hasHistory)
        return fail(`${place.path} is no git repository`, 'compare commits of a repository or URL')
      const repository = await context.open(gitFolder)
      const { createCatalogSource } = await import('../adapters/catalog/git-source.ts')
      const source = createCatalogSource({ repository, branch: mainBranch, defaultTemplates })
      return source.read(await resolveRevision(repository, revision))
    },
    async lastChange(path) {
      if (!hasHistory) return undefined
      const repository = await context.open(gitFolder)
      const head = await repository.resolve(`refs/heads/${mainBranch}`)
      return head === undefined ? undefined : (await repository.log(head, { path, limit: 1 }))[0]
    },
  }
}

async function resolveRevision(repository: GitRepository, revision: string): Promise<string> {
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
    `the catalog has no commit, branch or tag ${revision}`,
    'give a whole commit id, a branch or a tag',
  )
}

async function openFleetRepository(location: string, context: Opening): Promise<GitClone> {
  if (location === '') {
    return fail(
      'no fleet repository was found',
      'give --fleet, set HALYARD_FLEET, or spec.fleet.url in halyard.yaml',
    )
  }
  return context.open(locate(location, context.cwd))
}

/** Main's commits alone: a large fleet's state takes seconds to read. */
async function openFleetLog(location: string, context: Opening): Promise<FleetLog> {
  const clone = await openFleetRepository(location, context)
  const ref = `refs/heads/${mainBranch}`
  await clone.fetch([ref])
  return { head: await clone.resolve(ref), log: clone.log }
}

async function openFleet(location: string, context: Opening): Promise<FleetView> {
  const clone = await openFleetRepository(location, context)
  const [{ createFleet }, { createClusterIndex }, { publishedObservations }] = await Promise.all([
    import('../adapters/fleet/fleet.ts'),
    import('../core/domain/cluster-index.ts'),
    import('../operations/published-observations.ts'),
  ])
  const fleet = createFleet({ clone, clusters: createClusterIndex() })
  const state = await fleet.sync()
  const status = await fleet.readStatus()
  return {
    state,
    log: clone.log,
    readBlobs: fleet.readBlobs,
    observe: (silentAfter) => publishedObservations(status, state, silentAfter, context.now),
  }
}

const mainBranch = 'main'

interface RepositoryPlace {
  /** `folder`: files without being a bare repository. */
  readonly kind: 'folder' | 'repository' | 'remote'
  /** A path, or the URL of a remote. */
  readonly path: string
}

function locate(location: string, cwd: string): RepositoryPlace {
  if (/^[a-z+]+:\/\//i.test(location) && !location.startsWith('file://'))
    return { kind: 'remote', path: location }
  const path = location.startsWith('file://') ? fileURLToPath(location) : resolve(cwd, location)
  if (!existsSync(path)) fail(`${path} does not exist`, 'give a folder, a bare repository or a URL')
  const isBare = existsSync(join(path, 'objects')) && existsSync(join(path, 'HEAD'))
  return { kind: isBare ? 'repository' : 'folder', path }
}

/** What is on this machine is read where it is; what is not is mirrored into the user's cache. */
async function openPlace({ kind, path }: RepositoryPlace, { env }: WorkspaceOptions): Promise<GitClone> {
  const { openClone, openRepository } = await import('../adapters/git/system.ts')
  if (kind !== 'remote') return readOnly(await openRepository(path))
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16)
  return openClone({ path: join(cache, 'halyard', `${name}.git`), url: path })
}

/** A repository that is its own remote, so that nothing is fetched; nothing is written either. */
function readOnly(repository: GitRepository): GitClone {
  return {
    ...repository,
    fetch: async () => undefined,
    push: async () => ({ kind: 'rejected', reason: 'it was opened for reading' }),
  }
}

/** Failures of git and of the file system are the reader's to mend; anything else is a bug. */
export async function explainError(error: unknown): Promise<KnownError | undefined> {
  const { GitError } = await import('../adapters/git/git-error.ts')
  if (error instanceof GitError) {
    const remedy = error.retryable ? 'try again' : 'check the repository, its URL and your access to it'
    return new KnownError(`git ${error.command}: ${error.stderr.trim() || error.message}`, remedy, {
      cause: error,
    })
  }
  if (error instanceof Error && 'syscall' in error) {
    return new KnownError(error.message, 'check the path and your access to it', { cause: error })
  }
  return undefined
}

function fail(message: string, remedy: string): never {
  throw new KnownError(message, remedy)
}
