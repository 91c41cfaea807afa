import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readDefaultTemplates } from '../adapters/catalog/templates.ts'
import type { GitRepository } from '../adapters/git/port.ts'
import { initRepository, openClone, removeStaleLocks } from '../adapters/git/system.ts'
import type { Notifier } from '../adapters/notify/port.ts'
import type { Event } from '../adapters/store/port.ts'
import { openStore } from '../adapters/store/store.ts'
import type { Clock } from '../controller/clock.ts'
import type { StepResult } from '../controller/controller.ts'
import { runLoop } from '../controller/loop.ts'
import { PlacementState } from '../core/domain/placement.ts'
import type { Instant } from '../core/domain/time.ts'
import { createAcceleratedClock } from './accelerated-clock.ts'
import { assembleWorld, type World } from './assemble.ts'
import { createStory, readFiles, readStory } from './story.ts'

export interface DemoOptions {
  /** Where the repositories and the state are kept. */
  readonly folder: string
  /** The project's `examples/` folder and `fleet-repo-layout/`. */
  readonly examples: string
  readonly fleetLayout: string
  /** How many times as fast as the real clock. */
  readonly speed: number
  /** Begins anew even when an earlier run was interrupted. */
  readonly fresh: boolean
  readonly notifier: Notifier
  readonly onEvent: (event: Event) => void
  readonly onError: (error: unknown) => void
  readonly pullRequestUrl: (number: number) => string
}

export interface Demo extends World {
  readonly clock: Clock
  readonly store: ReturnType<typeof openStore>
  readonly catalogRepository: GitRepository
  readonly fleetRepository: GitRepository
  /** An earlier run was interrupted and goes on. */
  readonly resumed: boolean
  /** Whether the story is over and everything settled. */
  isOver(): boolean
  /** Runs until the signal is aborted, or returns true once the story is over and nothing moves any more. */
  run(signal: AbortSignal, onSettled: (summary: DemoSummary) => boolean): Promise<void>
  close(): Promise<void>
}

export interface DemoSummary {
  readonly pullRequestsMerged: number
  readonly releasesRejected: number
  readonly clustersHealthy: number
  readonly clusters: number
}

/** Virtual seconds between two looks at repositories and clusters. */
const pollEvery = 10
const halyard = { name: 'Halyard', email: 'halyard@localhost' }
const repositories = ['catalog.git', 'fleet.git', 'cache/catalog.git', 'cache/fleet.git']
const platform = { name: 'Platform Team', email: 'platform@example.com' }

