import { Type } from 'typebox'
import { formatInstant } from '../../core/domain/time.ts'
import { ordersOf } from '../../core/plan/orders.ts'
import { object } from '../shapes.ts'
import { findOrder, removalOf } from './end-order.ts'
import { frozenText, type Span } from './freeze.ts'
import { defineOrder } from './order.ts'
import { affectedBy, clustersIn, freezesOver, holdsOver, listed, scopeWords } from './scope.ts'

export const unfreeze = defineOrder({
  name: 'unfreeze',
  summary: 'Ends a freeze',
  input: object({
    freeze: Type.Optional(Type.String({ description: 'name of a freeze, or the service that it freezes' })),
    group: Type.Optional(Type.String({ description: 'the group that it freezes' })),
    reason: Type.Optional(Type.String()),
  }),
  async prepare(workspace, input) {
    const { catalog } = (await workspace.catalog()).snapshot
    const freeze = findOrder(
      catalog,
      { orders: ordersOf(catalog.directives, 'Freeze'), noun: 'freeze', verb: 'unfreeze', state: 'frozen' },
      { name: input.freeze, group: input.group },
    )
    const { scope } = freeze
    const affects = affectedBy(catalog, scope)
    const others = freezesOver(catalog, scope).filter(({ name }) => name !== freeze.name)
    const groups = listed(affects.map(({ group }) => group)) || 'no group'
    return {
      input: { ...input, freeze: freeze.name },
      summary: [
        `${scopeWords(scope)} is no longer frozen: waves may open in ${groups}, ${clustersIn(affects)}`,
        `it was frozen for: ${freeze.reason}${phaseText(freeze, workspace.now)}`,
        ...others.map((other) => `what stays: ${frozenText(other)}: ${other.reason} (${other.file})`),
        ...holdsOver(catalog, scope).map(
          (hold) => `what stays: ${scopeWords(hold.scope)} is held: ${hold.reason} (${hold.file})`,
        ),
      ],
      affects,
      ...removalOf([freeze], `Unfreeze ${scopeWords(scope)}`, input.reason),
      acknowledgement: undefined,
    }
  },
})

/** A freeze that is not on now changes nothing today when it ends. */
function phaseText({ from, until }: Span, now: number): string {
  if (from !== undefined && from > now) return `; it would begin at ${formatInstant(from)}`
  if (until !== undefined && until <= now) return `; it is over since ${formatInstant(until)}`
  return until === undefined ? '' : `; it would last until ${formatInstant(until)}`
}
