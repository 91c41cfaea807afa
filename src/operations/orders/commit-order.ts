import type { Static, TObject } from 'typebox'
import type { Signature } from '../../adapters/git/port.ts'
import type { Instant } from '../../core/domain/time.ts'
import type { CatalogWriter, CommitOutcome, OrderChange } from '../catalog-writer.ts'
import { checkedCatalog } from '../checked-catalog.ts'
import { KnownError } from '../known-error.ts'
import type { CatalogView, Workspace } from '../workspace.ts'
import type { Order, PreparedOrder } from './order.ts'
import { requirePlainText } from './plain-text.ts'

/** An order that may be committed: it makes no error in the catalog that it was made for. */
export interface OrderDraft<Input = unknown> {
  readonly base: CatalogView
  readonly prepared: PreparedOrder<Input>
}

/** Writes nothing. Throws `KnownError` for control characters in a text, and when the catalog with the order in it would have an error that it has not now. */
export async function draftOrder<Input extends TObject>(
  order: Order<Input>,
  input: Static<Input>,
  workspace: Workspace,
  writer: CatalogWriter,
): Promise<OrderDraft<Static<Input>>> {
  requirePlainText(input)
  const prepared = await order.prepare(workspace, input)
  const base = await workspace.catalog()
  await refuseErrors(writer, base, prepared.changes)
  return { base, prepared }
}

async function refuseErrors(
  writer: CatalogWriter,
  base: CatalogView,
  changes: readonly OrderChange[],
): Promise<void> {
  const after = checkedCatalog({ ...base, snapshot: await writer.preview(base, changes) })
  const errorsOf = ({ findings }: CatalogView) => findings.filter(({ severity }) => severity === 'error')
  const keyOf = ({ file, field, message }: CatalogView['findings'][number]): string =>
    JSON.stringify([file, field, message])
  const known = new Set(errorsOf(base).map(keyOf))
  const [first, ...more] = errorsOf(after).filter((finding) => !known.has(keyOf(finding)))
  if (!first) return
  const rest = more.length > 0 ? `, and ${more.length} more` : ''
  const place = `${first.file}${first.position ? `:${first.position.line}` : ''}`
  throw new KnownError(
    `the order would be an error: ${place}  ${first.field.join('.')}: ${first.message}${rest}`,
    first.remedy,
  )
}

/** Where and by whom an order is given. */
export interface OrderDesk {
  readonly writer: CatalogWriter
  readonly author: Signature
  readonly push: boolean
  now(): Instant
  /** The repositories as they are now. */
  workspace(): Promise<Workspace>
}

export interface CommittedOrder<Input = unknown> extends OrderDraft<Input> {
  readonly outcome: Extract<CommitOutcome, { kind: 'committed' }>
}

/** Others push to the catalog too: an order is made anew on what they left, so often. */
const attempts = 10

/** Commits what was drafted. Where the catalog moved on, the order is prepared and checked again on top of that. */
export async function commitOrder<Input extends TObject>(
  order: Order<Input>,
  draft: OrderDraft<Static<Input>>,
  desk: OrderDesk,
): Promise<CommittedOrder<Static<Input>>> {
  let { base, prepared } = draft
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { changes, message } = prepared
    const { writer, author, push } = desk
    const outcome = await writer.commit({ base, changes, message, author, time: desk.now(), push })
    if (outcome.kind === 'committed') return { base, prepared, outcome }
    ;({ base, prepared } = await draftOrder(order, prepared.input, await desk.workspace(), desk.writer))
  }
  throw new KnownError(`the catalog moved on at each of ${attempts} tries`, 'try again')
}
