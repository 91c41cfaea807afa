import fc from 'fast-check'
import type { Store } from '../../src/adapters/store/port.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import type { ObjectTemplates } from '../../src/core/domain/templates.ts'
import type { World } from '../../src/simulate/assemble.ts'
import { createCommitCache } from '../../src/simulate/commit-facts.ts'
import { createInvariants, type Violation } from '../../src/simulate/invariants.ts'
import {
  createMemoryWorld,
  type Happening,
  type MemoryWorld,
  settle,
} from '../../src/simulate/memory-world.ts'
import {
  approveFile,
  clusterFile,
  companyFiles,
  targetsFile,
  type GroupWords,
  holdFile,
  rollbackFile,
  type SettingsWords,
  versionFile,
} from './company.ts'

/** A company and what happens to it, as plain data that prints. */
export interface Story {
  readonly settings?: SettingsWords
  readonly groups: readonly GroupWords[]
  readonly services: readonly string[]
  readonly events: readonly StoryEvent[]
}

export type StoryEvent = { readonly at: number } & (
  | {
      readonly kind: 'version'
      readonly service: string
      readonly badIn: string | undefined
      /** What a version of shop requires of ledger: the newest version or above, or nothing above it. */
      readonly requires?: 'newest' | 'no newer' | undefined
    }
  | { readonly kind: 'silence'; readonly cluster: string; readonly seconds: number }
  /** Every cluster, or all but those of a group, fall silent at once. */
  | { readonly kind: 'blackout'; readonly but: string | undefined; readonly seconds: number }
  /** All services of a cluster fail for a while. */
  | { readonly kind: 'sicken'; readonly cluster: string; readonly seconds: number }
  | { readonly kind: 'crash'; readonly cluster: string; readonly service: string; readonly seconds: number }
  | { readonly kind: 'rebuild'; readonly cluster: string }
  | {
      readonly kind: 'hold'
      readonly group: string | undefined
      readonly service: string | undefined
      readonly seconds: number
    }
  | { readonly kind: 'rollback'; readonly service: string; readonly group: string }
  | { readonly kind: 'join'; readonly group: string }
  | { readonly kind: 'relabel'; readonly cluster: string; readonly size: string }
  | { readonly kind: 'move'; readonly cluster: string; readonly group: string }
  | { readonly kind: 'decommission'; readonly cluster: string }
  | { readonly kind: 'targets'; readonly service: string; readonly without: string | undefined }
  | { readonly kind: 'approve' }
  | { readonly kind: 'restart'; readonly store: 'kept' | 'lost'; readonly seconds: number }
)

const groupNames = ['devel', 'canary', 'prod']

function groupWords(name: string, at: number): fc.Arbitrary<GroupWords> {
  return fc.record({
    name: fc.constant(name),
    after: fc.constant(groupNames.slice(Math.max(0, at - 1), at)),
    clusters: fc.integer({ min: 1, max: 5 }),
    waves: fc.constantFrom(['100%'], [1, '100%'], [1, '50%', '100%'], [2, '100%']),
    soak: fc.constantFrom(0, 20, 200),
    promotionSoak: fc.constantFrom(0, 60),
    maxUnhealthy: fc.constantFrom(0, 1, '50%'),
    maxSilent: fc.constantFrom(0, 1, '50%'),
    onFailure: fc.constantFrom('rollback', 'rollback', 'halt'),
    supersede: fc.constantFrom('finish-wave', 'immediate', 'queue'),
  })
}

/** What takes placements away; nothing where no group has a cluster to spare. */
function leaving(
  spare: readonly string[],
  group: fc.Arbitrary<string>,
  services: readonly string[],
  at: fc.Arbitrary<number>,
): readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<StoryEvent> }[] {
  if (spare.length === 0) return []
  const cluster = fc.constantFrom(...spare)
  return [
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), at, cluster, group }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('decommission' as const), at, cluster }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('targets' as const),
        at,
        // Who is depended on stays, or the catalog would be wrong.
        service: fc.constantFrom(...services.slice(-1)),
        without: fc.option(cluster, { nil: undefined }),
      }),
    },
  ]
}

