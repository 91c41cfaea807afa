import { Type } from 'typebox'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { Rollback } from '../../core/domain/directive.ts'
import type { CurrentRelease } from '../../core/domain/rollout.ts'
import { releaseId } from '../../core/domain/service-release.ts'
import { clustersOf } from '../../core/plan/gates.ts'
import { planService } from '../../core/plan/plan-service.ts'
import { parseReleaseId } from '../../core/plan/release-order.ts'
import type { GroupPlanInput, Proposal } from '../../core/plan/types.ts'
import { KnownError } from '../known-error.ts'
import { unknownName } from '../nearest-name.ts'
import { object, toMoment } from '../shapes.ts'
import type { PlannedService } from '../workspace.ts'
import { defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { holdsOver, listed, requireScope } from './scope.ts'

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
    const planning = await workspace.planning()
    const { catalog } = planning.catalog.snapshot
    requireScope(catalog, { service, group })
    const planned = planning.plan(service)
    const of = planned.input.groups.find((each) => each.group.name === group)
    if (!of)
      throw new KnownError(`${service} does not go to ${group}`, `its groups: halctl status ${service}`)
    const current = requireCurrent(catalog, of, from)
    const { version } = current.release
    const spec = { service, group, from: version, reason }
    const file = orderFile('Rollback', [service, group], spec, {
      catalog: planning.catalog,
      now: workspace.now,
    })
    const directive: Rollback = { kind: 'Rollback', name: file.name, file: file.path, ...spec }
    const ordered = foresee(planned, directive, planning.observations.at)
    const failing = failingOf(planned, current, group)
    return {
      input: { service, group, from: version, reason },
      summary: [describe(ordered, { current, of, failing, planned }), ...blockedBy(catalog, service, group)],
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
  const versions = catalog.versions.get(service)?.map(({ version }) => version) ?? []
  if (from !== undefined && !versions.includes(from))
    throw unknownName(`version of ${service}`, from, versions.toReversed())
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

type Retreat = Extract<Proposal, { kind: 'return' | 'verdict' }>

/** What the planner makes of the order, but for Holds: those are told apart. */
function foresee({ input }: PlannedService, order: Rollback, now: number): Retreat {
  const directives = [...input.directives.filter(({ kind }) => kind !== 'Hold'), order]
  const { proposals } = planService({ ...input, directives }, now)
  const retreat = proposals.find(
    (proposal): proposal is Retreat => proposal.group === order.group && proposal.kind !== 'wave',
  )
  if (!retreat) throw new Error('an order to roll back made the planner send nothing back')
  return retreat
}

function failingOf({ plan }: PlannedService, current: CurrentRelease, group: string): number {
  const tally = plan.groups.find((each) => each.group === group)?.tally
  return Math.max(0, (tally?.failed ?? 0) - current.failed.length)
}

interface Outlook {
  readonly current: CurrentRelease
  readonly of: GroupPlanInput
  readonly failing: number
  readonly planned: PlannedService
}

/** `prod: 48 clusters go from 1.4.3 back to 1.4.2, 7 of them failing first; 1.4.3 is rejected in prod` */
function describe(ordered: Retreat, { current, of, failing, planned }: Outlook): string {
  const group = of.group.name
  const { service, version } = current.release
  if (ordered.kind === 'verdict')
    return `${group}: ${service} ${version} is rejected and halts; no cluster has an earlier release to go back to`
  const versions = ordered.placements.map(({ release }) =>
    release === undefined ? 'nothing' : parseReleaseId(service, release).version,
  )
  const count = ordered.placements.length
  const first = failing > 0 ? `, ${failing} of them failing first` : ''
  const goes = `${clustersOf(count)} ${count === 1 ? 'goes' : 'go'} from ${version} back to ${listed([...new Set(versions)].toSorted())}${first}`
  const returning = new Set(ordered.placements.map(({ cluster }) => cluster))
  const { desired } = planned.input
  const staying = [...of.targets].filter(
    (cluster) =>
      desired.files[desired.file[cluster] ?? 0]?.release === releaseId(current.release) &&
      !returning.has(cluster),
  ).length
  const stays =
    staying > 0
      ? `; ${clustersOf(staying)} ${staying === 1 ? 'stays' : 'stay'}, with nothing to go back to`
      : ''
  return `${group}: ${goes}; ${version} is rejected in ${group}${stays}`
}

function blockedBy(catalog: Catalog, service: string, group: string): readonly string[] {
  return holdsOver(catalog, { service, group })
    .filter(({ rollbacks }) => rollbacks)
    .map(
      ({ name, reason }) =>
        `it waits: ${name} holds rollbacks too (${reason}); halctl resume ${name} lets it go`,
    )
}
