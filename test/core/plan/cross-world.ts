import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import type { Strategy } from '../../../src/core/domain/deployment-group.ts'
import type { Directive } from '../../../src/core/domain/directive.ts'
import {
  type DesiredFile,
  PlacementState,
  type PlacementStateName,
} from '../../../src/core/domain/placement.ts'
import type { Rollout } from '../../../src/core/domain/rollout.ts'
import { releaseId } from '../../../src/core/domain/service-release.ts'
import { planService } from '../../../src/core/plan/plan-service.ts'
import { createCatalogTargets, servicePlanInput } from '../../../src/core/plan/service-inputs.ts'
import { withSickness } from '../../../src/core/plan/sick.ts'
import type { ServicePlanInput } from '../../../src/core/plan/plan-input.ts'
import type { Proposal } from '../../../src/core/plan/proposals.ts'
import type { GroupPlan, ServicePlan } from '../../../src/core/plan/service-plan.ts'
import { catalogOf, cluster, group, service, version } from '../check/build-catalog.ts'

/** `ledger 1.5.0` or `payments 2.0.0: ledger >=1.5`, ascending within a service. */
export type VersionWords = string

/** Several services in one group `prod`, with a fleet that does what plans say when the test says so. */
export function createCrossWorld(clusters: readonly string[], strategy: Partial<Strategy> = {}) {
  const index = createClusterIndex(clusters)
  const size = index.size
  const columns = new Map<string, ReturnType<typeof emptyColumns>>()
  const rollouts = new Map<string, Rollout>()
  const silent = new Uint8Array(size)
  const bootstrapped = new Uint8Array(size).fill(1)
  const directives: Directive[] = []
  const world = { now: 1_000_000, words: [] as readonly VersionWords[] }

  const of = (name: string) => {
    let known = columns.get(name)
    if (!known) columns.set(name, (known = emptyColumns(size)))
    return known
  }
  const at = (name: string): number => {
    const ordinal = index.ordinalOf(name)
    if (ordinal === undefined) throw new Error(`no cluster ${name}`)
    return ordinal
  }
  const targets = () => {
    const versions = world.words.map(versionOfWords)
    const names = [...new Set(versions.map((one) => one.service))]
    return createCatalogTargets(
      catalogOf({
        clusters: clusters.map((name) => cluster(name, 'prod')),
        groups: [group('prod', [], { soak: 100, deadline: 600, ...strategy })],
        services: names.map((name) => service(name)),
        versions,
        directives,
      }),
      index,
    )
  }
  const input = (name: string): ServicePlanInput => {
    const fleet = {
      bootstrapped,
      desired: (other: string) => of(other).desired,
      rollout: (groupName: string, other: string) => rollouts.get(`${groupName}/${other}`),
    }
    const seen = {
      silent,
      contactAt: new Uint32Array(size).fill(world.now),
      blackouts: [],
      observed: (other: string) => of(other).observed,
    }
    const resolved = targets()
    const unfrozen = { reasonOf: () => undefined, placementsOf: () => new Map() }
    const found = servicePlanInput(resolved, name, fleet, withSickness(resolved, fleet, seen), unfrozen)
    if (!found) throw new Error(`no service ${name}`)
    return found
  }
  const plan = (name: string): ServicePlan => planService(input(name), world.now)
  const put = (name: string, ordinal: number, blob: string, release: string): void => {
    const { desired, observed } = of(name)
    const known = desired.files.findIndex((file) => file.blob === blob)
    desired.file[ordinal] = known > 0 ? known : desired.files.push({ blob, release }) - 1
    desired.mergedAt[ordinal] = world.now
    observed.state[ordinal] = PlacementState.merged
    observed.since[ordinal] = world.now
    observed.observedAt[ordinal] = 0
    observed.evidence.delete(ordinal)
  }
  const apply = (proposal: Proposal): void => {
    rollouts.set(`${proposal.group}/${proposal.service}`, proposal.next)
    if (proposal.kind === 'wave') {
      const id = releaseId(proposal.release)
      for (const ordinal of proposal.clusters) put(proposal.service, ordinal, `blob-${id}`, id)
    }
    if (proposal.kind !== 'return') return
    for (const part of [proposal, ...proposal.dependents]) {
      rollouts.set(`${proposal.group}/${part.service}`, part.next)
      for (const { cluster: ordinal, blob, release } of part.placements)
        put(part.service, ordinal, blob ?? '', release ?? '')
    }
  }
  const report = (
    name: string,
    state: PlacementStateName,
    on: readonly string[] = clusters,
    why?: string,
  ): void => {
    const { desired, observed } = of(name)
    for (const ordinal of on.map(at)) {
      if (!desired.file[ordinal]) continue
      if (observed.observedAt[ordinal] === 0) observed.observedAt[ordinal] = world.now
      observed.state[ordinal] = PlacementState[state]
      observed.since[ordinal] = world.now
      if (state === 'healthy') observed.running[ordinal] = desired.file[ordinal] ?? 0
      if (why) observed.evidence.set(ordinal, why)
    }
  }

  return {
    directives,
    input,
    plan,
    apply,
    report,
    silent,
    bootstrapped,
    versions: (...words: readonly VersionWords[]) => void (world.words = words),
    pass: (seconds: number) => void (world.now += seconds),
    group: (name: string): GroupPlan => {
      const [found] = plan(name).groups
      if (!found) throw new Error(`${name} has no group`)
      return found
    },
    rollout: (name: string): Rollout | undefined => rollouts.get(`prod/${name}`),
    setRollout: (rollout: Rollout) => void rollouts.set(`${rollout.group}/${rollout.service}`, rollout),
    /** Merges what one service proposes, once. */
    merge: (name: string): readonly Proposal[] => {
      const { proposals } = plan(name)
      for (const proposal of proposals) apply(proposal)
      return proposals
    },
    /** Versions that main desires, cluster by cluster; empty: none. */
    on: (name: string): readonly string[] =>
      clusters.map((each) => {
        const { desired } = of(name)
        return desired.files[desired.file[at(each)] ?? 0]?.release.split('@')[0] ?? ''
      }),
    names: (ordinals: readonly number[]): readonly string[] =>
      ordinals.map((each) => index.names[each] ?? ''),
    /** Lets these services move, be healthy and soak, one after the other, until none proposes anything. */
    settle: (...names: readonly string[]): void => {
      let quiet = 0
      for (let round = 0; round < 60; round++) {
        let moved = false
        for (const name of names) {
          const { proposals } = plan(name)
          for (const proposal of proposals) apply(proposal)
          moved ||= proposals.length > 0
          const { observed } = of(name)
          report(
            name,
            'healthy',
            clusters.filter((each) => observed.state[at(each)] === PlacementState.merged),
          )
        }
        world.now += 200
        quiet = moved ? 0 : quiet + 1
        if (quiet === 2) return
      }
      throw new Error('did not settle within 60 rounds')
    },
  }
}

function emptyColumns(size: number) {
  const files: DesiredFile[] = [{ blob: '', release: '' }]
  return {
    desired: {
      files,
      file: new Uint16Array(size),
      commit: new Uint32Array(size),
      mergedAt: new Uint32Array(size),
    },
    observed: {
      state: new Uint8Array(size),
      since: new Uint32Array(size),
      observedAt: new Uint32Array(size),
      running: new Uint16Array(size),
      evidence: new Map<number, string>(),
    },
  }
}

function versionOfWords(words: VersionWords) {
  const [what = '', required] = words.split(': ')
  const [name = '', number = ''] = what.split(' ')
  const requires = (required ?? '')
    .split(', ')
    .filter((text) => text !== '')
    .map((text) => {
      const space = text.indexOf(' ')
      return { service: text.slice(0, space), range: text.slice(space + 1) }
    })
  return { ...version(name, number), requires }
}
