import { Type } from 'typebox'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { Rollback } from '../../core/domain/directive.ts'
import type { CurrentRelease } from '../../core/domain/rollout.ts'
import { planService } from '../../core/plan/plan-service.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import { KnownError } from '../known-error.ts'
import { toMoment } from '../answer-values.ts'
import { object } from '../shapes.ts'
import { type Subject, subjectOf } from './forecast.ts'
import { defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { blockedBy, describeRetreat, failingIn, type Retreat, retreatIn } from './retreat.ts'

export const rollback = defineOrder({
  name: 'rollback',
  summary: 'Rejects a version in a group and sends its clusters back',
  input: object({
    service: Type.String(),
    group: Type.String(),
    from: Type.Optional(Type.String({ description: 'default: the version that the group has now' })),
    reason: Type.Optional(Type.String()),
  }),
  async prepare(workspace, { service, group, from, reason = 'rolled back by hand' }) {
    const subject = subjectOf(await workspace.planning(), { service, group, version: from })
    const { catalog, planned } = subject
    const [of] = subject.groups
    const current = requireCurrent(catalog, of, from)
    const { version } = current.release
    const spec = { service, group, from: version, reason }
    const file = orderFile('Rollback', [service, group], spec, {
      catalog: subject.planning.catalog,
      now: workspace.now,
    })
    const directive: Rollback = { kind: 'Rollback', name: file.name, file: file.path, ...spec }
    const ordered = foresee(subject, directive)
    const failing = failingIn(planned, of)
    return {
      input: { service, group, from: version, reason },
      summary: [describeRetreat(ordered, planned, of), ...blockedBy(catalog, service, group)],
      affects: [
        { service, group, clusters: ordered.kind === 'return' ? ordered.placements.length : 0, failing },
      ],
      changes: [{ path: file.path, text: file.text }],
      message: `Roll ${service} ${version} back in ${group}\n\n${reason}\n`,
      acknowledgement: undefined,
    }
  },
})

/** The release that the group has, which must be the one that is meant and may still be sent back. */
function requireCurrent(
  catalog: Catalog,
  { rollout }: GroupPlanInput,
  from: string | undefined,
): CurrentRelease {
  const { service, group, current } = rollout
  if (!current)
    throw new KnownError(`${service} was never released in ${group}`, 'there is nothing to roll back')
  const { version } = current.release
  if (from !== undefined && from !== version)
    throw new KnownError(
      `${group} has ${service} ${version}, not ${from}`,
      `roll ${version} back, or nothing`,
    )
  if (current.state === 'rejected' || current.state === 'halted') {
    const at = toMoment(rollout.rejected.at(-1)?.at) ?? 'an unknown time'
    throw new KnownError(
      `${service} ${version} was ${current.state} in ${group} already, at ${at}`,
      `why: halctl status ${service}`,
    )
  }
  const ordered = catalog.directives.find(
    (each) =>
      each.kind === 'Rollback' && each.service === service && each.group === group && each.from === version,
  )
  if (ordered)
    throw new KnownError(
      `that is ordered already: ${ordered.file}`,
      `how far it is: halctl status ${service}`,
    )
  return current
}

/** What the planner makes of the order, but for Holds: those are told apart. */
function foresee({ planned: { input }, at }: Subject, order: Rollback): Retreat {
  const directives = [...input.directives.filter(({ kind }) => kind !== 'Hold'), order]
  const retreat = retreatIn(planService({ ...input, directives }, at), order.group)
  if (!retreat) throw new Error('an order to roll back made the planner send nothing back')
  return retreat
}
