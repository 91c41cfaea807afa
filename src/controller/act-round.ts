import type { Admitted } from '../core/plan/admit.ts'
import type { ActContext, Outcome } from './act-context.ts'
import { actBootstrap } from './act-bootstrap.ts'
import { actDecommission } from './act-decommission.ts'
import { actRemoval } from './act-removal.ts'
import { actReturn } from './act-return.ts'
import { actVerdicts } from './act-verdicts.ts'
import { actWave } from './act-wave.ts'

/**
 * Carries out the most urgent kind of work that is there. Kinds are not mixed: each changes what the next kind
 * is planned from, and a forward step is always planned after everything that went back.
 */
export async function actRound(context: ActContext, admitted: Admitted): Promise<readonly Outcome[]> {
  const { returns, verdicts, bootstraps, decommissions, removals, waves } = admitted
  if (returns.length > 0) return apart(context, returns, (proposal) => actReturn(context, proposal))
  if (verdicts.length > 0) return [await actVerdicts(context, verdicts)]
  if (bootstraps.length > 0) return actBootstraps(context, bootstraps)
  const left = await actRemovals(context, decommissions, removals)
  if (left.some(({ kind }) => kind !== 'waits')) return left
  const moved = await apart(context, waves, (proposal) => actWave(context, proposal))
  return [...left, ...moved]
}

/** A cluster that is emptied and a service that leaves may write one ledger, so one of them goes at a time. */
async function actRemovals(
  context: ActContext,
  decommissions: Admitted['decommissions'],
  removals: Admitted['removals'],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const proposal of decommissions) {
    const outcome = await actDecommission(context, proposal)
    outcomes.push(outcome)
    if (outcome.kind !== 'waits') return outcomes
  }
  return [...outcomes, ...(await inOrder(removals, (proposal) => actRemoval(context, proposal)))]
}

/** Two new clusters raise the fence of the same rollout files, so those that share a service go in rounds of their own. */
async function actBootstraps(
  context: ActContext,
  bootstraps: Admitted['bootstraps'],
): Promise<readonly Outcome[]> {
  const taken = new Set<string>()
  const ready = bootstraps.filter(({ joins }) => {
    const files = joins.map(({ group, service }) => `${group}/${service}`)
    if (files.some((file) => taken.has(file))) return false
    for (const file of files) taken.add(file)
    return true
  })
  return inOrder(ready, (proposal) => actBootstrap(context, proposal))
}

/** Each was planned as if the others stood still: what a requirement joins to one that moved is planned again first. */
async function apart<T extends { readonly service: string }>(
  { catalog }: ActContext,
  proposals: readonly T[],
  act: (proposal: T) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const moved: string[] = []
  return inOrder(proposals, async (proposal) => {
    const { service } = proposal
    const joined = moved.find(
      (other) => other !== service && catalog.targets.requires.areJoined(other, service),
    )
    if (joined !== undefined)
      return { kind: 'again', reason: `${joined} moved, which a requirement joins to ${service}` }
    const outcome = await act(proposal)
    if (outcome.kind === 'done') moved.push(service)
    return outcome
  })
}

async function inOrder<T>(
  proposals: readonly T[],
  act: (proposal: T) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const proposal of proposals) outcomes.push(await act(proposal))
  return outcomes
}
