import type { ManifestFile } from '../adapters/flux/simulated/fleet.ts'
import { createMemoryClone, createMemoryRepository, type MemoryRepository } from '../adapters/git/memory.ts'
import type { CommitDraft, GitRepository, TreeChange } from '../adapters/git/port.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import { openStore } from '../adapters/store/store.ts'
import type { StepResult } from '../controller/controller.ts'
import type { Instant } from '../core/domain/time.ts'
import type { ObjectTemplates } from '../core/domain/templates.ts'
import { assembleWorld, type World, type WorldGround } from './assemble.ts'
import { createVirtualClock } from './clock.ts'

const person = { name: 'Ana Ito', email: 'ana@example.com' }
const mainRef = 'refs/heads/main'

export interface MemoryWorldOptions extends WorldManners {
  readonly start: Instant
  /** The catalog's first commit, by path. */
  readonly catalog: ReadonlyMap<string, string>
}

/** What is no part of a world's state. */
export interface WorldManners {
  readonly templates: ObjectTemplates
  /** Wraps what a controller works on, to let faults happen there. */
  readonly disturb?: (ground: WorldGround) => WorldGround
  /** See `WorldGround`. */
  readonly manifests?: Map<string, ManifestFile>
}

/** All that outlives a controller process: repositories with the pull requests in them, the clusters, the time. */
export interface WorldSnapshot {
  readonly catalog: RepositorySnapshot
  readonly fleet: RepositorySnapshot
  readonly clusterState: string | undefined
  readonly now: Instant
}

/** Objects never change, so that a repository at one moment is its refs at that moment. */
interface RepositorySnapshot {
  readonly source: MemoryRepository
  readonly heads: ReadonlyMap<string, string>
}

/** A world entirely in memory: Git, forge, clusters and time; only the controller is the real one. */
export async function createMemoryWorld(options: MemoryWorldOptions): Promise<MemoryWorld> {
  const catalog = createMemoryRepository()
  const fleet = createMemoryRepository()
  await commit(catalog, textChanges(options.catalog), 'Begin the catalog', options.start)
  await commit(
    fleet,
    [{ path: 'README.md', text: 'Written by Halyard.\n' }],
    'Begin the fleet',
    options.start,
  )
  return assembleMemoryWorld({ catalog, fleet, clusterState: undefined, now: options.start }, options)
}

/** A world of its own that goes on from a moment of another one. */
export function resumeMemoryWorld(snapshot: WorldSnapshot, options: WorldManners): MemoryWorld {
  const { clusterState, now } = snapshot
  return assembleMemoryWorld(
    { catalog: copyRepository(snapshot.catalog), fleet: copyRepository(snapshot.fleet), clusterState, now },
    options,
  )
}

export interface MemoryWorld {
  readonly catalog: MemoryRepository
  readonly fleet: MemoryRepository
  readonly clock: ReturnType<typeof createVirtualClock>
  readonly events: readonly Event[]
  /** A controller process of its own: nothing but repositories, clusters and `store` (default: a new one) is shared with the one before. */
  startController(store?: Store): World
  /** People merge files into the catalog; undefined removes one. `time`: of the commit, now when absent. */
  mergeIntoCatalog(
    files: ReadonlyMap<string, string | undefined>,
    message: string,
    time?: Instant,
  ): Promise<void>
  /** Blob ids of a folder of the fleet's main branch, by path. */
  fleetTree(folder: string): Promise<ReadonlyMap<string, string>>
  snapshot(): WorldSnapshot
}

function assembleMemoryWorld(
  begin: {
    readonly catalog: MemoryRepository
    readonly fleet: MemoryRepository
    readonly clusterState: string | undefined
    readonly now: Instant
  },
  { templates, disturb, manifests = new Map() }: WorldManners,
): MemoryWorld {
  const { catalog, fleet } = begin
  const clock = createVirtualClock(begin.now)
  const events: Event[] = []
  let { clusterState } = begin

  return {
    catalog,
    fleet,
    clock,
    events,
    startController: (store = openStore(':memory:')) => {
      const ground: WorldGround = {
        catalogClone: createMemoryClone(catalog),
        fleetClone: createMemoryClone(fleet),
        fleetRepository: fleet,
        store,
        clock,
        defaultTemplates: templates,
        clusterState: { load: () => clusterState, save: (text) => void (clusterState = text) },
        holder: 'controller',
        notifier: { notify: async () => {} },
        onEvent: (event) => void events.push(event),
        manifests,
      }
      return assembleWorld(disturb?.(ground) ?? ground)
    },
    mergeIntoCatalog: async (files, message, time = clock.now()) =>
      commit(catalog, textChanges(files), message, time),
    fleetTree: async (folder) => {
      const head = await fleet.resolve(mainRef)
      return new Map((head ? await fleet.tree(head, folder) : []).map(({ path, oid }) => [path, oid]))
    },
    snapshot: () => ({
      catalog: { source: catalog, heads: new Map(catalog.heads) },
      fleet: { source: fleet, heads: new Map(fleet.heads) },
      clusterState,
      now: clock.now(),
    }),
  }
}

