import type { PublishedStatus } from '../adapters/fleet/port.ts'
import type { GitClone } from '../adapters/git/port.ts'
import type { OpenedRepositories, RepositoryOptions } from '../entrypoints/cli/deps.ts'
import { KnownError } from '../operations/known-error.ts'
import type { FleetLog, FleetRepository, FleetView, Published } from '../operations/workspace.ts'
import type { Instant } from '../core/domain/time.ts'
import type { CatalogAccess } from './catalog-access.ts'
import { type CatalogGlance, glanceAtCatalog } from './catalog-glance.ts'
import {
  fail,
  locate,
  mainRef,
  openForPush,
  openPlace,
  type RepositoryPlace,
  resolveRevision,
} from './places.ts'

/**
 * Repositories alone: health is what a controller published in the fleet repository. Each is opened when first asked
 * for and stays open, so that a later workspace reads only what changed.
 */
export async function openRepositories(options: RepositoryOptions): Promise<OpenedRepositories> {
  const { openWorkspace } = await import('../operations/workspace.ts')
  const opened: GitClone[] = []
  const kept = <Value>(open: (place: RepositoryPlace) => Promise<Value>) =>
    keptBy(open, (place) => place.path)
  const openKept = async (clone: Promise<GitClone>): Promise<GitClone> => {
    opened.push(await clone)
    return clone
  }
  const open = kept(async (place) => openKept(openPlace(place, options)))
  const openCatalog = once(async () => {
    const push = async (place: RepositoryPlace): Promise<GitClone> => openKept(openForPush(place, options))
    return openCatalogAccess(options, open, options.forOrders ? push : open)
  })
  const openFleet = keptBy(
    async (location: string) => fleetAccess(await open(locateFleet(location, options))),
    (location) => location,
  )

  const glance = (): CatalogGlance => glanceAtCatalog(locateCatalog(options), open)
  const fleetLocation = async (): Promise<string> => options.fleet ?? glance().fleetUrl()
  const fleet = async (): Promise<FleetAccess> => openFleet(await fleetLocation())
  return {
    async workspace(now) {
      return openWorkspace({
        now,
        catalog: async () => (await openCatalog()).parts(),
        fleet: async () => (await fleet()).view(now),
        published: async () => openPublished(glance(), await fleet()),
        fleetLog: async () => openFleetLog(await open(locateFleet(await fleetLocation(), options))),
        fleetRepository: async () =>
          openFleetRepository(await open(locateFleet(await fleetLocation(), options))),
        charts: async (charts) => (await import('./charts.ts')).openCharts(charts, options),
        chartDigest: async (chart, repository) =>
          (await import('./charts.ts')).chartDigest(chart, repository, options),
      })
    },
    writer: async () => (await openCatalog()).writer,
    acknowledgedHolds: async () => (await fleet()).acknowledged(),
    async close() {
      await Promise.all(opened.map((repository) => repository.close()))
    },
  }
}

async function openCatalogAccess(
  options: RepositoryOptions,
  open: (place: RepositoryPlace) => Promise<GitClone>,
  openCatalog: (place: RepositoryPlace) => Promise<GitClone>,
): Promise<CatalogAccess> {
  const place = locateCatalog(options)
  const { catalog = '', cwd } = options
  const [{ readDefaultTemplates }, { openFolderCatalog, openGitCatalog }] = await Promise.all([
    import('../adapters/catalog/templates.ts'),
    import('./catalog-access.ts'),
  ])
  const templates = await readDefaultTemplates()
  return place.kind === 'folder'
    ? openFolderCatalog(place.path, templates, open)
    : openGitCatalog(await openCatalog(place), {
        location: catalog,
        templates,
        // What is elsewhere has no configuration of its own here: the caller's folder has.
        configuredIn: place.kind === 'remote' ? cwd : place.path,
      })
}

function locateCatalog({ catalog, cwd }: RepositoryOptions): RepositoryPlace {
  if (catalog === undefined) {
    return fail(
      'no catalog was found',
      'give --catalog <folder, repository or URL>, set HALYARD_CATALOG, or run below a folder with halyard.yaml',
    )
  }
  return locate(catalog, cwd)
}

function locateFleet(location: string, { cwd }: RepositoryOptions): RepositoryPlace {
  if (location === '') {
    return fail(
      'no fleet repository was found',
      'give --fleet, set HALYARD_FLEET, or spec.fleet.url in halyard.yaml',
    )
  }
  return locate(location, cwd)
}

/** What a controller published, where it answers for the catalog that the caller means. */
async function openPublished(catalog: CatalogGlance, fleet: FleetAccess): Promise<Published | undefined> {
  const status = await fleet.published()
  if (status?.catalogCommit === undefined) return undefined
  const { catalogCommit } = status
  if (!(await catalog.isMerged(catalogCommit))) return undefined
  return { status, lastChange: async (path) => catalog.lastChange(catalogCommit, path) }
}

/** Main's commits alone: a large fleet's state takes seconds to read. */
async function openFleetLog(clone: GitClone): Promise<FleetLog> {
  await clone.fetch([mainRef])
  return { head: await clone.resolve(mainRef), log: clone.log }
}

async function openFleetRepository(clone: GitClone): Promise<FleetRepository> {
  const { rolloutProblem } = await import('../adapters/fleet/parse-rollout.ts')
  const { walk, tree, readBlobs } = clone
  return {
    ...(await openFleetLog(clone)),
    walk,
    tree,
    readBlobs,
    resolve: async (revision) => resolveRevision(clone, revision, 'fleet'),
    rolloutProblem,
  }
}

interface FleetAccess {
  /** The fleet and what was published of it, as they are now. */
  view(now: Instant): Promise<FleetView>
  /** What was published alone: the fleet itself is not looked at. */
  published(): Promise<PublishedStatus | undefined>
  /** Names of the Holds that the controller obeys; undefined: none has published anything. */
  acknowledged(): Promise<readonly string[] | undefined>
}

function fleetAccess(clone: GitClone): FleetAccess {
  const opened = once(async () => {
    const [{ createFleet }, { createClusterIndex }] = await Promise.all([
      import('../adapters/fleet/fleet.ts'),
      import('../core/domain/cluster-index.ts'),
    ])
    return createFleet({ clone, clusters: createClusterIndex() })
  })
  const published = async () => (await import('../adapters/fleet/status.ts')).readStatus(clone)
  return {
    async view(now) {
      const [fleet, { publishedObservations }] = await Promise.all([
        opened(),
        import('../operations/published-observations.ts'),
      ])
      const state = await fleet.sync()
      const status = await published()
      const recorded = await status?.recorded()
      const observed = status && recorded ? { ...status, recorded } : undefined
      return {
        state,
        log: clone.log,
        readBlobs: fleet.readBlobs,
        observe: (silentAfter) => publishedObservations(observed, state, silentAfter, now),
      }
    },
    published,
    acknowledged: async () => (await published())?.acknowledged,
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

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => (made ??= make())
}

/** Makes one value for each key. */
function keptBy<Input, Value>(
  make: (input: Input) => Promise<Value>,
  keyOf: (input: Input) => string,
): (input: Input) => Promise<Value> {
  const made = new Map<string, Promise<Value>>()
  return (input) => {
    const known = made.get(keyOf(input)) ?? make(input)
    made.set(keyOf(input), known)
    return known
  }
}
