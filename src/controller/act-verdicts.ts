import { withFault } from '../core/plan/blame.ts'
import type { VerdictProposal } from '../core/plan/types.ts'
import { rolloutPath } from '../core/render/paths.ts'
import { verdictMessage } from '../core/render/pull-request.ts'
import { formatRollout } from '../core/render/rollout-document.ts'
import type { ActContext, Outcome } from './act-context.ts'
import { failureEvents } from './events.ts'

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
    const { service, group, release, verdict, text, next, evidence } = proposal
    if (verdict === 'halted') for (const event of failureEvents(proposal)) context.emit(event)
    context.emit({
      kind: verdict,
      service,
      group,
      cluster: undefined,
      text: `${release.version}  ${verdict} in ${group}: ${text}`,
      pullRequest: undefined,
      key: `verdict/${service}/${group}/${next.fence}`,
    })
    if (verdict === 'proven') continue
    await context.notify({
      service,
      owner: context.catalog.targets.catalog.services.get(service)?.owner ?? '',
      group,
      severity: 'page',
      title: `${service} ${release.version} halted in ${group}`,
      text: [text, ...evidence.map((failed) => `${failed.cluster}: ${withFault(failed.evidence)}`)].join(
        '\n',
      ),
      key: `verdict/${service}/${group}/${next.fence}`,
    })
  }
  return { kind: 'done' }
}
