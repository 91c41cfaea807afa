import type { FleetState } from '../adapters/fleet/port.ts'
import type { PullRequest } from '../adapters/forge/port.ts'
import { type BudgetFacts, budgetGate } from '../core/plan/budgets.ts'
import { freezeGates } from '../core/plan/order-gates.ts'
import type { ActContext, Moving } from './act-context.ts'
import type { CatalogState } from './catalog-state.ts'
import type { ControllerDeps } from './controller.ts'
import type { Events } from './events.ts'
import type { Releases } from './releases.ts'

export type HeadedFleet = FleetState & { readonly head: string }

/** What carrying out a round needs, as things stand when it begins. */
export async function roundContext(
  deps: ControllerDeps,
  releases: Releases,
  events: Events,
  { state, current }: { readonly state: CatalogState; readonly current: HeadedFleet },
): Promise<ActContext> {
  const { fleet, forge, clock } = deps
  return {
    fleet,
    forge,
    state: current,
    catalog: state,
    releases,
    now: clock.now(),
    pullRequests: new Map((await forge.list()).map((pull): [string, PullRequest] => [pull.branch, pull])),
    whatShut: async (moving) => whatShut(deps, state, current, moving),
    emit: (event) => events.emit([event]),
  }
}

/** A round takes time, in which the catalog may move on or a freeze begin. */
async function whatShut(
  { catalog, clock }: ControllerDeps,
  state: CatalogState,
  current: FleetState,
  moving: readonly Moving[],
): Promise<string | undefined> {
  if ((await catalog.head()) !== state.commit) return 'the catalog changed: planning again'
  for (const { service, group, clusters } of moving) {
    const [freeze] = freezeGates(state.targets.directivesOf(service), service, group, clock.now())
    // What waited for approval took no part of a budget before.
    const shut = freeze ?? budgetGate(clusters ?? [], budgetFacts(state, current), clock.now())
    if (shut) return shut.reason
  }
  return undefined
}

export function budgetFacts({ targets }: CatalogState, { services, desired }: FleetState): BudgetFacts {
  return { targets, services, desired }
}
