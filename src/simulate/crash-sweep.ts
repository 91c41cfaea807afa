import { parseRollout } from '../adapters/fleet/parse-rollout.ts'
import type { Event, Store } from '../adapters/store/port.ts'
import { openStore } from '../adapters/store/store.ts'
import type { FailedPlacement, Rollout } from '../core/domain/rollout.ts'
import type { Seconds } from '../core/domain/time.ts'
import type { ObjectTemplates } from '../core/domain/templates.ts'
import type { RecordedColumns } from '../core/plan/recorded-columns.ts'
import { formatRollout } from '../core/render/rollout-document.ts'
import { createCommitCache } from './commit-facts.ts'
import { type Effect, FaultError, watchEffects } from './faults.ts'
import { createInvariants } from './invariants.ts'
import {
  type Happening,
  type MemoryWorld,
  resumeMemoryWorld,
  settle,
  type WorldSnapshot,
} from './memory-world.ts'

/** One stretch of a story, from a settled world to the next settled one. */
export interface SweepOptions {
  readonly from: WorldSnapshot
  readonly templates: ObjectTemplates
  readonly happenings: readonly Happening[]
  /** Every service that the stretch knows. */
  readonly services: readonly string[]
  /** How long the controller is gone. */
  readonly restartAfter: Seconds
}

export interface SweepResult {
  readonly end: WorldSnapshot
  readonly effects: number
  readonly runs: number
  /** What went otherwise than without a fault, each once with the first fault that showed it. */
  readonly differences: readonly string[]
}

/** What must not depend on whether a controller died on the way: fences and evidence, but no times. */
interface End {
  readonly clusters: string
  readonly rollouts: string
  readonly leftovers: string
}

/** A moment at which a process may die, with all that outlives it. */
interface Moment {
  readonly effect: string
  readonly world: WorldSnapshot
  readonly store: StoreContents
}

/**
 * Runs the stretch once, remembering the world before and after each effect of the controller; then lets a new
 * controller go on from each of these moments, by turns with the old one's store and without. A process that
 * is killed leaves exactly that. Effects that change nothing that outlives it, as a fetch, share a moment.
 */
export async function sweepCrashes(options: SweepOptions): Promise<SweepResult> {
  const { from, templates, happenings, restartAfter } = options
  const manifests = new Map()
  const moments: Moment[] = []
  let effects = 0
  let last = ''
  const remember = (when: 'before' | 'after', effect: Effect): void => {
    effects = effect.number
    if (when === 'after' && /^save|^append/.test(effect.name)) storeChanges++
    const snapshot = world.snapshot()
    const key = JSON.stringify([...snapshot.fleet.heads, snapshot.now, storeChanges])
    if (key === last) return
    last = key
    moments.push({
      effect: `${when} effect ${effect.number} (${effect.name})`,
      world: snapshot,
      store: readStore(store, options.services),
    })
  }
  let storeChanges = 0
  const store = openStore(':memory:')
  const world: MemoryWorld = resumeMemoryWorld(from, {
    templates,
    manifests,
    disturb: (ground) =>
      watchEffects(ground, {
        before: (effect) => remember('before', effect),
        after: (effect) => remember('after', effect),
      }),
  })
  const differences = new Differences()
  const checked = createChecked(differences)
  await checked(world, store, happenings, 'without a fault')
  const expected = await describeEnd(world)
  differences.compare({ ...expected, leftovers: '' }, expected, 'without a fault')

  for (const [at, moment] of moments.entries()) {
    const kept = at % 2 === 0
    const name = `killed ${moment.effect}, store ${kept ? 'kept' : 'lost'}`
    const again = resumeMemoryWorld(moment.world, { templates, manifests })
    await again.clock.advance(restartAfter)
    const ahead = happenings.filter((happening) => happening.at > moment.world.now)
    await checked(again, kept ? writeStore(moment.store) : openStore(':memory:'), ahead, name)
    differences.compare(expected, await describeEnd(again), name)
  }
  return { end: world.snapshot(), effects, runs: moments.length, differences: differences.told() }
}

/**
 * The same for errors: the effect fails, or its reply is lost, and the same controller goes on with its next step.
 * `every`: only so many effects apart.
 */
export async function sweepErrors(options: SweepOptions & { readonly every: number }): Promise<SweepResult> {
  const { from, templates, happenings, every } = options
  const manifests = new Map()
  const differences = new Differences()
  const checked = createChecked(differences)
  const run = async (fault: { readonly at: number; readonly when: 'before' | 'after' } | undefined) => {
    let effects = 0
    let name = 'without a fault'
    const strike = (when: 'before' | 'after', effect: Effect): void => {
      effects = effect.number
      if (fault?.at !== effect.number || fault.when !== when) return
      name = `error ${when} effect ${effect.number} (${effect.name})`
      throw new FaultError(when, effect)
    }
    const world = resumeMemoryWorld(from, {
      templates,
      manifests,
      disturb: (ground) =>
        watchEffects(ground, {
          before: (effect) => strike('before', effect),
          after: (effect) => strike('after', effect),
        }),
    })
    await checked(world, openStore(':memory:'), happenings, () => name)
    return { world, effects, end: await describeEnd(world), name }
  }
  const undisturbed = await run(undefined)
  let runs = 0
  for (let at = 1; at <= undisturbed.effects; at += every) {
    const when = runs++ % 2 === 0 ? 'before' : 'after'
    const { end, name } = await run({ at, when })
    differences.compare(undisturbed.end, end, name)
  }
  const { effects, world } = undisturbed
  return { end: world.snapshot(), effects, runs, differences: differences.told() }
}

