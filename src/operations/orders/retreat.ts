import type { Catalog } from '../../core/domain/catalog.ts'
import { releaseId } from '../../core/domain/service-release.ts'
import { clustersOf } from '../../core/plan/gates.ts'
import { parseReleaseId } from '../../core/plan/release-order.ts'
import type { GroupPlanInput } from '../../core/plan/plan-input.ts'
import type { Proposal } from '../../core/plan/proposals.ts'
import type { ServicePlan } from '../../core/plan/service-plan.ts'
import type { PlannedService } from '../workspace.ts'
import { holdsOver, listed } from './scope.ts'

/** What a version that an order rejects does in a group: its clusters go back, or it halts. */
export type Retreat = Extract<Proposal, { kind: 'return' | 'verdict' }>

export function retreatIn({ proposals }: ServicePlan, group: string): Retreat | undefined {
  return proposals.find(
    (proposal): proposal is Retreat =>
      proposal.group === group && (proposal.kind === 'return' || proposal.kind === 'verdict'),
  )
}

/** Clusters that fail now and were not sent back before. */
export function failingIn({ plan }: PlannedService, { group, rollout }: GroupPlanInput): number {
  const tally = plan.groups.find((each) => each.group === group.name)?.tally
  return Math.max(0, (tally?.failed ?? 0) - (rollout.current?.failed.length ?? 0))
}

/** `prod: 48 clusters go from 1.4.3 back to 1.4.2, 7 of them failing first; 1.4.3 is rejected in prod` */
export function describeRetreat(ordered: Retreat, planned: PlannedService, of: GroupPlanInput): string {
  const group = of.group.name
  const { service, version } = ordered.release
  if (ordered.kind === 'verdict') {
    const isFinal = planned.input.irreversible.has(version)
    const why = isFinal ? 'it is marked irreversible' : 'no cluster has an earlier release to go back to'
    return `${group}: ${service} ${version} is rejected and halts; ${why}`
  }
  const versions = ordered.placements.map(({ release }) =>
    release === undefined ? 'nothing' : parseReleaseId(service, release).version,
  )
  const failing = failingIn(planned, of)
  const count = ordered.placements.length
  const first = failing > 0 ? `, ${failing} of them failing first` : ''
  const goes = `${clustersOf(count)} ${count === 1 ? 'goes' : 'go'} from ${version} back to ${listed([...new Set(versions)].toSorted())}${first}`
  const returning = new Set(ordered.placements.map(({ cluster }) => cluster))
  const { desired } = planned.input
  const staying = [...of.targets].filter(
    (cluster) =>
      desired.files[desired.file[cluster] ?? 0]?.release === releaseId(ordered.release) &&
      !returning.has(cluster),
  ).length
  const stays =
    staying > 0
      ? `; ${clustersOf(staying)} ${staying === 1 ? 'stays' : 'stay'}, with nothing to go back to`
      : ''
  return `${group}: ${goes}; ${version} is rejected in ${group}${stays}`
}

/** Holds that stop what goes back too. */
export function blockedBy(catalog: Catalog, service: string, group: string): readonly string[] {
  return holdsOver(catalog, { service, group })
    .filter(({ rollbacks }) => rollbacks)
    .map(
      ({ name, reason }) =>
        `it waits: ${name} holds rollbacks too (${reason}); halctl resume ${name} lets it go`,
    )
}
