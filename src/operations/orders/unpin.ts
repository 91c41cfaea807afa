import { Type } from 'typebox'
import { hasBit } from '../../core/plan/bitset.ts'
import { ordersOf } from '../../core/plan/orders.ts'
import { object } from '../shapes.ts'
import { findOrder, removalOf } from './end-order.ts'
import { affectedIn, forecast, nextLine, subjectOf, versionsText } from './forecast.ts'
import { defineOrder } from './order.ts'
import { clustersIn, scopeWords } from './scope.ts'

export const unpin = defineOrder({
  name: 'unpin',
  summary: 'Ends a pin',
  input: object({
    pin: Type.Optional(Type.String({ description: 'name of a pin, or the service that it pins' })),
    group: Type.Optional(Type.String({ description: 'the group that it pins' })),
    reason: Type.Optional(Type.String()),
  }),
  async prepare(workspace, input) {
    const { catalog } = (await workspace.catalog()).snapshot
    const pin = findOrder(
      catalog,
      { orders: ordersOf(catalog.directives, 'Pin'), noun: 'pin', verb: 'unpin', state: 'pinned' },
      { name: input.pin, group: input.group },
    )
    const { service, group, clusters, version } = pin
    const subject = subjectOf(await workspace.planning(), { service, group })
    const members = clusters && subject.planned.input.clusters.selected(clusters)
    const isPinned = (cluster: number): boolean => members === undefined || hasBit(members, cluster)
    const groups = subject.groups.filter(({ targets }) => [...targets].some(isPinned))
    const affects = affectedIn(subject, groups, isPinned)
    const after = forecast(subject, { remove: pin })
    const where = scopeWords({ service, group })
    return {
      input: { ...input, pin: pin.name },
      summary: [
        `${where} is no longer pinned to ${version}: ${clustersIn(affects)} may catch up with what is proven`,
        `it was pinned for: ${pin.reason}`,
        ...groups.flatMap((of) => [
          `${of.group.name}: ${versionsText(subject, of)}`,
          nextLine(subject.planned.plan, after, of.group.name),
        ]),
      ],
      affects,
      ...removalOf([pin], `Unpin ${where}`, input.reason),
      acknowledgement: undefined,
    }
  },
})