/** Lets a world run to its end, under the rules that always hold. */
function createChecked(differences: Differences) {
  const cache = createCommitCache()
  return async (
    world: MemoryWorld,
    store: Store,
    happenings: readonly Happening[],
    name: string | (() => string),
  ): Promise<void> => {
    const told = (): string => (typeof name === 'string' ? name : name())
    const invariants = createInvariants(world, cache)
    for (const { rule, text } of await invariants.check()) differences.add(`${rule}: ${text}`, told())
    const running = world.startController(store)
    try {
      await settle(world, running, {
        happenings,
        mostSteps: 400,
        onStep: async () => {
          for (const { rule, text } of await invariants.check(running))
            differences.add(`${rule}: ${text}`, told())
        },
        onError: (error) => {
          if (!(error instanceof FaultError)) throw error
        },
      })
    } catch (error) {
      if (!(error instanceof Error)) throw error
      differences.add(error.stack ?? error.message, told())
    } finally {
      store.close()
    }
  }
}

class Differences {
  readonly #first = new Map<string, { readonly name: string; count: number }>()

  add(what: string, name: string): void {
    const known = this.#first.get(what)
    if (known) known.count++
    else this.#first.set(what, { name, count: 1 })
  }

  compare(expected: End, actual: End, name: string): void {
    for (const key of ['clusters', 'rollouts', 'leftovers'] as const) {
      if (expected[key] !== actual[key])
        this.add(`${key} differ:\n${firstDifference(expected[key], actual[key])}`, name)
    }
  }

  told(): readonly string[] {
    return [...this.#first].map(([what, { name, count }]) => `${name} (${count} times): ${what}`)
  }
}

async function describeEnd(world: MemoryWorld): Promise<End> {
  const rollouts: string[] = []
  for (const [path, oid] of await world.fleetTree('rollouts')) {
    const [text = ''] = await world.fleet.readBlobs([oid])
    rollouts.push(formatRollout(withoutTimes(parseRollout(text, path))))
  }
  const branches = await world.fleet.refs('refs/heads/halyard/')
  return {
    clusters: [...(await world.fleetTree('clusters'))].map((entry) => entry.join(' ')).join('\n'),
    rollouts: rollouts.join('\n'),
    leftovers: [...branches.keys()].join('\n'),
  }
}

function withoutTimes(rollout: Rollout): Rollout {
  const { current } = rollout
  return {
    ...rollout,
    current: current && {
      ...current,
      startedAt: 0,
      waves: current.waves.map((wave) => ({ ...wave, openedAt: 0 })),
      failed: current.failed.map(withoutTime),
    },
    proven: rollout.proven.map((proof) => ({ ...proof, at: 0 })),
    rejected: rollout.rejected.map((rejected) => ({
      ...rejected,
      at: 0,
      evidence: rejected.evidence.map(withoutTime),
    })),
  }
}

/** After `; ` comes what was seen while the failed action still ran, which only the store remembers. */
function withoutTime(failed: FailedPlacement): FailedPlacement {
  return { ...failed, at: 0, evidence: failed.evidence.split('; ')[0] ?? '' }
}

function firstDifference(expected: string, actual: string): string {
  const [left, right] = [expected.split('\n'), actual.split('\n')]
  const at = left.findIndex((line, index) => line !== right[index])
  const line = at < 0 ? left.length : at
  return `line ${line + 1}: expected ${left[line] ?? 'nothing'}, found ${right[line] ?? 'nothing'}`
}

interface StoreContents {
  readonly clusters: readonly string[]
  readonly columns: ReadonlyMap<string, RecordedColumns>
  readonly events: readonly Event[]
}

const allEvents = 100_000

function readStore(store: Store, services: readonly string[]): StoreContents {
  const columns = new Map<string, RecordedColumns>()
  for (const service of services) {
    const saved = store.columns(service)
    if (saved) columns.set(service, saved)
  }
  return { clusters: store.clusters(), columns, events: store.events({ limit: allEvents }).toReversed() }
}

function writeStore({ clusters, columns, events }: StoreContents): Store {
  const store = openStore(':memory:')
  store.saveClusters(clusters)
  for (const [service, saved] of columns) store.saveColumns(service, saved)
  store.append(events)
  return store
}