function storyEvent(groups: readonly GroupWords[], services: readonly string[]): fc.Arbitrary<StoryEvent> {
  const clusters = groups.flatMap(({ name, clusters: count }) =>
    Array.from({ length: count }, (_, number) => `${name}-${number}`),
  )
  // Each group keeps its first cluster, or the catalog would be wrong.
  const spare = clusters.filter((name) => !name.endsWith('-0'))
  const at = fc.integer({ min: 1, max: 1500 })
  const service = fc.constantFrom(...services)
  const cluster = fc.constantFrom(...clusters)
  const group = fc.constantFrom(...groups.map(({ name }) => name))
  const seconds = fc.integer({ min: 5, max: 400 })
  const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })
  const version = fc.record({
    kind: fc.constant('version' as const),
    at,
    service,
    badIn: maybe(group),
    requires: fc.constantFrom(undefined, undefined, 'newest' as const, 'no newer' as const),
  })
  return fc.oneof(
    { weight: 4, arbitrary: version },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('silence' as const), at, cluster, seconds }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('crash' as const), at, cluster, service, seconds }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('blackout' as const),
        at,
        but: maybe(group),
        seconds: fc.integer({ min: 80, max: 900 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('sicken' as const), at, cluster, seconds }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), at, cluster }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('hold' as const),
        at,
        group: maybe(group),
        service: maybe(service),
        seconds,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rollback' as const), at, service, group }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const), at, group }) },
    ...leaving(spare, group, services, at),
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('approve' as const), at }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('relabel' as const),
        at,
        cluster,
        size: fc.constantFrom('small', 'large', 'broken'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('restart' as const),
        at,
        store: fc.constantFrom('kept' as const, 'lost' as const),
        seconds: fc.integer({ min: 1, max: 100 }),
      }),
    },
  )
}

const settingsWords: fc.Arbitrary<SettingsWords> = fc.record({
  maxClusters: fc.constantFrom(250, 1, 2, 3),
  changeBudgets: fc.constantFrom(
    [],
    [],
    [{ per: 'fleet', max: 3, within: '200s' }],
    [{ per: 'group', max: '50%', within: '300s' }],
    [
      { per: 'cluster', max: 1, within: '120s' },
      { per: 'label:env', max: 2, within: '60s' },
    ],
  ),
})

export const stories: fc.Arbitrary<Story> = fc
  .integer({ min: 1, max: 3 })
  .chain((count) =>
    fc.record({
      groups: fc.tuple(...groupNames.slice(0, count).map(groupWords)),
      // A cluster needs three to be told sick; more services make worlds slow.
      services: fc.oneof(
        { weight: 2, arbitrary: fc.constant(['ledger']) },
        { weight: 3, arbitrary: fc.constant(['ledger', 'shop']) },
        { weight: 1, arbitrary: fc.constant(['ledger', 'mail', 'shop']) },
      ),
      settings: settingsWords,
    }),
  )
  .chain(({ groups, services, settings }) =>
    fc.record({
      settings: fc.constant(settings),
      groups: fc.constant(groups),
      services: fc.constant(services),
      events: fc.array(storyEvent(groups, services), { minLength: 1, maxLength: 10 }),
    }),
  )

export interface StoryEnd {
  readonly world: MemoryWorld
  readonly running: World
  readonly violations: readonly Violation[]
}

/** Fifty times the longest deadline and soak: within that, everything comes to rest (in steps of a minute at most). */
const mostSteps = 1500

export async function tellStory(story: Story, templates: ObjectTemplates): Promise<StoryEnd> {
  const start = 1_795_000_000
  const services = story.services.map((name) => ({
    name,
    version: '1.0.0',
    dependsOn: name === 'shop' ? ['ledger'] : [],
  }))
  const world = await createMemoryWorld({
    start,
    templates,
    catalog: companyFiles(story.groups, services, story.settings),
  })
  const process = createProcess(world)
  const invariants = createInvariants(world, createCommitCache())
  const violations: Violation[] = []
  await settle(world, process.running, {
    happenings: happeningsOf(story, start, process.restart),
    mostSteps,
    onStep: async () => void violations.push(...(await invariants.check(process.running))),
  })
  return { world, running: process.running, violations }
}

/** A controller that may be replaced by the next one behind the same name. */
function createProcess(world: MemoryWorld) {
  let store: Store = openStore(':memory:')
  let current = world.startController(store)
  const running: World = {
    get catalog() {
      return current.catalog
    },
    get controller() {
      return current.controller
    },
    get forge() {
      return current.forge
    },
    get clusters() {
      return current.clusters
    },
  }
  const restart = async (kept: boolean, seconds: number): Promise<void> => {
    await world.clock.advance(seconds)
    if (!kept) store = openStore(':memory:')
    current = world.startController(store)
  }
  return { running, restart }
}

