import { releaseId } from '../domain/service-release.ts'
import { clustersOf } from './gates.ts'
import type { GroupPlanInput, ServicePlanInput } from './plan-input.ts'
import type { Gate, GroupPlan } from './service-plan.ts'

/** How many clusters a gate names. */
const shown = 3

/**
 * A group's plan, telling also which clusters are left behind because of errors of the catalog that are only about
 * them: one gate for each error. Those that have the release already wait for nothing.
 */
export function withFrozenGates(
  { desired, frozenOn, clusters: { index } }: ServicePlanInput,
  { targets }: GroupPlanInput,
  plan: GroupPlan,
): GroupPlan {
  if (frozenOn === undefined || frozenOn.size === 0) return plan
  const release = plan.candidate ?? plan.release
  const id = release && releaseId(release)
  const left = [...targets].filter(
    (cluster) => frozenOn.has(cluster) && desired.files[desired.file[cluster] ?? 0]?.release !== id,
  )
  const byReason = Map.groupBy(left, (cluster) => frozenOn.get(cluster) ?? '')
  const gates = [...byReason].map(([reason, clusters]): Gate => {
    const names = clusters.slice(0, shown).map((cluster) => index.names[cluster] ?? '')
    const more = clusters.length > shown ? ', …' : ''
    return {
      gate: 'catalog',
      state: 'waiting',
      reason: `${clustersOf(clusters.length)} passed over (${names.join(', ')}${more}): ${reason}`,
      since: undefined,
      opensWhen: 'the error is mended in the catalog',
      opensAt: undefined,
    }
  })
  return { ...plan, waitsFor: [...plan.waitsFor, ...gates] }
}
