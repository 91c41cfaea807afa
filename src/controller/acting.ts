import type { FleetState } from '../adapters/fleet/port.ts'
import { admit, type Admitted } from '../core/plan/admit.ts'
import { withinBudgets } from '../core/plan/budgets.ts'
import type { ActContext } from './act-context.ts'
import { actRound } from './act-round.ts'
import { announceBlackouts } from './blackouts.ts'
import { wantedBranches } from './branches.ts'
import type { CatalogState } from './catalog-state.ts'
import type { ControllerDeps } from './controller.ts'
import { type Events, noticeEvents, progressEvents } from './events.ts'
import type { Planning } from './planning.ts'
import type { Releases } from './releases.ts'
import { createVerdicts, type VerdictDeps } from './verdicts.ts'
import { budgetFacts, type HeadedFleet, roundContext } from './round-context.ts'
import type { Watched, Watching } from './watching.ts'

export interface Acting {
  /** Plans and carries out until nothing more is proposed that can be done now. */
  act(watched: Watched): Promise<ActingResult>
}

export interface ActingResult {
  /** Main moved. */
  readonly acted: boolean
  /** Services planned again. */
  readonly planned: number
  /** Proposals that wait: for a person, or for the next step. */
  readonly waiting: number
}

/** One step may see the effects of its own merges this many times; the rest is left to the next step. */
const roundsPerStep = 8

export function createActing(
  deps: ControllerDeps,
  planning: Planning,
  events: Events,
  watching: Watching,
  releases: Releases,
): Acting {
  const { clock } = deps
  const sweeping = createSweeping(deps)
  const telling: VerdictDeps = { ...deps, emit: (event) => events.emit([event]) }
  const verdicts = createVerdicts(telling)
  let told: Planning['notices'] | undefined

  const plan = async (
    state: CatalogState,
    current: HeadedFleet,
  ): Promise<{ admitted: Admitted; planned: number }> => {
    const now = clock.now()
    const replanned = await planning.refresh(state, current, watching.observations, now)
    for (const service of replanned) {
      events.emit(progressEvents(planning.plans.get(service), state.targets, current))
    }
    await verdicts.announce(replanned, state.targets, current)
    if (told !== planning.notices) events.emit(noticeEvents(planning.notices))
    told = planning.notices
    await announceBlackouts(telling, watching.observations.blackouts)
    const budgeted = withinBudgets(planning.plans, budgetFacts(state, current), now)
    return {
      admitted: admit(budgeted.values(), newClusters(state, current), planning.decommissions()),
      planned: replanned.length,
    }
  }
  const contextOf = async (state: CatalogState, current: HeadedFleet): Promise<ActContext> =>
    roundContext(deps, releases, events, { state, current })

  return {
    async act({ catalog: state, head }) {
      let [acted, planned, waiting] = [false, 0, 0]
      let current: HeadedFleet = { ...watching.fleet(), head }
      for (let round = 0; round < roundsPerStep; round++) {
        const next = await plan(state, current)
        planned += next.planned
        const wanted = wantedBranches(next.admitted, current.clusters.names)
        if (isIdle(next.admitted) && sweeping.isDone(wanted)) return { acted, planned, waiting: 0 }
        const context = await contextOf(state, current)
        const outcomes = await sweeping.after(context, wanted, () => actRound(context, next.admitted))
        waiting = outcomes.filter(({ kind }) => kind !== 'done').length
        if (outcomes.every(({ kind }) => kind === 'waits')) return { acted, planned, waiting }
        acted = true
        const synced = await watching.syncFleet()
        current = { ...synced, head: synced.head ?? head }
      }
      return { acted, planned, waiting }
    },
  }
}

function isIdle(admitted: Admitted): boolean {
  return Object.values(admitted).every((proposals) => proposals.length === 0)
}

/** Ordinals of the catalog's clusters that have no directory in the fleet yet and belong to a group. */
function newClusters({ targets, freezes }: CatalogState, state: FleetState): readonly number[] {
  if (freezes.all) return []
  return targets.catalog.clusters.flatMap(({ name, decommission }) => {
    const ordinal = targets.index.intern(name)
    const isNew = !decommission && !state.bootstrapped[ordinal] && targets.groupOf(ordinal) !== undefined
    return isNew && !freezes.clusters.has(name) ? [ordinal] : []
  })
}

/** Closes pull requests and branches that no present decision asks for: superseded, or decided otherwise. */
function createSweeping({ fleet, forge }: ControllerDeps) {
  /** The branches that the plans asked for when the others were last swept away; undefined: not known any more. */
  let sweptFor: string | undefined
  const nameOf = (wanted: ReadonlySet<string>): string => [...wanted].join('\n')

  const sweep = async ({ pullRequests }: ActContext, wanted: ReadonlySet<string>): Promise<void> => {
    for (const { branch, number } of pullRequests.values()) {
      if (!wanted.has(branch)) await forge.close(number, 'Closed: a newer decision took its place.')
    }
    for (const [branch, head] of await fleet.branches()) {
      if (!wanted.has(branch) && !pullRequests.has(branch)) await fleet.deleteBranch(branch, head)
    }
  }
  return {
    isDone: (wanted: ReadonlySet<string>): boolean => sweptFor === nameOf(wanted),
    /** Runs a round, then sweeps unless main moved: the next round then knows better what is wanted. */
    async after(
      context: ActContext,
      wanted: ReadonlySet<string>,
      run: () => ReturnType<typeof actRound>,
    ): Promise<Awaited<ReturnType<typeof actRound>>> {
      const isSwept = sweptFor === nameOf(wanted)
      // Not known again until this round is over, in case it fails half-way.
      sweptFor = undefined
      const outcomes = await run()
      if (outcomes.every(({ kind }) => kind === 'waits')) {
        if (!isSwept) await sweep(context, wanted)
        sweptFor = nameOf(wanted)
      }
      return outcomes
    },
  }
}
