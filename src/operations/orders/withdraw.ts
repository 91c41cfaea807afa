import { Type } from 'typebox'
import type { Withdraw } from '../../core/domain/directive.ts'
import { clustersOf } from '../../core/plan/gates.ts'
import { ordersOf, withdrawalOf } from '../../core/plan/orders.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import type { ServicePlan } from '../../core/plan/service-plan.ts'
import { KnownError } from '../known-error.ts'
import { placementAt } from '../placements.ts'
import { object } from '../shapes.ts'
import { affectedIn, forecast, nextLine, type Subject, subjectOf } from './forecast.ts'
import { defineOrder } from './order.ts'
import { orderDocument, orderFile } from './order-file.ts'
import { blockedBy, describeRetreat, retreatIn } from './retreat.ts'
import { clustersIn } from './scope.ts'

export const withdraw = defineOrder({
  name: 'withdraw',
  summary: 'Takes a version out of circulation in all groups',
  input: object({
    service: Type.String(),
    version: Type.String(),
    move: Type.Optional(Type.Boolean({ description: 'groups that are on it go back', default: false })),
    reason: Type.String(),
  }),
  async prepare(workspace, input) {
    const { service, version, move = false, reason } = input
    const subject = subjectOf(await workspace.planning(), input)
    const { catalog, groups, planned } = subject
    const spec = { service, version, ...(move ? { moves: true } : {}), reason }
    const known = withdrawalOf(catalog.directives, input)
    if (known && (known.moves || !move)) throw orderedAlready(known)
    const file = known
      ? { name: known.name, path: known.file, text: orderDocument('Withdraw', known.name, spec) }
      : orderFile('Withdraw', [service, version], spec, {
          catalog: subject.planning.catalog,
          now: workspace.now,
        })
    const order: Withdraw = {
      kind: 'Withdraw',
      name: file.name,
      file: file.path,
      service,
      version,
      reason,
      moves: move,
    }
    const after = forecast(subject, { add: order })
    const has = (cluster: number): boolean => placementAt(planned.input, cluster).desired === version
    const affects = affectedIn(subject, groups, has).filter(({ clusters }) => clusters > 0)
    const told = { subject, order, after }
    return {
      input,
      summary: [
        `${service} ${version} is withdrawn: no group takes it any more; ${affects.length === 0 ? 'no cluster has it' : `it is on ${clustersIn(affects)} and ${move ? 'is sent back' : 'stays there'}`}`,
        ...groups.flatMap((group) => describeGroup(told, group)),
        ...ordersOf(catalog.directives, 'Pin')
          .filter((pin) => pin.service === service && pin.version === version)
          .map((pin) => `it beats the pin to it, which then keeps everything else out: ${pin.file}`),
        ...(move || affects.length === 0 ? [] : ['to send them back too: --move']),
      ],
      affects,
      changes: [{ path: file.path, text: file.text }],
      message: `Withdraw ${service} ${version}${move ? ', and send it back' : ''}\n\n${reason}\n`,
      acknowledgement: undefined,
    }
  },
})

function orderedAlready({ file, moves }: Withdraw): KnownError {
  return new KnownError(
    `that is ordered already: ${file}`,
    moves ? 'removing the file ends it' : 'to send back what has it: --move',
  )
}

interface Told {
  readonly subject: Subject
  readonly order: Withdraw
  readonly after: ServicePlan
}

function describeGroup({ subject, order, after }: Told, of: GroupPlanInput): readonly string[] {
  const { planned, catalog } = subject
  const { name } = of.group
  const { service, version, moves } = order
  const current = of.rollout.current
  const isHere = current?.release.version === version && current.state !== 'rejected'
  const blocked = moves && isHere ? blockedBy(catalog, service, name) : []
  const retreat = moves ? retreatIn(after, name) : undefined
  if (retreat) return [describeRetreat(retreat, planned, of)]
  const keeping = [...of.targets].filter((cluster) => placementAt(planned.input, cluster).desired === version)
  const keeps = `${name}: ${clustersOf(keeping.length)} ${keeping.length === 1 ? 'keeps' : 'keep'} it`
  return [
    ...(keeping.length > 0 && blocked.length === 0 ? [keeps] : []),
    ...blocked.map((line) => `${name}: ${line}`),
    nextLine(planned.plan, after, name),
  ]
}
