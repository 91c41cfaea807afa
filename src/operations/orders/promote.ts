import { Type } from 'typebox'
import type { Promote } from '../../core/domain/directive.ts'
import { promotionOf, returnOrderOf, withdrawalOf } from '../../core/plan/orders.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import { KnownError } from '../known-error.ts'
import { object } from '../shapes.ts'
import {
  affectedIn,
  forecast,
  nextLine,
  standingOf,
  type Subject,
  subjectOf,
  versionsText,
} from './forecast.ts'
import { defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { clustersIn, listed } from './scope.ts'

export const promote = defineOrder({
  name: 'promote',
  summary: 'Lets a version start in a group without the proof of the groups before it',
  input: object({
    service: Type.String(),
    version: Type.String(),
    group: Type.String(),
    proof: Type.String({ description: 'what stands in for the proof, in words or as a link' }),
    reason: Type.String(),
  }),
  async prepare(workspace, input) {
    const { service, version, group, proof, reason } = input
    const subject = subjectOf(await workspace.planning(), input)
    const [of] = subject.groups
    const spec = { service, group, version, proof, reason }
    const file = orderFile('Promote', [service, group], spec, {
      catalog: subject.planning.catalog,
      now: workspace.now,
    })
    const order: Promote = { kind: 'Promote', name: file.name, file: file.path, ...spec }
    refuse(subject, of, order)
    const affects = affectedIn(subject, [of])
    return {
      input,
      summary: [
        `${group}: ${service} ${version} starts on ${clustersIn(affects)} without the proof of ${listed(of.ancestors)}`,
        `${group}: ${versionsText(subject, of)}; each wave still has its soak, budget and approval`,
        nextLine(subject.planned.plan, forecast(subject, { add: order }), group),
        `its pull requests show the proof: ${proof}`,
      ],
      affects,
      changes: [{ path: file.path, text: file.text }],
      message: `Promote ${service} ${version} in ${group}\n\n${reason}\n\nProof: ${proof}\n`,
      acknowledgement: undefined,
    }
  },
})

/** A promotion that starts nothing would wait in the catalog for a day on which nobody expects it. */
function refuse(subject: Subject, of: GroupPlanInput, order: Promote): void {
  const { service, version, group } = order
  const { directives } = subject.catalog
  const release = { service, version }
  const what = `${service} ${version}`
  const refusal = withdrawalOf(directives, release) ?? returnOrderOf(directives, release, group)
  if (refusal) {
    const how = refusal.kind === 'Withdraw' ? 'is withdrawn' : `is rolled back in ${group}`
    throw new KnownError(
      `${what} ${how}: ${refusal.reason} (${refusal.file})`,
      `promote another version, or remove ${refusal.file} first`,
    )
  }
  const known = promotionOf(directives, release, group)
  if (known)
    throw new KnownError(`that is ordered already: ${known.file}`, `how far it is: halctl status ${service}`)
  if (of.ancestors.length === 0)
    throw new KnownError(
      `no group comes before ${group}: it takes every version without proof`,
      `what it waits for: halctl explain ${service}`,
    )
  refuseByStanding(subject, of, order)
  const plan = subject.planned.plan
  const isNext = plan.proposals.some(
    (each) => each.group === group && each.kind === 'wave' && each.release.version === version,
  )
  const candidate = plan.groups.find((each) => each.group === group)?.candidate
  if (isNext || candidate?.version === version)
    throw new KnownError(
      `${what} has all the proof that ${group} asks for, and comes by itself`,
      `what it waits for: halctl explain ${service}`,
    )
}

function refuseByStanding(subject: Subject, of: GroupPlanInput, { service, version, group }: Promote): void {
  const what = `${service} ${version}`
  const current = of.rollout.current?.release.version
  switch (standingOf(subject, of, version)) {
    case 'proven':
      throw new KnownError(`${what} is proven in ${group} already`, `where it is: halctl status ${service}`)
    case 'rolling':
      throw new KnownError(`${what} is on its way in ${group}`, `how far it is: halctl status ${service}`)
    case 'halted':
    case 'rejected':
      throw new KnownError(
        `${what} was rejected in ${group}: a promotion does not bring it back`,
        `once its cause is mended: halctl retry ${service} --group ${group}`,
      )
    case 'below':
      throw new KnownError(
        `${group} has ${service} ${current}, which ${version} is not above`,
        `to go down: halctl pin ${service} ${version} --group ${group}`,
      )
    case 'ahead':
  }
}
