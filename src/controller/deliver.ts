import { createHash } from 'node:crypto'
import type { CommitStatus, PullRequest } from '../adapters/forge/port.ts'
import type { TreeChange } from '../adapters/git/port.ts'
import { approvalOf } from '../core/plan/orders.ts'
import { formatInstant } from '../core/domain/time.ts'
import type { PullRequestText } from '../core/render/pull-request.ts'
import type { ActContext, Moving, Outcome } from './act-context.ts'

/** One change of the fleet repository as a pull request that Halyard merges itself. */
export interface Delivery {
  readonly branch: string
  readonly changes: readonly TreeChange[]
  readonly text: PullRequestText
  /**
   * Forward changes merge only while the plan's gates hold, a new cluster (which moves nothing) only while the catalog
   * is the same; going back waits for nothing.
   */
  readonly direction: { readonly forward: readonly Moving[] } | 'back'
  /** A person has to agree: by a review, or by an Approve order for this. Absent: nobody has to. */
  readonly approval?: { readonly service: string; readonly group: string }
}

export type DeliveryOutcome =
  | Exclude<Outcome, { kind: 'done' }>
  | { readonly kind: 'merged'; readonly number: number }

/**
 * Branch, pull request, status, merge: each effect has a deterministic name, so that after a crash anywhere the
 * next step finds what was done and goes on. The required status turns to success only right before the merge.
 */
export async function deliver(context: ActContext, delivery: Delivery): Promise<DeliveryOutcome> {
  const limit = context.forge.limit()
  if (limit) {
    const reason = `the forge takes no changes until ${formatInstant(limit.until)}: ${limit.reason}`
    return { kind: 'waits', branch: delivery.branch, reason }
  }
  const presented = await present(context, delivery)
  if (presented.kind === 'again') return presented
  const reason = await whyNotYet(context, delivery, presented)
  if (reason !== undefined) {
    if (presented.isNew)
      await context.forge.setStatus(presented.pullRequest.headSha, gates('pending', reason))
    return { kind: 'waits', branch: delivery.branch, reason }
  }
  return merge(context, delivery, presented.pullRequest)
}

interface Presented {
  readonly kind: 'presented'
  readonly pullRequest: PullRequest
  readonly content: string
  /** Opened, or given new content, just now. */
  readonly isNew: boolean
  /** Someone else pushed to the branch: its head is not what was presented. */
  readonly foreign: boolean
}

/** Opens the pull request, or finds the one that shows exactly this content already. */
async function present(
  { fleet, forge, state, now, pullRequests }: ActContext,
  { branch, changes, text, approval }: Delivery,
): Promise<Presented | { readonly kind: 'again'; readonly reason: string }> {
  const content = contentDigest(changes)
  const open = pullRequests.get(branch)
  const shown = open && shownContent(open.body)
  if (open && shown?.content === content) {
    const foreign = shown.head !== open.headSha
    return { kind: 'presented', pullRequest: open, content, isNew: false, foreign }
  }
  const message = `${text.subject}\n\n${text.message}`
  const pushed = await fleet.pushBranch({ branch, base: state.head, changes, message, time: now })
  if (pushed.kind === 'stale') return { kind: 'again', reason: `branch ${branch} moved` }
  const { title, body, labels } = text
  const shownBody = `${body}${approval ? approvalNote(content, approval) : ''}\n<!-- halyard-content: ${content} ${pushed.head} -->`
  const pullRequest = await forge.open({ branch, base: 'main', title, body: shownBody, labels })
  const foreign = pullRequest.headSha !== pushed.head
  return { kind: 'presented', pullRequest, content, isNew: true, foreign }
}

/** What keeps the pull request from being merged in this moment; undefined: nothing. */
async function whyNotYet(
  context: ActContext,
  { approval, direction }: Delivery,
  { pullRequest, content, foreign }: Presented,
): Promise<string | undefined> {
  if (foreign) return `pull request #${pullRequest.number} has commits that Halyard did not make`
  const { directives } = context.catalog.targets.catalog
  if (approval && pullRequest.approvals.length === 0 && !approvalOf(directives, content, approval))
    return `approval of pull request #${pullRequest.number}`
  return direction === 'back' ? undefined : context.whatShut(direction.forward)
}

async function merge(
  { forge, now }: ActContext,
  { branch, text }: Delivery,
  { number, headSha }: PullRequest,
): Promise<DeliveryOutcome> {
  await forge.setStatus(headSha, gates('success', 'every gate is open'))
  const subject = `${text.subject} (#${number})`
  const merged = await forge.merge({
    number,
    expectedHead: headSha,
    subject,
    message: text.message,
    time: now,
  })
  switch (merged.kind) {
    case 'merged':
      return { kind: 'merged', number }
    case 'blocked':
      return { kind: 'waits', branch, reason: merged.reason }
    case 'closed':
      return { kind: 'waits', branch, reason: `pull request #${number} was closed` }
    case 'headChanged':
      return {
        kind: 'waits',
        branch,
        reason: `pull request #${number} has commits that Halyard did not make`,
      }
    case 'conflict':
      await forge.close(number, 'Closed: main moved on in the same files; planned again.')
      return { kind: 'again', reason: 'conflict' }
  }
}

function gates(state: CommitStatus['state'], description: string): CommitStatus {
  return { context: 'halyard/gates', state, description: description.slice(0, 140) }
}

/** What a pull request's hidden marker says that it shows. */
function shownContent(body: string): { readonly content: string; readonly head: string } | undefined {
  const [, content, head] = /<!-- halyard-content: (sha256:[0-9a-f]+) ([0-9a-f]+) -->/.exec(body) ?? []
  return content === undefined || head === undefined ? undefined : { content, head }
}

/** How a person agrees without a review: by an order of the catalog that names this content. */
function approvalNote(content: string, { service, group }: NonNullable<Delivery['approval']>): string {
  const command = `halctl approve ${service} --group ${group} --digest ${content}`
  return `\n\nApprove by a review of this head, or by an order: \`${command}\``
}

/** Names the content of a change, whatever the time at which its ledger entry was written. */
function contentDigest(changes: readonly TreeChange[]): string {
  const hash = createHash('sha256')
  for (const change of changes) {
    if (change.path.startsWith('rollouts/')) continue
    hash.update(`${change.path}\0${'text' in change ? change.text : 'blob' in change ? change.blob : ''}\0`)
  }
  return `sha256:${hash.digest('hex')}`
}
