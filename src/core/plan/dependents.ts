import { emptyRollout, type RequirementReturn, type Rollout } from '../domain/rollout.ts'
import { type ReleaseId, releaseId } from '../domain/service-release.ts'
import type { Instant } from '../domain/time.ts'
import { brokenBy, isInRange, versionOf } from './requirements.ts'
import { raiseFence } from './rollout-changes.ts'
import type { Neighbours, ServicePlanInput } from './plan-input.ts'
import type { DependentReturn, ReturnedPlacement, ReturnProposal } from './proposals.ts'

/** How many entries about broken requirements a rollout file keeps; older ones stay in Git history. */
const returnsKept = 20

/**
 * Completes a way back with what it would break: on each of its clusters, dependents that the older version does not
 * satisfy go back in the same commit where their own way back is recorded and fits, else they stay and their
 * ledger says that they are broken. A way back that breaks a requirement of its own goes on, and is told as well.
 */
export function withDependents(
  input: ServicePlanInput,
  proposal: ReturnProposal,
  now: Instant,
): ReturnProposal {
  const { neighbours } = input
  if (!neighbours) return proposal
  const tales = createTales()
  for (const placement of proposal.placements) {
    if (placement.release === undefined) continue
    const site = { neighbours, group: proposal.group, cluster: placement.cluster, input }
    followBack(site, proposal.service, { ...placement, release: placement.release, because: '' }, tales)
  }
  const names = input.clusters.index.names
  const own = tales.entriesOf(proposal.service, names, now)
  return {
    ...proposal,
    next: own.length > 0 ? withReturns(proposal.next, own) : proposal.next,
    dependents: tales.services
      .filter((service) => service !== proposal.service)
      .map((service): DependentReturn => {
        const rollout = neighbours.rollout(proposal.group, service) ?? emptyRollout(service, proposal.group)
        const entries = tales.entriesOf(service, names, now)
        return {
          service,
          placements: tales.placementsOf(service),
          next: raiseFence(withReturns(rollout, entries)),
        }
      }),
  }
}

function withReturns(rollout: Rollout, entries: readonly RequirementReturn[]): Rollout {
  return { ...rollout, returns: [...(rollout.returns ?? []), ...entries].slice(-returnsKept) }
}

/** One cluster on which something goes back. */
interface Site {
  readonly neighbours: Neighbours
  readonly group: string
  readonly cluster: number
  readonly input: ServicePlanInput
}

interface Back extends ReturnedPlacement {
  readonly release: ReleaseId
  /** The requirement that sends it back. */
  readonly because: string
}

type Backs = ReadonlyMap<string, Back>

function followBack(site: Site, service: string, back: Back, tales: Tales): void {
  const { cluster } = site
  const from = presentOn(site, service) ?? ''
  let backs: Backs = new Map([[service, back]])
  const unmet = unmetRequirement(site, service, back.release, backs)
  if (unmet !== undefined) tales.tell(service, { outcome: 'broken', cluster, release: from, reason: unmet })
  for (const { dependent, present, because } of brokenDependents(site, service, backs)) {
    if (backs.has(dependent)) continue
    const attempt = sendBack(site, dependent, because, backs)
    if ('backs' in attempt) backs = attempt.backs
    else {
      const reason = `${because}; it stays: ${attempt.why}`
      tales.tell(dependent, { outcome: 'broken', cluster, release: present, reason })
    }
  }
  for (const [dependent, { blob, release, because }] of backs) {
    if (dependent === service) continue
    const present = presentOn(site, dependent) ?? ''
    tales.tell(dependent, { outcome: 'returned', cluster, release: present, reason: because })
    tales.place(dependent, { cluster, blob, release })
  }
}

/** Everything that goes back if a service does, or why it can not: nothing recorded, or something else would break. */
function sendBack(
  site: Site,
  service: string,
  because: string,
  before: Backs,
): { readonly backs: Backs } | { readonly why: string } {
  const way = recordedWay(site, service)
  if (!way) return { why: 'no way back is recorded' }
  let backs: Backs = new Map([...before, [service, { ...way, because }]])
  const unmet = unmetRequirement(site, service, way.release, backs)
  if (unmet !== undefined) return { why: unmet }
  for (const broken of brokenDependents(site, service, backs)) {
    if (backs.has(broken.dependent)) return { why: broken.because }
    const attempt = sendBack(site, broken.dependent, broken.because, backs)
    if ('why' in attempt) return { why: `${broken.because}, and ${attempt.why}` }
    backs = attempt.backs
  }
  return { backs }
}

