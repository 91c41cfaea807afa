import { Type } from 'typebox'
import type { Expedite } from '../../core/domain/directive.ts'
import { releaseId } from '../../core/domain/service-release.ts'
import { formatDuration, type Seconds } from '../../core/domain/time.ts'
import { soakOf, withdrawalOf } from '../../core/plan/orders.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import { KnownError } from '../known-error.ts'
import { object } from '../shapes.ts'
import { affectedIn, forecast, nextLine, standingOf, type Subject, subjectOf } from './forecast.ts'
import { defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { clustersIn, listed } from './scope.ts'

export const expedite = defineOrder({
  name: 'expedite',
  summary: 'Shortens every soak of a version',
  input: object({
    service: Type.String(),
    version: Type.String(),
    soak: Type.Integer({ description: 'seconds; no soak is longer', minimum: 0 }),
    approvedBy: Type.String({ description: 'address of who answers for it' }),
    reason: Type.String(),
  }),
  async prepare(workspace, input) {
    const { service, version, soak, approvedBy, reason } = input
    const subject = subjectOf(await workspace.planning(), input)
    requireAddress(approvedBy)
    const spec = { service, version, soak: durationText(soak), approvedBy, reason }
    const file = orderFile('Expedite', [service, version], spec, {
      catalog: subject.planning.catalog,
      now: workspace.now,
    })
    const order: Expedite = { kind: 'Expedite', name: file.name, file: file.path, ...input }
    const coming = groupsToCome(subject, order)
    const shortened = coming.filter((group) => soaksOf(subject, group, order).some((each) => each.was > soak))
    if (shortened.length === 0)
      throw new KnownError(
        `no soak of ${service} ${version} that is to come is longer than ${formatDuration(soak)}`,
        `what it waits for: halctl explain ${service}`,
      )
    const affects = affectedIn(subject, shortened)
    const after = forecast(subject, { add: order })
    return {
      input,
      summary: [
        `${service} ${version} soaks at most ${formatDuration(soak)} in ${listed(shortened.map(({ group }) => group.name))}, ${clustersIn(affects)}, approved by ${approvedBy}`,
        ...shortened.flatMap((group) => [
          soakText(subject, group, order),
          nextLine(subject.planned.plan, after, group.group.name),
        ]),
        'no wave, proof or gate is left out; the pull requests of its waves name who approved it',
      ],
      affects,
      changes: [{ path: file.path, text: file.text }],
      message: `Expedite ${service} ${version}\n\n${reason}\n\nApproved-by: ${approvedBy}\n`,
      acknowledgement: undefined,
    }
  },
})

/** Somebody answers for it who can be found: not a team, not a word. */
function requireAddress(text: string): void {
  if (/^[^\s@<>]+@[^\s@<>]+$/.test(text)) return
  throw new KnownError(
    `${JSON.stringify(text)} is no address of a person`,
    'give who answers for it: --approved-by ana@example.com',
  )
}

/** The groups that the version may still move in. Throws `KnownError` where there are none. */
function groupsToCome(subject: Subject, { service, version }: Expedite): readonly GroupPlanInput[] {
  const withdrawal = withdrawalOf(subject.catalog.directives, { service, version })
  if (withdrawal)
    throw new KnownError(
      `${service} ${version} is withdrawn: ${withdrawal.reason} (${withdrawal.file})`,
      `expedite another version, or remove ${withdrawal.file} first`,
    )
  const standings = subject.groups.map((group) => ({ group, standing: standingOf(subject, group, version) }))
  const coming = standings.filter(({ standing }) => standing === 'rolling' || standing === 'ahead')
  if (coming.length > 0) return coming.map(({ group }) => group)
  const where = standings.map(({ group, standing }) => {
    const word = standing === 'below' ? 'older than what is there' : standing
    return `${word} in ${group.group.name}`
  })
  throw new KnownError(
    `${service} ${version} has no soak to come: it is ${listed(where)}`,
    `where it stands: halctl status ${service}`,
  )
}

interface Soak {
  readonly of: 'waves' | 'promotion'
  readonly was: Seconds
}

/** The soaks that are still to come in a group, as other orders let them. */
function soaksOf({ planned, catalog }: Subject, of: GroupPlanInput, { version }: Expedite): readonly Soak[] {
  const release = planned.input.releases.find((each) => each.version === version)
  if (!release) return []
  const { current } = of.rollout
  const isStarted = current !== undefined && releaseId(current.release) === releaseId(release)
  const { strategy, promotion } = of.group
  const was = (soak: Seconds): Seconds => soakOf(catalog.directives, release, soak)
  return [
    { of: 'waves', was: was(strategy.soak) },
    ...(of.ancestors.length > 0 && !isStarted
      ? ([{ of: 'promotion', was: was(promotion.soak) }] as const)
      : []),
  ]
}

/** `prod: soak of waves 30m → 5m, for promotion 4h → 5m` */
function soakText(subject: Subject, group: GroupPlanInput, order: Expedite): string {
  const parts = soaksOf(subject, group, order)
    .filter(({ was }) => was > order.soak)
    .map(
      ({ of, was }) =>
        `${of === 'waves' ? 'of waves' : 'for promotion'} ${formatDuration(was)} → ${formatDuration(order.soak)}`,
    )
  return `${group.group.name}: soak ${parts.join(', ')}`
}

/** As documents write lengths of time: exactly, in the largest units. */
function durationText(seconds: Seconds): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const
  const text = parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : '')).join('')
  return text === '' ? '0s' : text
}
