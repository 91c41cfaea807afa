import { Range, satisfies } from 'semver'
import type { ClusterIndex } from '../domain/cluster-index.ts'
import { PlacementState } from '../domain/placement.ts'
import type { Requirement } from '../domain/service-version.ts'
import type { ReleaseId, ServiceRelease } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import { clustersOf } from './gates.ts'
import { parseReleaseId } from './release-order.ts'
import type { GroupPlanInput, Neighbours, ServicePlanInput } from './plan-input.ts'
import type { Gate } from './service-plan.ts'

/** One requirement that a release meets or not, cluster by cluster. */
interface Barrier {
  /** `2.0.0 requires ledger >=1.5` */
  readonly what: string
  readonly opensWhen: string
  /** What stands in the way on a cluster, in few words; undefined: nothing. */
  readonly at: (cluster: number) => string | undefined
}

/**
 * Everything that may keep a release from clusters of a group: what its version requires, and what requires another
 * version of its service than this one. Empty without requirements.
 */
function barriersOf(
  input: ServicePlanInput,
  group: string,
  release: ServiceRelease | undefined,
): readonly Barrier[] {
  const { neighbours, service } = input
  if (!neighbours || !release) return []
  const { graph } = neighbours
  return [
    ...graph
      .requirementsOf(service.name, release.version)
      .map((requirement) => ownBarrier(neighbours, release, requirement)),
    ...graph
      .dependentsOf(service.name)
      .map((dependent) => dependentBarrier(input, neighbours, { group, release, dependent })),
  ]
}

/** What the release requires has to be desired and observed healthy on the cluster. */
function ownBarrier(
  neighbours: Neighbours,
  { version }: ServiceRelease,
  { service, range }: Requirement,
): Barrier {
  const desired = neighbours.desired(service)
  const { state } = neighbours.observed(service)
  const isMet = memo((id: ReleaseId) => isInRange(versionOf(id), range))
  return {
    what: `${version} requires ${service} ${range}`,
    opensWhen: `${service} ${range} is healthy there, the move of ${neighbours.ownerOf(service)}`,
    at(cluster) {
      const file = desired.files[desired.file[cluster] ?? 0]
      if (!file || file.release === '') return `no ${service}`
      if (!isMet(file.release)) return `${service} ${versionOf(file.release)}`
      const isHealthy = state[cluster] === PlacementState.healthy
      return isHealthy ? undefined : `${service} ${versionOf(file.release)} that is not healthy`
    },
  }
}

/** What is placed on the cluster, still runs there, or would come back to it must go on finding what it requires. */
function dependentBarrier(
  { service, desired, clusters }: ServicePlanInput,
  neighbours: Neighbours,
  subject: { readonly group: string; readonly release: ServiceRelease; readonly dependent: string },
): Barrier {
  const { dependent, group, release } = subject
  const theirs = neighbours.desired(dependent)
  const { running } = neighbours.observed(dependent)
  const waysBack = waysBackOf(neighbours, group, dependent, clusters.index)
  const objection = memo((id: ReleaseId): string | undefined => {
    const broken = brokenBy(neighbours, dependent, id, service.name, release.version)
    return broken && `${dependent} ${versionOf(id)}, which requires ${service.name} ${broken.range}`
  })
  const isThere = memo((id: ReleaseId) => versionOf(id) === release.version)
  return {
    what: `${dependent} does not run with ${service.name} ${release.version}`,
    opensWhen: `${dependent} has a version there that does, the move of ${neighbours.ownerOf(dependent)}`,
    at(cluster) {
      const placed = theirs.files[theirs.file[cluster] ?? 0]
      if (!placed || placed.release === '') return undefined
      const own = desired.files[desired.file[cluster] ?? 0]
      // Another revision of a version breaks nothing that is not broken already.
      if (own && isThere(own.release)) return undefined
      const last = theirs.files[running[cluster] ?? 0]
      const back = waysBack.get(cluster)
      return (
        objection(placed.release) ??
        (last && last.release !== '' ? objection(last.release) : undefined) ??
        (back === undefined ? undefined : objection(back))
      )
    },
  }
}

