import { createHash } from 'node:crypto'
import type { TreeChange } from '../adapters/git/port.ts'
import type { PullRequestText } from '../core/render/pull-request.ts'
import type { ActContext, Outcome } from './act-context.ts'

/** One change of the fleet repository as a pull request that Halyard merges itself. */
export interface Delivery {
  readonly branch: string
  readonly changes: readonly TreeChange[]
  readonly text: PullRequestText
  /** Forward changes merge only while the plan's gates hold; going back waits for nothing. */
  readonly direction: 'forward' | 'back'
  readonly needsApproval: boolean
}

export type DeliveryOutcome =
  | Exclude<Outcome, { kind: 'done' }>
  | { readonly kind: 'merged'; readonly number: number }

/**
 * Branch, pull request, status, merge: each effect has a deterministic name, so that after a crash anywhere the
 * next step finds what was done and goes on. The required status turns to success only right before the merge.
 */
export async function deliver(context: ActContext, delivery: Delivery): Promise<DeliveryOutcome> {
  const { fleet, forge, state, now } = context
  const digest = contentDigest(delivery.changes)
  const marker = `<!-- halyard-content: ${digest} -->`
  let pullRequest = context.pullRequests.get(delivery.branch)
  if (!pullRequest?.body.includes(marker)) {
    const pushed = await fleet.pushBranch({
      branch: delivery.branch,
      base: state.head,
      changes: delivery.changes,
      message: `${delivery.text.subject}\n\n${delivery.text.message}`,
      time: now,
    })
    if (pushed.kind === 'stale') return { kind: 'again', reason: `branch ${delivery.branch} moved` }
    const { title, body, labels } = delivery.text
    pullRequest = await forge.open({
      branch: delivery.branch,
      base: 'main',
      title,
      body: `${body}\n${marker}`,
      labels,
    })
    await forge.setStatus(pullRequest.headSha, {
      context: 'halyard/gates',
      state: 'pending',
      description: 'gates are evaluated when it merges',
    })
  }
  const { number, headSha, approvals } = pullRequest
  if (delivery.needsApproval && approvals.length === 0) {
    return { kind: 'waits', branch: delivery.branch, reason: `approval of pull request #${number}` }
  }
  if (delivery.direction === 'forward' && !(await context.gatesStillHold())) {
    return { kind: 'waits', branch: delivery.branch, reason: 'the catalog changed: planning again' }
  }
  await forge.setStatus(headSha, {
    context: 'halyard/gates',
    state: 'success',
    description: 'every gate is open',
  })
  const { subject, message } = delivery.text
  const merged = await forge.merge({
    number,
    expectedHead: headSha,
    subject: `${subject} (#${number})`,
    message,
    time: now,
  })
  switch (merged.kind) {
    case 'merged':
      return { kind: 'merged', number }
    case 'blocked':
      return { kind: 'waits', branch: delivery.branch, reason: merged.reason }
    case 'closed':
      return { kind: 'waits', branch: delivery.branch, reason: `pull request #${number} was closed` }
    case 'headChanged':
    case 'conflict':
      await forge.close(
        number,
        `Closed: ${merged.kind === 'conflict' ? 'main moved on in the same files' : 'its branch moved'}; planned again.`,
      )
      return { kind: 'again', reason: merged.kind }
  }
}

/** Names the content of a change, whatever the time at which its ledger entry was written. */
function contentDigest(changes: readonly TreeChange[]): string {
  const hash = createHash('sha256')
  for (const change of changes) {
    if (change.path.startsWith('rollouts/')) continue
    hash.update(`${change.path}\0${'text' in change ? change.text : 'blob' in change ? change.blob : ''}\0`)
  }
  return hash.digest('hex').slice(0, 16)
}
