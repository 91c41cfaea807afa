import type { Static, TObject } from 'typebox'
import type { CatalogWriter } from '../../operations/catalog-writer.ts'
import { KnownError } from '../../operations/known-error.ts'
import type { CommittedOrder, OrderDraft } from '../../operations/orders/commit-order.ts'
import type { OrderAnswer } from '../../operations/orders/order-answer.ts'
import type { Order } from '../../operations/orders/order.ts'
import { awaitAcknowledgement } from './await-acknowledgement.ts'
import type { CliDeps, OpenedRepositories } from './deps.ts'
import { exitCodes } from './exit-codes.ts'
import { formatData } from './format-data.ts'
import type { OrderOptions } from './order-options.ts'
import { withProgress } from './progress.ts'
import type { WorkContext } from './session.ts'
import { viewCommitted, viewDraft, viewFiles } from './views/order.ts'

export interface OrderGiven<Input extends TObject> {
  readonly order: Order<Input>
  readonly input: Static<Input>
  readonly options: OrderOptions
}

export interface OrderContext extends WorkContext {
  readonly repositories: OpenedRepositories
}

/** Says what an order will do, does it once that is confirmed, and waits if asked to. Returns the exit code. */
export async function giveOrder<Input extends TObject>(
  context: OrderContext,
  { order, input, options }: OrderGiven<Input>,
): Promise<number> {
  const { deps, repositories, page } = context
  const { draftOrder, commitOrder } = await import('../../operations/orders/commit-order.ts')
  const writer = await repositories.writer()
  const isText = context.output === 'table' || context.output === 'wide'
  requireWaitable(writer, options)
  const author = options.dryRun === true ? undefined : await writer.author()
  const workspace = async () => repositories.workspace(deps.now())
  const draft = await withProgress(deps.stderr, 'reading the repositories', async () =>
    draftOrder(order, input, await workspace(), writer),
  )
  if (isText) deps.stdout.write(viewDraft(draft, author, page))
  if (author === undefined) {
    deps.stdout.write(
      isText ? viewFiles(draft, page) : await formatData(answerOf(order.name, draft), context.output),
    )
    return exitCodes.ok
  }
  if (!(await isConfirmed(deps, options, isText))) {
    deps.stdout.write('nothing was written\n')
    return exitCodes.error
  }
  const push = options.push === true
  const committed = await context.finish(async () => {
    const done = await commitOrder(order, draft, { writer, author, push, workspace, now: deps.now })
    if (isText) deps.stdout.write(viewCommitted(done))
    return done
  })
  const isAcknowledged = await waitIfAsked(context, committed, options, isText)
  if (!isText) {
    const answer: OrderAnswer = {
      ...answerOf(order.name, committed),
      author: { name: author.name, email: author.email },
      ...outcomeOf(committed),
      acknowledged: isAcknowledged,
    }
    deps.stdout.write(await formatData(answer, context.output))
  }
  return isAcknowledged === false ? exitCodes.unacknowledged : exitCodes.ok
}

function requireWaitable({ isLocal }: CatalogWriter, { wait, push, dryRun }: OrderOptions): void {
  if (wait !== true || dryRun === true || push === true || !isLocal) return
  throw new KnownError(
    'the controller can not acknowledge what is only in a work tree',
    'add --push, or leave out --wait',
  )
}

async function isConfirmed(deps: CliDeps, { yes }: OrderOptions, isText: boolean): Promise<boolean> {
  if (yes === true) return true
  if (deps.ask === undefined || !isText)
    throw new KnownError(
      'nobody can be asked whether to go on: nothing was written',
      'add --yes, or --dry-run to look',
    )
  return /^\s*y(?:es)?\s*$/i.test(await deps.ask('Continue? [y/N] '))
}

/** Null: nobody asked to wait. */
async function waitIfAsked(
  { deps, repositories }: OrderContext,
  { prepared: { acknowledgement } }: CommittedOrder,
  { wait, timeout }: OrderOptions,
  isText: boolean,
): Promise<boolean | null> {
  if (wait !== true || acknowledgement === undefined) return null
  const outcome = await withProgress(deps.stderr, 'waiting for the controller', async () =>
    awaitAcknowledgement(deps, repositories, acknowledgement, timeout),
  )
  if (outcome.kind === 'acknowledged') {
    if (isText) deps.stdout.write(`acknowledged by the controller after ${outcome.seconds}s\n`)
    return true
  }
  deps.stderr.write(
    `error: ${outcome.reason}\n  the order stands: halctl status tells what the controller sees\n`,
  )
  return false
}

function answerOf(name: string, { prepared }: OrderDraft): OrderAnswer {
  const { summary, affects, changes, message } = prepared
  return {
    order: name,
    summary: [...summary],
    affects: [...affects],
    message,
    changes: changes.map((change) => ({ path: change.path, text: 'text' in change ? change.text : null })),
    author: null,
    commit: null,
    place: null,
    pushed: null,
    acknowledged: null,
  }
}

function outcomeOf({ outcome: { commit, place, pushed } }: CommittedOrder) {
  return { commit, place, pushed }
}
