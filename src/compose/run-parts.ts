import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { createCatalogSource } from '../adapters/catalog/git-source.ts'
import type { CatalogSource } from '../adapters/catalog/port.ts'
import { readDefaultTemplates } from '../adapters/catalog/templates.ts'
import { createFleet } from '../adapters/fleet/fleet.ts'
import { createGitLease } from '../adapters/fleet/lease.ts'
import { createCredentials } from '../adapters/flux/kubernetes/credentials.ts'
import {
  type ClusterProblem,
  createKubernetesObserver,
  type KubernetesObserver,
} from '../adapters/flux/kubernetes/observer.ts'
import { createLocalForge, type LocalForge } from '../adapters/forge/local/local-forge.ts'
import type { Forge } from '../adapters/forge/port.ts'
import type { GitClone, GitRepository } from '../adapters/git/port.ts'
import { openClone, openRepository, removeStaleLocks } from '../adapters/git/system.ts'
import { createLogNotifier } from '../adapters/notify/log-notifier.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import { openStore } from '../adapters/store/store.ts'
import { type Clock, sleepMilliseconds } from '../controller/clock.ts'
import { type Controller, createController } from '../controller/controller.ts'
import { createClusterIndex } from '../core/domain/cluster-index.ts'
import type { Cluster } from '../core/domain/cluster.ts'
import type { Settings } from '../core/domain/settings.ts'
import type { Instant } from '../core/domain/time.ts'
import type { RunArguments } from '../entrypoints/halyard/main.ts'
import { summarizeService } from '../operations/status.ts'
import type { HostedSettings } from './forges.ts'
import { fail, locate, mainBranch, type RepositoryPlace } from './places.ts'
import { explainError } from './repositories.ts'

/** Everything of a controller at work. */
export interface Run extends Delivery {
  readonly title: string
  readonly controller: Controller
  readonly observer: KubernetesObserver
  readonly clock: Clock
  readonly store: Store
  readonly holder: string
  readonly catalog: CatalogSource
  readonly catalogRepository: GitRepository
  /** What it works on, in words. */
  describe(): string
  /** Gives up the lease and ends all watches. */
  close(): Promise<void>
}

export interface RunOptions extends RunArguments {
  readonly onEvent: (event: Event) => void
  readonly now: () => Instant
}

/** Long against any step, short against a person's patience. */
const leaseSeconds = 300

/** Opens what `halyard run` works with. Throws what a person has to mend, with its remedy. */
export async function openRun(options: RunOptions): Promise<Run> {
  const state = resolve(options.state)
  const kubeconfigs = placesOfKubeconfigs(options.kubeconfigs)
  await mkdir(state, { recursive: true })
  // The store is locked by one process alone: whoever has it may clear what a killed run left.
  const store = openStore(join(state, 'store.sqlite'))
  const opened: Closable[] = []
  const closeAll = async (): Promise<void> => {
    await Promise.all(opened.map(async (each) => each.close()))
    store.close()
  }
  try {
    const catalogClone = await openCache(state, 'catalog.git', catalogPlace(options.catalog), opened)
    const defaultTemplates = await readDefaultTemplates()
    const catalog = createCatalogSource({ repository: catalogClone, branch: mainBranch, defaultTemplates })
    const first = await readFirst(catalog)
    const forgeSettings = first?.fleet.forge
    const hosted = forgeSettings?.type === 'local' ? undefined : forgeSettings
    const fleetPlace = locateFleet(options.fleet ?? first?.fleet.url, hosted)
    const fleetClone = await openCache(state, 'fleet.git', fleetPlace, opened)
    const delivery = hosted
      ? await openHosted(hosted, fleetClone, options.now)
      : await openLocal(fleetPlace, options.now, opened)
    const parts = { store, catalog, catalogClone, fleetClone, delivery, kubeconfigs, state, closeAll }
    return assemble(parts, first?.clusters ?? [], options)
  } catch (error) {
    await closeAll()
    throw (await explainError(error)) ?? error
  }
}

interface Parts {
  readonly store: Store
  readonly catalog: CatalogSource
  readonly catalogClone: GitClone
  readonly fleetClone: GitClone
  readonly delivery: Delivery
  /** Closes the store and every repository. */
  readonly closeAll: () => Promise<void>
  readonly kubeconfigs: { readonly folder?: string; readonly file?: string }
  readonly state: string
}

/** Where pull requests are made, and the fleet repository as questions read it. */
interface Delivery {
  readonly forge: Forge
  readonly fleetRepository: GitRepository
  /** The forge's own pages of pull requests, when it is the local one. */
  readonly pulls?: LocalForge
  readonly pullRequestUrl?: (number: number) => string
}

interface Closable {
  close(): Promise<void>
}

async function openLocal(place: RepositoryPlace, now: () => Instant, opened: Closable[]): Promise<Delivery> {
  const fleetRepository = await openRepository(place.path)
  opened.push(fleetRepository)
  const forge = createLocalForge({ repository: fleetRepository, clock: now })
  return { forge, fleetRepository, pulls: forge }
}

