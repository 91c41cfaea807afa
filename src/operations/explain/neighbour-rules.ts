import { barriersAt } from '../../core/plan/requirements.ts'
import { not, type Rule } from './rule.ts'
import type { Subject, SubjectPlace } from './subject.ts'

/** What other services on the same cluster have to do with it: requirements that are not met, and sickness. */
export function neighbourRules(
  { planned, cluster }: Subject,
  { input, coming }: SubjectPlace,
): readonly Rule[] {
  if (!cluster) return []
  const { ordinal } = cluster
  const { placed, unwell, sick } = planned.input.clusters.sickness()
  const barriers = coming ? barriersAt(planned.input, input.group.name, coming, ordinal) : []
  const others = `${unwell[ordinal] ?? 0} of ${placed[ordinal] ?? 0} services that no rollout changes are unwell here`
  return [
    ...barriers.map(({ reason, opensWhen }) => not('requires', reason, { opensWhen })),
    ...(sick[ordinal]
      ? [
          not('well', `the cluster is sick: ${others}; failures count as silence, within maxSilent`, {
            opensWhen: 'they are healthy again',
          }),
        ]
      : []),
  ]
}
