import { Type } from 'typebox'
import { ordersOf } from '../../core/plan/orders.ts'
import { object } from '../shapes.ts'
import { findOrder, removalOf } from './end-order.ts'
import { defineOrder } from './order.ts'
import { affectedBy, clustersIn, holdsOver, listed, scopeWords } from './scope.ts'

export const resume = defineOrder({
  name: 'resume',
  summary: 'Ends a hold',
  input: object({
    hold: Type.Optional(Type.String({ description: 'name of a hold, or the service that it holds' })),
    group: Type.Optional(Type.String({ description: 'the group that it holds' })),
    reason: Type.Optional(Type.String()),
  }),
  async prepare(workspace, input) {
    const { catalog } = (await workspace.catalog()).snapshot
    const hold = findOrder(
      catalog,
      { orders: ordersOf(catalog.directives, 'Hold'), noun: 'hold', verb: 'resume', state: 'held' },
      { name: input.hold, group: input.group },
    )
    const affects = affectedBy(catalog, hold.scope)
    const others = holdsOver(catalog, hold.scope).filter(({ name }) => name !== hold.name)
    return {
      input: { ...input, hold: hold.name },
      summary: [
        `${scopeWords(hold.scope)} goes on: waves may open in ${listed(affects.map(({ group }) => group)) || 'no group'}, ${clustersIn(affects)}`,
        `it was held for: ${hold.reason}`,
        ...others.map((other) => `${scopeWords(other.scope)} stays held: ${other.reason} (${other.file})`),
      ],
      affects,
      ...removalOf([hold], `Resume ${scopeWords(hold.scope)}`, input.reason),
      acknowledgement: { hold: hold.name, isHeld: false },
    }
  },
})
