import { createMemoryClone, createMemoryRepository } from '../adapters/git/memory.ts'
import type { CommitDraft, GitRepository, TreeChange } from '../adapters/git/port.ts'
import type { Event } from '../adapters/store/port.ts'
import { openStore } from '../adapters/store/store.ts'
import type { StepResult } from '../controller/controller.ts'
import type { Instant } from '../core/domain/time.ts'
import type { ObjectTemplates } from '../core/domain/templates.ts'
import { assembleWorld, type World, type WorldGround } from './assemble.ts'
import { createVirtualClock } from './clock.ts'

const person = { name: 'Ana Ito', email: 'ana@example.com' }
const mainRef = 'refs/heads/main'

export interface MemoryWorldOptions {
  readonly start: Instant
  /** The catalog's first commit, by path. */
  readonly catalog: ReadonlyMap<string, string>
  readonly templates: ObjectTemplates
  /** Wraps what a controller works on, to let faults happen there. */
  readonly disturb?: (ground: WorldGround) => WorldGround
}

/** A world entirely in memory: Git, forge, clusters and time; only the controller is the real one. */
export async function createMemoryWorld(options: MemoryWorldOptions) {
  const catalog = createMemoryRepository()
  const fleet = createMemoryRepository()
  const clock = createVirtualClock(options.start)
  const events: Event[] = []
  let clusterState: string | undefined

  const commit = async (
    repository: GitRepository,
    changes: readonly TreeChange[],
    message: string,
  ): Promise<void> => {
    const parent = await repository.resolve(mainRef)
    const draft: CommitDraft = { parent, changes, message, author: person, time: clock.now() }
    const [to] = await repository.writeCommits([draft])
    await repository.updateRefs([{ ref: mainRef, expected: parent, to }])
  }
  await commit(catalog, textChanges(options.catalog), 'Begin the catalog')
  await commit(fleet, [{ path: 'README.md', text: 'Written by Halyard.\n' }], 'Begin the fleet')

  /** A controller process of its own: nothing but the repositories and the clusters is shared with the one before. */
  const startController = (): World => {
    const ground: WorldGround = {
      catalogClone: createMemoryClone(catalog),
      fleetClone: createMemoryClone(fleet),
      fleetRepository: fleet,
      store: openStore(':memory:'),
      clock,
      defaultTemplates: options.templates,
      clusterState: { load: () => clusterState, save: (text) => void (clusterState = text) },
      holder: 'controller',
      notifier: { notify: async () => {} },
      onEvent: (event) => void events.push(event),
    }
    return assembleWorld(options.disturb?.(ground) ?? ground)
  }

  return {
    catalog,
    fleet,
    clock,
    events,
    startController,
    /** People merge files into the catalog; undefined removes one. */
    mergeIntoCatalog: async (
      files: ReadonlyMap<string, string | undefined>,
      message: string,
    ): Promise<void> => commit(catalog, textChanges(files), message),
    /** Blob ids of a folder of the fleet's main branch, by path. */
    fleetTree: async (folder: string): Promise<ReadonlyMap<string, string>> => {
      const head = await fleet.resolve(mainRef)
      return new Map((head ? await fleet.tree(head, folder) : []).map(({ path, oid }) => [path, oid]))
    },
  }
}

export type MemoryWorld = Awaited<ReturnType<typeof createMemoryWorld>>

/** Steps and lets time pass until nothing moves any more. Throws after `most` steps. */
export async function settle(
  world: MemoryWorld,
  { controller, clusters }: World,
  most = 2000,
): Promise<StepResult> {
  let quiet = 0
  for (let step = 0; step < most; step++) {
    const result = await controller.step()
    quiet = result.kind === 'stepped' && result.settled ? quiet + 1 : 0
    // Settled twice with time between: nothing that the clusters still had to report changed that.
    if (quiet === 3) return result
    if (result.kind === 'stepped' && result.acted) continue
    const until = Math.min(
      clusters.nextEventAt() ?? Infinity,
      result.kind === 'stepped' ? result.validUntil : Infinity,
    )
    const now = world.clock.now()
    await world.clock.advanceTo(Math.min(now + 60, Math.max(now + 1, until)))
  }
  throw new Error(`not settled within ${most} steps`)
}

function textChanges(files: ReadonlyMap<string, string | undefined>): readonly TreeChange[] {
  return [...files].map(([path, text]) => (text === undefined ? { path, remove: true } : { path, text }))
}