/** Something that people or faults do at its time. */
export interface Happening {
  readonly at: Instant
  readonly act: (world: MemoryWorld, running: World) => Promise<void> | void
}

export interface SettleOptions {
  /** In order of time; those that are due already happen before the first step. */
  readonly happenings?: readonly Happening[]
  /** Throws after so many steps. */
  readonly mostSteps?: number
  /** Told after every step. */
  readonly onStep?: (result: StepResult) => Promise<void> | void
  /** What a step threw: thrown on when absent. The next step follows a second later. */
  readonly onError?: (error: unknown) => void
}

/** Steps and lets time pass until everything happened and nothing moves any more. */
export async function settle(
  world: MemoryWorld,
  running: World,
  { happenings = [], mostSteps = 2000, onStep, onError }: SettleOptions = {},
): Promise<StepResult> {
  const due = [...happenings]
  let quiet = 0
  for (let step = 0; step < mostSteps; step++) {
    await actDue(world, running, due)
    const result = await tryStep(running, onError)
    if (result) await onStep?.(result)
    quiet = isSettled(result) && due.length === 0 ? quiet + 1 : 0
    // Settled twice with time between: nothing that the clusters still had to report changed that.
    if (result && quiet === 3) return result
    if (!hasActed(result)) await passTime(world, running, result, due[0]?.at ?? Infinity)
  }
  throw new Error(`not settled within ${mostSteps} steps: ${whatWaits(running)}`)
}

function whatWaits({ controller }: World): string {
  const plans = [...(controller.view()?.plans.values() ?? [])]
  const waiting = plans.flatMap(({ service, groups }) =>
    groups.flatMap(({ group, state, waitsFor }) =>
      waitsFor.map(({ reason }) => `${service} ${state} in ${group}: ${reason}`),
    ),
  )
  return waiting.join('; ') || 'nothing waits'
}

/** One at a time, as one may take time in which the next is due. */
async function actDue(world: MemoryWorld, running: World, due: Happening[]): Promise<void> {
  for (let next = due[0]; next !== undefined && next.at <= world.clock.now(); next = due[0]) {
    due.shift()
    await next.act(world, running)
  }
}

function isSettled(result: StepResult | undefined): boolean {
  return result?.kind === 'stepped' && result.settled
}

function hasActed(result: StepResult | undefined): boolean {
  return result?.kind === 'stepped' && result.acted
}

/** To the next moment at which something may change, a minute at most. */
async function passTime(
  { clock }: MemoryWorld,
  running: World,
  result: StepResult | undefined,
  most: Instant,
): Promise<void> {
  const now = clock.now()
  const next = Math.min(now + 60, Math.max(now + 1, nextChange(running, result)))
  await clock.advanceTo(Math.min(next, most))
}

async function tryStep(
  { controller }: World,
  onError: ((error: unknown) => void) | undefined,
): Promise<StepResult | undefined> {
  if (!onError) return controller.step()
  try {
    return await controller.step()
  } catch (error) {
    onError(error)
    return undefined
  }
}

function nextChange({ clusters }: World, result: StepResult | undefined): Instant {
  if (result?.kind !== 'stepped') return 0
  return Math.min(clusters.nextEventAt() ?? Infinity, result.validUntil)
}

async function commit(
  repository: GitRepository,
  changes: readonly TreeChange[],
  message: string,
  time: Instant,
): Promise<void> {
  const parent = await repository.resolve(mainRef)
  const draft: CommitDraft = { parent, changes, message, author: person, time }
  const [to] = await repository.writeCommits([draft])
  await repository.updateRefs([{ ref: mainRef, expected: parent, to }])
}

function copyRepository({ source, heads }: RepositorySnapshot): MemoryRepository {
  const copy = createMemoryRepository()
  for (const [ref, oid] of heads) {
    copy.objects.copyFrom(source.objects, oid)
    copy.heads.set(ref, oid)
  }
  return copy
}

function textChanges(files: ReadonlyMap<string, string | undefined>): readonly TreeChange[] {
  return [...files].map(([path, text]) => (text === undefined ? { path, remove: true } : { path, text }))
}