/** The example company on real Git repositories with simulated clusters. A killed run goes on where it was. */
export async function openDemo(options: DemoOptions): Promise<Demo> {
  const path = (name: string): string => join(options.folder, name)
  const state = readState(path('demo.json'))
  const resumed = state?.finished === false && !options.fresh
  if (!resumed) await rm(options.folder, { recursive: true, force: true })
  await mkdir(options.folder, { recursive: true })
  const start = resumed ? state.now : Math.floor(Date.now() / 1000)
  const clock = createAcceleratedClock({ start, speed: options.speed })

  const store = openStore(path('store.sqlite'))
  // The store is locked by this process alone, so a lock on a ref was left by a run that was killed.
  if (resumed) await Promise.all(repositories.map(async (name) => removeStaleLocks(path(name), 0)))
  const catalogRepository = await initRepository(path('catalog.git'), { branch: 'main' })
  const fleetRepository = await initRepository(path('fleet.git'), { branch: 'main' })
  await seed(
    catalogRepository,
    join(options.examples, 'catalog'),
    'Begin the catalog of the example company',
    platform,
    clock,
  )
  await seed(fleetRepository, options.fleetLayout, 'Begin the fleet repository', halyard, clock)
  const save = (finished: boolean): void =>
    writeAtomically(path('demo.json'), JSON.stringify({ now: clock.now(), finished }))
  save(false)

  const catalogClone = await openClone({ path: path('cache/catalog.git'), url: path('catalog.git') })
  const fleetClone = await openClone({ path: path('cache/fleet.git'), url: path('fleet.git') })
  const world = assembleWorld({
    catalogClone,
    fleetClone,
    fleetRepository,
    store,
    clock,
    defaultTemplates: await readDefaultTemplates(),
    clusterState: {
      load: () =>
        existsSync(path('clusters.json')) ? readFileSync(path('clusters.json'), 'utf8') : undefined,
      save: (text) => writeAtomically(path('clusters.json'), text),
    },
    holder: 'demo',
    notifier: options.notifier,
    onEvent: options.onEvent,
    pullRequestUrl: options.pullRequestUrl,
  })
  const story = createStory(await readStory(join(options.examples, 'story')), catalogRepository, clock)

  let over = false
  return {
    ...world,
    clock,
    store,
    catalogRepository,
    fleetRepository,
    resumed,
    async run(signal, onSettled) {
      const onStep = async (result: StepResult): Promise<boolean> => {
        save(over)
        const settled = result.kind === 'stepped' && result.settled && isQuiet(world)
        if (over || (await story.advance(settled)) || !settled || !(await story.finished())) return false
        over = true
        save(over)
        return onSettled(await summarize(world))
      }
      await runLoop(world.controller, { clock, pollEvery, signal, onStep, onError: options.onError })
    },
    isOver: () => over,
    async close() {
      store.close()
      await Promise.all(
        [catalogClone, fleetClone, catalogRepository, fleetRepository].map((repository) =>
          repository.close(),
        ),
      )
    },
  }
}

/** Every placement that main desires is healthy or failed: what goes back has come back. */
function isQuiet({ controller }: World): boolean {
  const view = controller.view()
  if (!view) return false
  const moving = new Set<number>([PlacementState.merged, PlacementState.observed, PlacementState.progressing])
  return [...view.plans.keys()].every(
    (service) => !view.observations.observed(service).state.some((state) => moving.has(state)),
  )
}

async function summarize({ controller, forge }: World): Promise<DemoSummary> {
  const view = controller.view()
  const pulls = await forge.all({ limit: 10_000 })
  const names = view?.catalog.targets.catalog.clusters.map(({ name }) => name) ?? []
  const services = [...(view?.plans.keys() ?? [])]
  const isHealthy = (name: string): boolean => {
    const ordinal = view?.catalog.targets.index.ordinalOf(name) ?? -1
    return services.every((service) => {
      const state = view?.observations.observed(service).state[ordinal]
      return state === PlacementState.healthy || state === PlacementState.absent
    })
  }
  const plans = [...(view?.plans.values() ?? [])]
  return {
    pullRequestsMerged: pulls.filter(({ state }) => state === 'merged').length,
    releasesRejected: plans.flatMap(({ groups }) => groups).filter(({ state }) => state === 'rejected')
      .length,
    clustersHealthy: names.filter(isHealthy).length,
    clusters: names.length,
  }
}

async function seed(
  repository: GitRepository,
  folder: string,
  message: string,
  author: typeof halyard,
  clock: Clock,
): Promise<void> {
  const ref = 'refs/heads/main'
  if ((await repository.resolve(ref)) !== undefined) return
  const changes = [...(await readFiles(folder))].map(([path, text]) => ({ path, text }))
  const [to] = await repository.writeCommits([
    { parent: undefined, changes, message, author, time: clock.now() },
  ])
  await repository.updateRefs([{ ref, expected: undefined, to }])
}

function readState(file: string): { readonly now: Instant; readonly finished: boolean } | undefined {
  if (!existsSync(file)) return undefined
  const state: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const isState = typeof state === 'object' && state !== null && 'now' in state && 'finished' in state
  return isState && typeof state.now === 'number' && typeof state.finished === 'boolean'
    ? { now: state.now, finished: state.finished }
    : undefined
}

/** A reader sees the old text or the new one, whenever the process is killed. */
function writeAtomically(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}
