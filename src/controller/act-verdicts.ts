import type { VerdictProposal } from '../core/plan/proposals.ts'
import { rolloutPath } from '../core/render/paths.ts'
import { verdictMessage } from '../core/render/pull-request.ts'
import { formatRollout } from '../core/render/rollout-document.ts'
import type { ActContext, Outcome } from './act-context.ts'
import { failureEvents } from './events.ts'
import { verdictKey } from './verdicts.ts'

/** Writes verdicts into the ledger: one commit straight to main that touches only `rollouts/`. */
export async function actVerdicts(
  context: ActContext,
  proposals: readonly VerdictProposal[],
): Promise<Outcome> {
  const pushed = await context.fleet.commitLedger({
    base: context.state.head,
    changes: proposals.map(({ group, service, next }) => ({
      path: rolloutPath(group, service),
      text: formatRollout(next),
    })),
    message: verdictMessage(proposals, context.catalog.commit),
    time: context.now,
  })
  if (pushed.kind === 'stale') return { kind: 'again', reason: 'main moved on' }
  for (const proposal of proposals) {
    const { service, group, release, verdict, text, next } = proposal
    if (verdict === 'halted') for (const event of failureEvents(proposal)) context.emit(event)
    context.emit({
      kind: verdict,
      service,
      group,
      cluster: undefined,
      text: `${release.version}  ${verdict} in ${group}: ${text}`,
      pullRequest: undefined,
      key: verdict === 'halted' ? verdictKey(next) : `proven/${service}/${group}/${next.fence}`,
    })
  }
  return { kind: 'done' }
}