/** What each cluster of a rollout that is under way may still go back to. */
function waysBackOf(
  { rollout }: Neighbours,
  group: string,
  service: string,
  index: ClusterIndex,
): ReadonlyMap<number, ReleaseId> {
  const ledger = rollout(group, service)
  const ways = new Map<number, ReleaseId>()
  if (ledger?.current?.state !== 'rolling') return ways
  for (const { release, clusters } of ledger.wayBack) {
    for (const name of release === undefined ? [] : clusters) {
      const cluster = index.ordinalOf(name)
      if (cluster !== undefined && release !== undefined) ways.set(cluster, release)
    }
  }
  return ways
}

/** The requirement of a release on a service that a version of it would break. */
export function brokenBy(
  { graph }: Pick<Neighbours, 'graph'>,
  service: string,
  release: ReleaseId,
  dependency: string,
  version: string,
): Requirement | undefined {
  return graph
    .requirementsOf(service, versionOf(release))
    .find((requirement) => requirement.service === dependency && !isInRange(version, requirement.range))
}

const nobody = new Uint8Array()

/** By ordinal, 1: moving the release there would break a requirement. No requirements cost nothing. */
export function barredColumn(
  input: ServicePlanInput,
  { group, targets }: GroupPlanInput,
  release: ServiceRelease | undefined,
): Uint8Array {
  const barriers = barriersOf(input, group.name, release)
  if (barriers.length === 0) return nobody
  const column = new Uint8Array(input.clusters.index.size)
  for (const cluster of targets)
    if (barriers.some((barrier) => barrier.at(cluster) !== undefined)) column[cluster] = 1
  return column
}

/** What keeps a release from one cluster, each with what would open it. */
export function barriersAt(
  input: ServicePlanInput,
  group: string,
  release: ServiceRelease,
  cluster: number,
): readonly { readonly reason: string; readonly opensWhen: string }[] {
  return barriersOf(input, group, release).flatMap(({ what, opensWhen, at }) => {
    const there = at(cluster)
    return there === undefined ? [] : [{ reason: `${what}: ${there} is there`, opensWhen }]
  })
}

/** How many of the clusters behind a gate it names. */
const clustersNamed = 3

/** Why the barred clusters are passed over: dependency, range, what is there and whose move it is. */
export function requiresGates(
  input: ServicePlanInput,
  group: string,
  release: ServiceRelease,
  barred: readonly number[],
  since: Instant | undefined,
): readonly Gate[] {
  const { names } = input.clusters.index
  return barriersOf(input, group, release).flatMap(({ what, opensWhen, at }): readonly Gate[] => {
    const found = new Map<string, number[]>()
    for (const cluster of barred) {
      const there = at(cluster)
      if (there === undefined) continue
      const known = found.get(there)
      if (known) known.push(cluster)
      else found.set(there, [cluster])
    }
    if (found.size === 0) return []
    const parts = [...found].map(([there, clusters]) => {
      const named = clusters
        .map((cluster) => names[cluster] ?? '')
        .toSorted()
        .slice(0, clustersNamed)
      const more = clusters.length > clustersNamed ? ', …' : ''
      return `${there} on ${clustersOf(clusters.length)} (${named.join(', ')}${more})`
    })
    const reason = `${what}: ${parts.join('; ')}`
    return [{ gate: 'requires', state: 'waiting', reason, since, opensWhen, opensAt: undefined }]
  })
}

const ranges = new Map<string, Range>()
const rangesKept = 10_000

/**
 * Whether a version is in a range as npm reads them: a prerelease only where the range itself names one of the same
 * major.minor.patch. Otherwise `>=1.5` would take 2.0.0-rc.1 for proof of 1.5.
 */
export function isInRange(version: string, range: string): boolean {
  let parsed = ranges.get(range)
  if (!parsed) {
    if (ranges.size >= rangesKept) ranges.clear()
    ranges.set(range, (parsed = new Range(range)))
  }
  return satisfies(version, parsed)
}

export function versionOf(release: ReleaseId): string {
  return parseReleaseId('', release).version
}

function memo<Value>(make: (id: ReleaseId) => Value): (id: ReleaseId) => Value {
  const made = new Map<ReleaseId, { readonly value: Value }>()
  return (id) => {
    let known = made.get(id)
    if (!known) made.set(id, (known = { value: make(id) }))
    return known.value
  }
}