/** The dependents whose requirement holds now and would not with what goes back. */
function brokenDependents(
  site: Site,
  service: string,
  backs: Backs,
): readonly { readonly dependent: string; readonly present: ReleaseId; readonly because: string }[] {
  const { neighbours } = site
  const now = presentOn(site, service)
  const later = backs.get(service)?.release
  if (now === undefined || later === undefined) return []
  return neighbours.graph.dependentsOf(service).flatMap((dependent) => {
    const present = presentOn(site, dependent)
    const placed = backs.get(dependent)?.release ?? present
    if (present === undefined || placed === undefined) return []
    const broken = brokenBy(neighbours, dependent, placed, service, versionOf(later))
    // What is broken already was told when it broke.
    if (!broken || brokenBy(neighbours, dependent, placed, service, versionOf(now))) return []
    const because = `${service} goes back from ${versionOf(now)} to ${versionOf(later)}, but ${dependent} ${versionOf(placed)} requires ${service} ${broken.range}`
    return [{ dependent, present, because }]
  })
}

/** What a release requires and would not find on the cluster; undefined: it finds all. */
function unmetRequirement(site: Site, service: string, release: ReleaseId, backs: Backs): string | undefined {
  for (const required of site.neighbours.graph.requirementsOf(service, versionOf(release))) {
    const there = backs.get(required.service)?.release ?? presentOn(site, required.service)
    if (there !== undefined && isInRange(versionOf(there), required.range)) continue
    const found = there === undefined ? 'none is there' : `${versionOf(there)} is there`
    return `its way back ${versionOf(release)} requires ${required.service} ${required.range}, and ${found}`
  }
  return undefined
}

function presentOn({ neighbours, cluster }: Site, service: string): ReleaseId | undefined {
  const { files, file } = neighbours.desired(service)
  return files[file[cluster] ?? 0]?.release || undefined
}

/** What a service's ledger records for the cluster, unless main has it already or it is rejected there. */
function recordedWay(
  { neighbours, group, cluster, input }: Site,
  service: string,
): { readonly cluster: number; readonly blob: string; readonly release: ReleaseId } | undefined {
  const rollout = neighbours.rollout(group, service)
  const name = input.clusters.index.names[cluster] ?? ''
  const { files, file } = neighbours.desired(service)
  const present = files[file[cluster] ?? 0]
  for (const { release, blob, clusters } of rollout?.wayBack ?? []) {
    if (blob === undefined || release === undefined || !clusters.includes(name)) continue
    // What a refresh recorded leads back to the release itself.
    if (release === present?.release) continue
    const isRejected = rollout?.rejected.some((rejected) =>
      rejected.files ? rejected.files.includes(blob) : releaseId(rejected.release) === release,
    )
    if (!isRejected) return { cluster, blob, release }
  }
  return undefined
}

/** What is to be told of each service, gathered over clusters. */
interface Tales {
  readonly services: readonly string[]
  tell(service: string, tale: Tale): void
  place(service: string, placement: ReturnedPlacement): void
  entriesOf(service: string, names: readonly string[], at: Instant): readonly RequirementReturn[]
  placementsOf(service: string): readonly ReturnedPlacement[]
}

interface Tale extends Pick<RequirementReturn, 'outcome' | 'release' | 'reason'> {
  readonly cluster: number
}

function createTales(): Tales {
  const tales = new Map<string, Tale[]>()
  const placements = new Map<string, ReturnedPlacement[]>()
  return {
    get services() {
      return [...tales.keys()].toSorted()
    },
    tell: (service, tale) => add(tales, service, tale),
    place: (service, placement) => add(placements, service, placement),
    entriesOf(service, names, at) {
      const alike = Map.groupBy(tales.get(service) ?? [], (tale) =>
        JSON.stringify([tale.outcome, tale.release, tale.reason]),
      )
      return [...alike.values()].flatMap((group) => {
        const [first] = group
        if (!first) return []
        const { outcome, release, reason } = first
        const clusters = group.map(({ cluster }) => names[cluster] ?? '').toSorted()
        return [{ at, outcome, release, reason, clusters }]
      })
    },
    placementsOf: (service) => placements.get(service) ?? [],
  }
}

function add<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
