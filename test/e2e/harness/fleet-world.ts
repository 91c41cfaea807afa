import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { packChart } from '../../../examples/pack-chart.ts'
import { createCatalogSource } from '../../../src/adapters/catalog/git-source.ts'
import { readDefaultTemplates } from '../../../src/adapters/catalog/templates.ts'
import { createFleet } from '../../../src/adapters/fleet/fleet.ts'
import { createGitLease } from '../../../src/adapters/fleet/lease.ts'
import type { FluxObserver } from '../../../src/adapters/flux/port.ts'
import { createLocalForge, type LocalForge } from '../../../src/adapters/forge/local/local-forge.ts'
import type { GitRepository } from '../../../src/adapters/git/port.ts'
import { initRepository, openClone } from '../../../src/adapters/git/system.ts'
import { createLogNotifier } from '../../../src/adapters/notify/log-notifier.ts'
import { type Event } from '../../../src/adapters/store/port.ts'
import { openStore } from '../../../src/adapters/store/store.ts'
import { sleepMilliseconds } from '../../../src/controller/clock.ts'
import { type Controller, createController } from '../../../src/controller/controller.ts'
import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import { smallCompany } from '../../simulate/example-files.ts'
import { type ChartServer, startChartServer } from './chart-server.ts'
import { type ClusterClient, type KubernetesObject, parseObjects } from './client.ts'
import { type GitServer, startGitServer } from './git-server.ts'

const mainRef = 'refs/heads/main'
const person = { name: 'Ana Ito', email: 'ana@example.com' }
const credentialsSecret = 'fleet-credentials'

/** The example company's catalog and fleet in real repositories that clusters reach, with the real controller at work. */
export interface FleetWorld {
  readonly catalog: GitRepository
  readonly fleet: GitRepository
  readonly forge: LocalForge
  readonly controller: Controller
  readonly gitServer: GitServer
  readonly charts: ChartServer
  /** What the controller told, oldest first. */
  readonly events: readonly Event[]
  /** People merge files into the catalog; undefined removes one. */
  mergeIntoCatalog(files: ReadonlyMap<string, string | undefined>, message: string): Promise<void>
  /** Someone writes to the fleet's main without Halyard; undefined removes a file. Returns the commit. */
  commitToFleet(files: ReadonlyMap<string, string | undefined>, message: string): Promise<string>
  /** Texts of the fleet's main below a folder, by path. */
  fleetFiles(folder: string): Promise<ReadonlyMap<string, string>>
  /** Steps until nothing is left to do at this moment. */
  stepUntilIdle(): Promise<void>
  /** Gives a cluster what an operator gives it by hand: the Secret with the Git credentials and `flux-system/`. */
  bootstrap(cluster: ClusterClient & { readonly name: string }): Promise<void>
  close(): Promise<void>
}

export interface FleetWorldOptions {
  readonly folder: string
  /** Clusters of the example company that exist here; its others are left out. */
  readonly clusters: readonly string[]
  readonly flux: FluxObserver
  /** Further files of the catalog, or other ones in their place. */
  readonly catalog?: ReadonlyMap<string, string>
}

export async function createFleetWorld(options: FleetWorldOptions): Promise<FleetWorld> {
  const { folder } = options
  const repositories = join(folder, 'repositories')
  const [catalog, fleet] = await Promise.all(
    (['catalog.git', 'fleet.git'] as const).map(async (name) =>
      initRepository(join(repositories, name), { branch: 'main' }),
    ),
  )
  if (!catalog || !fleet) throw new Error('the repositories were not made')
  const gitServer = await startGitServer(repositories)
  const charts = await startChartServer(await packExampleCharts())
  await commit(catalog, await catalogFiles(options, gitServer, charts), 'Begin the catalog')
  await commit(fleet, new Map([['README.md', 'Written by Halyard.\n']]), 'Begin the fleet repository')
  const events: Event[] = []
  const { controller, forge, close } = await startController(options, fleet, (event) => events.push(event))
  return {
    catalog,
    fleet,
    forge,
    controller,
    gitServer,
    charts,
    events,
    mergeIntoCatalog: async (files, message) => void (await commit(catalog, files, message)),
    commitToFleet: async (files, message) => commit(fleet, files, message),
    fleetFiles: async (below) => readTree(fleet, below),
    async stepUntilIdle() {
      for (let steps = 0; steps < 20; steps++) {
        const result = await controller.step()
        if (result.kind !== 'stepped' || !result.acted) return
      }
      throw new Error('the controller finds something to do at every step')
    },
    bootstrap: async (cluster) => bootstrap(cluster, fleet, gitServer),
    async close() {
      await close()
      await Promise.all([gitServer.close(), charts.close(), catalog.close(), fleet.close()])
    },
  }
}

