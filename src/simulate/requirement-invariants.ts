import { PlacementState } from '../core/domain/placement.ts'
import type { ReleaseId } from '../core/domain/service-release.ts'
import { isInRange, versionOf } from '../core/plan/requirements.ts'
import type { RequiresGraph } from '../core/plan/requires-graph.ts'
import type { World } from './assemble.ts'
import type { CommitFacts } from './commit-facts.ts'

/** Release that main has, by `<cluster>/<service>`. */
type Placed = ReadonlyMap<string, ReleaseId>

/**
 * What a commit does to requirements that it may not do: a wave breaks none and rests on healthy dependencies, and
 * a way back leaves none broken that no ledger tells of. To be shown every commit, in order.
 */
export function createRequirementRule() {
  let placed: Placed = new Map()
  return {
    /** `running` undefined: only remembers. */
    check(facts: CommitFacts, running: World | undefined): readonly string[] {
      const before = placed
      placed = withMoves(before, facts)
      const graph = running?.controller.view()?.catalog.targets.requires
      if (!running || !graph || (facts.kind !== 'wave' && facts.kind !== 'return')) return []
      const newly = newlyBroken(facts, graph, before, placed)
      if (facts.kind === 'wave')
        return [...newly.map(({ text }) => text), ...unhealthyBelow(facts, graph, before, running)]
      return newly.filter((each) => !isTold(facts, each)).map(({ text }) => `${text}, and no ledger tells`)
    },
  }
}

function withMoves(before: Placed, { placements }: CommitFacts): Placed {
  const after = new Map(before)
  for (const { cluster, service, after: file } of placements) {
    if (file) after.set(`${cluster}/${service}`, file.release)
    else after.delete(`${cluster}/${service}`)
  }
  return after
}

function newlyBroken(
  { placements }: CommitFacts,
  graph: RequiresGraph,
  before: Placed,
  after: Placed,
): readonly Broken[] {
  const clusters = new Set(placements.map(({ cluster }) => cluster))
  return [...clusters].flatMap((cluster) => {
    const known = new Set(brokenOn(graph, before, cluster).map(({ text }) => text))
    return brokenOn(graph, after, cluster).filter(({ text }) => !known.has(text))
  })
}

function isTold({ rollouts }: CommitFacts, { cluster, service }: Broken): boolean {
  return rollouts.some(
    ({ after }) =>
      after?.service === service &&
      after.returns?.some(({ outcome, clusters }) => outcome === 'broken' && clusters.includes(cluster)),
  )
}

interface Broken {
  readonly cluster: string
  readonly service: string
  readonly text: string
}

function brokenOn(graph: RequiresGraph, placed: Placed, cluster: string): readonly Broken[] {
  return [...placed].flatMap(([key, release]) => {
    if (!key.startsWith(`${cluster}/`)) return []
    const service = key.slice(cluster.length + 1)
    return graph.requirementsOf(service, versionOf(release)).flatMap((required): readonly Broken[] => {
      const there = placed.get(`${cluster}/${required.service}`)
      if (there !== undefined && isInRange(versionOf(there), required.range)) return []
      const found = there === undefined ? 'nothing' : versionOf(there)
      const text = `${service} ${versionOf(release)} on ${cluster} requires ${required.service} ${required.range}, there is ${found}`
      return [{ cluster, service, text }]
    })
  })
}

/** As the step saw it: nothing is judged anew between its plan and this look, but what it moved itself. */
function unhealthyBelow(
  { placements }: CommitFacts,
  graph: RequiresGraph,
  before: Placed,
  running: World,
): readonly string[] {
  const view = running.controller.view()
  if (!view) return []
  return placements.flatMap(({ cluster, service, after }) =>
    graph.requirementsOf(service, after ? versionOf(after.release) : '').flatMap((required) => {
      const ordinal = view.fleet.clusters.ordinalOf(cluster) ?? -1
      const desired = view.fleet.desired(required.service)
      const isAsBefore =
        desired.files[desired.file[ordinal] ?? 0]?.release === before.get(`${cluster}/${required.service}`)
      const state = view.observations.observed(required.service).state[ordinal]
      return isAsBefore && state !== PlacementState.healthy && state !== PlacementState.merged
        ? [`${service} moves on ${cluster}, where ${required.service} is not healthy`]
        : []
    }),
  )
}