/** A hosted forge keeps the repository elsewhere: it is read in the clone. */
async function openHosted(
  settings: HostedSettings,
  fleetRepository: GitRepository,
  clock: () => Instant,
): Promise<Delivery> {
  const { openForge, pullRequestUrl } = await import('./forges.ts')
  const forge = await openForge(settings, { env: process.env, clock })
  return { forge, fleetRepository, pullRequestUrl: pullRequestUrl(settings) }
}

function assemble(parts: Parts, first: readonly Cluster[], { now, onEvent }: RunOptions): Run {
  const { store, catalog, catalogClone, fleetClone, delivery, closeAll } = parts
  const clock: Clock = { now, sleep: async (seconds, signal) => sleepMilliseconds(seconds * 1000, signal) }
  const holder = holderName(parts.state)
  const clusters = (): readonly Cluster[] => controller.view()?.catalog.targets.catalog.clusters ?? first
  const observer = createKubernetesObserver({
    clusters,
    credentials: createCredentials(parts.kubeconfigs),
    now,
    random: Math.random,
    sleep: sleepMilliseconds,
    onProblem: (cluster, problem) => {
      for (const event of store.append([problemEvent(cluster, problem, now())])) onEvent(event)
    },
  })
  const lease = createGitLease({ clone: fleetClone, holder, ttlSeconds: leaseSeconds, now })
  const controller: Controller = createController({
    catalog,
    fleet: createFleet({ clone: fleetClone, clusters: createClusterIndex(store.clusters()) }),
    forge: delivery.forge,
    flux: observer,
    store,
    // Whoever is paged is named by the event that pages.
    notifier: createLogNotifier(() => undefined),
    clock,
    lease,
    holder,
    onEvent,
    summarize: summarizeService,
  })
  return {
    ...{ controller, observer, clock, store, holder, catalog },
    ...delivery,
    title: 'Halyard',
    catalogRepository: catalogClone,
    describe: () => `${clusters().length} clusters, as ${holder}, with its state in ${parts.state}`,
    async close() {
      observer.close()
      // Without the forge's repository another controller only waits for the lease's end.
      await lease.release().catch(() => undefined)
      await closeAll()
    },
  }
}

/** The same after a restart, so that it goes on at once; another one for each folder of state. */
function holderName(state: string): string {
  return `${hostname()}-${createHash('sha256').update(state).digest('hex').slice(0, 8)}`
}

function placesOfKubeconfigs(path: string): Parts['kubeconfigs'] {
  const place = resolve(path)
  if (!existsSync(place)) {
    fail(
      `${place} does not exist`,
      'give a folder of <cluster>.kubeconfig files, or a kubeconfig with a context for each cluster',
    )
  }
  return statSync(place).isDirectory() ? { folder: place } : { file: place }
}

function catalogPlace(location: string): RepositoryPlace {
  const place = locate(location, process.cwd())
  if (place.kind === 'folder' && !existsSync(join(place.path, '.git')))
    fail(`${place.path} is no git repository`, 'a controller acts on commits: give a repository or a URL')
  return place
}

/** The local forge lives in a bare repository of this machine; another one is named in the settings. */
function locateFleet(location: string | undefined, hosted: HostedSettings | undefined): RepositoryPlace {
  if (location === undefined || location === '')
    return fail('no fleet repository was found', 'give --fleet, or spec.fleet.url in halyard.yaml')
  const place = locate(location, process.cwd())
  if (hosted !== undefined) return place
  if (place.kind === 'remote') {
    return fail(
      `no forge is known for ${place.path}`,
      'name it in spec.fleet.forge of halyard.yaml (docs/forges.md), or give --fleet with a bare repository on this machine',
    )
  }
  if (place.kind === 'folder')
    return fail(
      `${place.path} is no bare repository`,
      'give a bare repository: main is moved by Halyard alone',
    )
  return place
}

async function openCache(
  state: string,
  name: string,
  place: RepositoryPlace,
  opened: Closable[],
): Promise<GitClone> {
  const path = join(state, name)
  if (existsSync(path)) await removeStaleLocks(path, 0)
  const clone = await openClone({ path, url: place.path })
  opened.push(clone)
  return clone
}

/** The catalog as it is at the start, so that the first step finds its clusters heard already. */
async function readFirst(
  catalog: CatalogSource,
): Promise<{ readonly fleet: Settings['fleet']; readonly clusters: readonly Cluster[] } | undefined> {
  const head = await catalog.head()
  if (head === undefined) return undefined
  const read = (await catalog.read(head)).catalog
  return { fleet: read.settings.fleet, clusters: read.clusters }
}

function problemEvent(cluster: string, problem: ClusterProblem | undefined, at: Instant): Event {
  const about = { at, service: undefined, group: undefined, cluster, pullRequest: undefined }
  if (problem === undefined)
    return {
      ...about,
      kind: 'clusterReached',
      text: 'is heard again',
      key: `clusterReached/${cluster}/${at}`,
    }
  const text = {
    missing: `has no usable credential: ${problem.text}`,
    refused: `refuses the credential: ${problem.text}`,
    unreachable: `does not answer: ${problem.text}`,
  }[problem.kind]
  return { ...about, kind: 'clusterUnreachable', text, key: `clusterUnreachable/${cluster}/${at}` }
}
