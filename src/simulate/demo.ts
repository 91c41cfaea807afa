import { join } from 'node:path'
import { readDefaultTemplates } from '../adapters/catalog/templates.ts'
import type { GitRepository } from '../adapters/git/port.ts'
import { openClone } from '../adapters/git/system.ts'
import type { Notifier } from '../adapters/notify/port.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import type { Clock } from '../controller/clock.ts'
import type { Controller, StepResult } from '../controller/controller.ts'
import { runLoop } from '../controller/loop.ts'
import { timedController } from '../controller/timed-controller.ts'
import { PlacementState } from '../core/domain/placement.ts'
import type { Instant } from '../core/domain/time.ts'
import { type AcceleratedClock, createAcceleratedClock } from './accelerated-clock.ts'
import { assembleWorld, type World } from './assemble.ts'
import { type DemoFolder, openDemoFolder } from './demo-folder.ts'
import { createStory, readStory, type Story, type StoryStage, type StoryStep } from './story.ts'

export interface DemoOptions {
  /** Where the repositories and the state are kept. */
  readonly folder: string
  /** Folder with the company's `catalog/` and `story/`. */
  readonly company: string
  /** What a fleet repository begins with. */
  readonly fleetLayout: string
  /** How many times as fast as the real clock. */
  readonly speed: number
  /** Begins anew even when an earlier run was interrupted. */
  readonly fresh: boolean
  readonly notifier: Notifier
  readonly onEvent: (event: Event) => void
  /** Told of every step: `acted`, `idle`, `standby`, `empty` or `failed`, and how many real seconds it took. */
  readonly onStep: (outcome: string, seconds: number) => void
  readonly onError: (error: unknown) => void
  /** Told once the first rollout of everything is over and the story begins. */
  readonly onStory: (clusters: number) => void
  /** Told what a person of the story did. */
  readonly onStoryStep: (step: StoryStep, at: Instant) => void
  readonly pullRequestUrl: (number: number) => string
}

export interface Demo extends World {
  readonly clock: Clock
  readonly store: Store
  readonly catalogRepository: GitRepository
  readonly fleetRepository: GitRepository
  /** An earlier run was interrupted and goes on. */
  readonly resumed: boolean
  /** Whether the first rollout of everything is behind it. */
  hasBegun(): Promise<boolean>
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

/** The example company on real Git repositories with simulated clusters. A killed run goes on where it was. */
export async function openDemo(options: DemoOptions): Promise<Demo> {
  const folder = await openDemoFolder(options.folder, options.fresh)
  const start = folder.resumedAt ?? Math.floor(Date.now() / 1000)
  const clock = createAcceleratedClock({ start, speed: options.speed, skips: true })
  const catalogRepository = await folder.repository(
    'catalog.git',
    join(options.company, 'catalog'),
    'Begin the catalog of the example company',
    { name: 'Platform Team', email: 'platform@example.com' },
    start,
  )
  const fleetRepository = await folder.repository(
    'fleet.git',
    options.fleetLayout,
    'Begin the fleet repository',
    { name: 'Halyard', email: 'halyard@localhost' },
    start,
  )
  folder.saveClock(start, false)
  const catalogClone = await openClone({
    path: folder.path('cache/catalog.git'),
    url: folder.path('catalog.git'),
  })
  const fleetClone = await openClone({ path: folder.path('cache/fleet.git'), url: folder.path('fleet.git') })
  const world = assembleWorld({
    ...options,
    catalogClone,
    fleetClone,
    fleetRepository,
    store: folder.store,
    clock,
    defaultTemplates: await readDefaultTemplates(),
    clusterState: { load: folder.loadClusters, save: folder.saveClusters },
    holder: 'demo',
  })
  const story = createStory(
    await readStory(join(options.company, 'story')),
    catalogRepository,
    clock,
    stageOf(world),
  )
  const parts = { ...world, clock, store: folder.store, catalogRepository, fleetRepository }
  return {
    ...parts,
    resumed: folder.resumedAt !== undefined,
    ...createRun(parts, folder, story, options),
    async close() {
      folder.store.close()
      const opened = [catalogClone, fleetClone, catalogRepository, fleetRepository]
      await Promise.all(opened.map(async (repository) => repository.close()))
    },
  }
}

/** Lets people's changes and the controller take turns until the story is over. */
function createRun(
  { controller, forge, clock }: Pick<Demo, 'controller' | 'forge'> & { readonly clock: AcceleratedClock },
  folder: DemoFolder,
  story: Story,
  options: DemoOptions,
): Pick<Demo, 'run' | 'isOver' | 'hasBegun'> {
  let over = false
  let begun = false
  return {
    isOver: () => over,
    hasBegun: story.begun,
    async run(signal, onSettled) {
      const goesOn = async (settled: boolean): Promise<boolean> => {
        const step = await story.advance(settled)
        if (!step) return false
        options.onStoryStep(step, clock.now())
        return true
      }
      const begin = async (settled: boolean): Promise<void> => {
        if (!settled && !(await story.begun())) return
        begun = true
        clock.slowDown()
        if (settled) options.onStory(controller.view()?.catalog.targets.catalog.clusters.length ?? 0)
      }
      const onStep = async (result: StepResult): Promise<boolean> => {
        folder.saveClock(clock.now(), over)
        const settled = result.kind === 'stepped' && result.settled && isQuiet(controller)
        if (!begun) await begin(settled)
        if (over || !begun || (await goesOn(settled)) || !settled || !(await story.finished())) return false
        over = true
        folder.saveClock(clock.now(), over)
        return onSettled(await summarize(controller, forge))
      }
      await runLoop(timedController(controller, options.onStep), {
        clock,
        pollEvery,
        signal,
        onStep,
        onError: options.onError,
      })
    },
  }
}

/** What the story does to clusters, and what it waits for. */
function stageOf({ clusters, controller }: World): StoryStage {
  return {
    silence: clusters.silence,
    asked: () =>
      controller.view()?.emptyings.find(({ waitsFor }) => waitsFor.some(({ gate }) => gate === 'approval'))
        ?.digest,
  }
}

/** Every placement that main desires is healthy or failed: what goes back has come back, and who was silent, too. */
function isQuiet(controller: Controller): boolean {
  const view = controller.view()
  if (!view) return false
  const { merged, observed, progressing, unknown } = PlacementState
  const moving = new Set<number>([merged, observed, progressing, unknown])
  return [...view.plans.keys()].every(
    (service) => !view.observations.observed(service).state.some((state) => moving.has(state)),
  )
}

async function summarize(controller: Controller, forge: World['forge']): Promise<DemoSummary> {
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