/** Everything of the small example catalog but clusters that do not exist here, with repositories that do. */
async function catalogFiles(
  { clusters, catalog }: FleetWorldOptions,
  gitServer: GitServer,
  charts: ChartServer,
): Promise<ReadonlyMap<string, string>> {
  const files = await smallCompany()
  for (const path of files.keys()) {
    const name = /^clusters\/(.+)\.yaml$/.exec(path)?.[1]
    if (name !== undefined && !clusters.includes(name)) files.delete(path)
  }
  const edit = (path: string, from: string, to: string): void => {
    const text = files.get(path) ?? ''
    if (!text.includes(from)) throw new Error(`${path} of the examples lacks ${from}`)
    files.set(path, text.replace(from, to))
  }
  edit(
    'halyard.yaml',
    'url: https://git.example.com/platform/fleet.git',
    `url: ${gitServer.urlOf('fleet.git')}\n    secretRef: ${credentialsSecret}`,
  )
  edit('chart-repositories/main.yaml', 'https://charts.example.com', charts.url)
  for (const [path, text] of catalog ?? []) files.set(path, text)
  return files
}

async function packExampleCharts() {
  const folder = join(import.meta.dirname, '../../../examples/charts')
  const names = (await readdir(folder)).toSorted()
  return Promise.all(names.map(async (name) => packChart(join(folder, name))))
}

async function startController(
  { folder, flux }: FleetWorldOptions,
  fleetRepository: GitRepository,
  onEvent: (event: Event) => void,
) {
  const openPart = async (name: string) =>
    openClone({ path: join(folder, 'clones', name), url: join(folder, 'repositories', name) })
  const [catalogClone, fleetClone] = await Promise.all([openPart('catalog.git'), openPart('fleet.git')])
  const store = openStore(join(folder, 'store.sqlite'))
  const now = (): number => Math.floor(Date.now() / 1000)
  const forge = createLocalForge({ repository: fleetRepository, clock: now })
  const defaultTemplates = await readDefaultTemplates()
  const controller = createController({
    catalog: createCatalogSource({ repository: catalogClone, branch: 'main', defaultTemplates }),
    fleet: createFleet({ clone: fleetClone, clusters: createClusterIndex(store.clusters()) }),
    forge,
    flux,
    store,
    notifier: createLogNotifier(() => {}),
    clock: { now, sleep: async (seconds, signal) => sleepMilliseconds(seconds * 1000, signal) },
    lease: createGitLease({ clone: fleetClone, holder: 'e2e', ttlSeconds: 300, now }),
    holder: 'e2e',
    onEvent,
  })
  return {
    controller,
    forge,
    async close() {
      store.close()
      await Promise.all([catalogClone.close(), fleetClone.close()])
    },
  }
}

async function bootstrap(
  cluster: ClusterClient & { readonly name: string },
  fleet: GitRepository,
  { credentials }: GitServer,
): Promise<void> {
  const files = await readTree(fleet, `clusters/${cluster.name}/flux-system`)
  const secret: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: credentialsSecret, namespace: 'flux-system' },
    stringData: { ...credentials },
  }
  await cluster.apply([secret, ...[...files.values()].flatMap(parseObjects)])
}

async function readTree(repository: GitRepository, folder: string): Promise<ReadonlyMap<string, string>> {
  const head = await repository.resolve(mainRef)
  if (head === undefined) return new Map()
  const entries = await repository.tree(head, folder)
  const texts = await repository.readBlobs(entries.map(({ oid }) => oid))
  return new Map(entries.map(({ path }, index) => [path, texts[index] ?? '']))
}

async function commit(
  repository: GitRepository,
  files: ReadonlyMap<string, string | undefined>,
  message: string,
): Promise<string> {
  const parent = await repository.resolve(mainRef)
  const changes = [...files].map(([path, text]) =>
    text === undefined ? ({ path, remove: true } as const) : { path, text },
  )
  const time = Math.floor(Date.now() / 1000)
  const [to] = await repository.writeCommits([{ parent, changes, message, author: person, time }])
  if (to === undefined) throw new Error('nothing was committed')
  if ((await repository.updateRefs([{ ref: mainRef, expected: parent, to }])) === 'stale')
    throw new Error('someone else wrote to main at the same time')
  return to
}