function happeningsOf(
  { groups, services, events }: Story,
  start: number,
  restart: (kept: boolean, seconds: number) => Promise<void>,
): readonly Happening[] {
  const joined = new Map(groups.map(({ name, clusters }) => [name, clusters]))
  const minor = new Map<string, number>()
  const one = (event: StoryEvent, number: number): readonly Happening[] => {
    const at = start + event.at
    switch (event.kind) {
      case 'version': {
        const next = (minor.get(event.service) ?? 0) + 1
        minor.set(event.service, next)
        const ledger = minor.get('ledger') ?? 0
        const range = event.requires === 'newest' ? `>=1.${ledger}.0` : `<=1.${ledger}.0`
        const isRequiring = event.service === 'shop' && event.requires !== undefined
        const requires = isRequiring ? [{ service: 'ledger', version: range }] : []
        return [merging(at, [versionFile(event.service, `1.${next}.0`, event.badIn, requires)])]
      }
      case 'silence':
        return [
          { at, act: (_, { clusters }) => clusters.silence(event.cluster, at + event.seconds) },
          nothing(at + event.seconds),
        ]
      case 'blackout':
        return [
          {
            at,
            act: (_, { clusters, controller }) => {
              const targets = controller.view()?.catalog.targets
              for (const { name } of targets?.catalog.clusters ?? [])
                if (targets?.groupOf(targets.index.ordinalOf(name) ?? -1)?.name !== event.but)
                  clusters.silence(name, at + event.seconds)
            },
          },
          nothing(at + event.seconds),
        ]
      case 'sicken':
        return services.flatMap((service) => crashing(event.cluster, service, at, event.seconds))
      case 'crash':
        return crashing(event.cluster, event.service, at, event.seconds)
      case 'rebuild':
        return [{ at, act: (_, { clusters }) => clusters.rebuild(event.cluster) }]
      case 'hold': {
        const scope = {
          ...(event.group === undefined ? {} : { group: event.group }),
          ...(event.service === undefined ? {} : { service: event.service }),
        }
        const [path, text] = holdFile(`hold-${number}`, scope)
        return [merging(at, [[path, text]]), merging(at + event.seconds, [[path, undefined]])]
      }
      case 'rollback': {
        const version = `1.${minor.get(event.service) ?? 0}.0`
        return [merging(at, [rollbackFile(`rollback-${number}`, event.service, event.group, version)])]
      }
      case 'join': {
        const count = joined.get(event.group) ?? 0
        joined.set(event.group, count + 1)
        return [merging(at, [clusterFile(`${event.group}-${count}`, event.group)])]
      }
      case 'move':
        return [merging(at, [clusterFile(event.cluster, event.group)])]
      case 'decommission': {
        const group = event.cluster.replace(/-\d+$/, '')
        return [merging(at, [clusterFile(event.cluster, group, 'small', true)])]
      }
      case 'targets': {
        const words = {
          name: event.service,
          version: '',
          dependsOn: event.service === 'shop' ? ['ledger'] : [],
        }
        const { without } = event
        const targets = without === undefined ? 'none' : { all: true, names: [`!${without}`] }
        return [merging(at, [targetsFile(words, targets)])]
      }
      case 'approve':
        return [{ at, act: async (world, running) => approveAll(world, running, number, at) }]
      case 'relabel': {
        const group = event.cluster.replace(/-\d+$/, '')
        return [merging(at, [clusterFile(event.cluster, group, event.size)])]
      }
      case 'restart':
        return [{ at, act: async () => restart(event.store === 'kept', event.seconds) }]
    }
  }
  return events
    .toSorted((a, b) => a.at - b.at)
    .flatMap(one)
    .toSorted((a, b) => a.at - b.at)
}

/** Keeps the story from being over before. */
function nothing(at: number): Happening {
  return { at, act: () => {} }
}

function crashing(cluster: string, service: string, at: number, seconds: number): readonly Happening[] {
  return [
    {
      at,
      act: (_, { clusters }) => void clusters.crashWorkload(cluster, service, 'CrashLoopBackOff'),
    },
    { at: at + seconds, act: (_, { clusters }) => void clusters.heal(cluster, service) },
  ]
}

/** A person agrees to everything that waits for that. */
async function approveAll(
  world: MemoryWorld,
  { controller }: World,
  number: number,
  at: number,
): Promise<void> {
  const view = controller.view()
  const digests = [
    ...[...(view?.plans.values() ?? [])].flatMap(({ approvals = [] }) =>
      approvals.map(({ digest }) => digest),
    ),
    ...(view?.emptyings ?? []).filter(({ state }) => state === 'waiting').map(({ digest }) => digest),
  ]
  const files = digests.map((digest, index) => approveFile(`approve-${number}-${index}`, digest))
  if (files.length > 0) await world.mergeIntoCatalog(new Map(files), 'Approve', at)
}

function merging(at: number, files: readonly (readonly [string, string | undefined])[]): Happening {
  return { at, act: (world) => world.mergeIntoCatalog(new Map(files), 'Change the catalog', at) }
}
