import type { ClusterSelector } from '../../../src/core/domain/cluster.ts'
import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import type { DeploymentGroup, Strategy } from '../../../src/core/domain/deployment-group.ts'
import type { Directive, Rollback } from '../../../src/core/domain/directive.ts'
import {
  type DesiredFile,
  PlacementState,
  type PlacementStateName,
} from '../../../src/core/domain/placement.ts'
import { emptyRollout, type Rollout } from '../../../src/core/domain/rollout.ts'
import type { Service } from '../../../src/core/domain/service.ts'
import { releaseId, type ServiceRelease } from '../../../src/core/domain/service-release.ts'
import type { Blackout } from '../../../src/core/plan/blackout.ts'
import { hasBit } from '../../../src/core/plan/bitset.ts'
import { ordersOf } from '../../../src/core/plan/orders.ts'
import { planService } from '../../../src/core/plan/plan-service.ts'
import type { ServicePlanInput, StalePlacements } from '../../../src/core/plan/plan-input.ts'
import type { Proposal } from '../../../src/core/plan/proposals.ts'
import type { GroupPlan, ServicePlan } from '../../../src/core/plan/service-plan.ts'
import { createTargeting } from '../../../src/core/plan/targeting.ts'

const everything = { all: true, matchLabels: {}, matchExpressions: [], names: [] }

export interface TestGroup {
  readonly name: string
  readonly clusters: readonly string[]
  readonly after?: readonly string[]
  readonly strategy?: Partial<Strategy>
  readonly promotion?: Partial<DeploymentGroup['promotion']>
}

const strategyDefaults: Strategy = {
  waves: [
    { kind: 'count', count: 1 },
    { kind: 'percent', percent: 50 },
    { kind: 'percent', percent: 100 },
  ],
  soak: 100,
  deadline: 600,
  maxUnhealthy: { kind: 'count', count: 0 },
  maxSilent: { kind: 'count', count: 0 },
  failureDomain: undefined,
  onFailure: 'rollback',
  supersede: 'finish-wave',
  catchUp: 'waves',
}

/** One service over groups of clusters, with a fleet that does what the plan says when the test says so. */
export function createPlannedWorld(
  groups: readonly TestGroup[],
  options: {
    readonly rejoin?: boolean
    readonly irreversible?: readonly string[]
    readonly maxClusters?: number
  } = {},
) {
  const index = createClusterIndex(groups.flatMap((group) => group.clusters))
  const size = index.size
  const files: DesiredFile[] = [{ blob: '', release: '' }]
  const desired = {
    files,
    file: new Uint16Array(size),
    commit: new Uint32Array(size),
    mergedAt: new Uint32Array(size),
  }
  const evidence = new Map<number, string>()
  const observed = {
    state: new Uint8Array(size),
    since: new Uint32Array(size),
    observedAt: new Uint32Array(size),
    running: new Uint16Array(size),
    evidence,
  }
  const silent = new Uint8Array(size)
  const sick = new Uint8Array(size)
  const bootstrapped = new Uint8Array(size).fill(options.rejoin ? 0 : 1)
  const rollouts = new Map<string, Rollout>()
  let releases: ServiceRelease[] = []
  const directives: Directive[] = []
  const blackouts: Blackout[] = []
  let frozenBy: string | undefined
  const world = { now: 1_000_000 }
  const lastHeard = new Map<string, number>()
  /** What a label adds to the files of a cluster. */
  const variants = new Map<string, string>()

  const targeting = createTargeting(
    index.names.map((name) => ({
      name,
      labels: {},
      metadata: {},
      decommission: false,
      file: `clusters/${name}.yaml`,
    })),
    index,
  )
  const cordoned = (): Uint8Array => {
    const sets = ordersOf(directives, 'Cordon').map(({ clusters }) => targeting.select(clusters))
    return Uint8Array.from({ length: size }, (_, cluster) =>
      sets.some((set) => hasBit(set, cluster)) ? 1 : 0,
    )
  }

  const at = (cluster: string): number => {
    const ordinal = index.ordinalOf(cluster)
    if (ordinal === undefined) throw new Error(`no cluster ${cluster}`)
    return ordinal
  }
  const fileOf = (release: string, blob = `blob-${release}`): number => {
    const known = files.findIndex((file) => file.blob === blob)
    return known > 0 ? known : files.push({ blob, release }) - 1
  }
  const place = (cluster: number, file: number): void => {
    desired.file[cluster] = file
    desired.mergedAt[cluster] = world.now
    observed.state[cluster] = PlacementState.merged
    observed.since[cluster] = world.now
    observed.observedAt[cluster] = 0
    evidence.delete(cluster)
  }
  const blobFor = (release: string, cluster: number): string =>
    `blob-${release}${variants.get(index.names[cluster] ?? '') ?? ''}`
  const stalePlacements = (): StalePlacements => {
    const wanted = ['']
    const file = Uint32Array.from(desired.file, (at, cluster) => {
      const { release = '', blob } = files[at] ?? {}
      const next = blobFor(release, cluster)
      return at === 0 || blob === next ? 0 : wanted.push(next) - 1
    })
    return { file, wanted, changed: new Map([...variants.keys()].map((name) => [at(name), 'label size'])) }
  }
  const input = (): ServicePlanInput => ({
    stale: stalePlacements(),
    service,
    releases,
    maxClusters: options.maxClusters ?? 250,
    groups: groups.map(({ name, clusters, after = [], strategy, promotion }) => ({
      group: {
        name,
        clusterSelector: everything,
        after,
        promotion: { mode: 'auto', soak: 0, ...promotion },
        strategy: { ...strategyDefaults, ...strategy },
        file: `deployment-groups/${name}.yaml`,
      },
      ancestors: after,
      targets: Uint32Array.from(clusters, at),
      rollout: rollouts.get(name) ?? emptyRollout(service.name, name),
    })),
    directives,
    clusters: {
      index,
      silent,
      blackouts,
      contactAt: Uint32Array.from(index.names, (name) => lastHeard.get(name) ?? world.now),
      bootstrapped,
      cordoned: cordoned(),
      selected: (selector) => targeting.select(selector),
      sickness: () => ({ placed: new Uint16Array(size), unwell: new Uint16Array(size), sick }),
    },
    desired,
    observed,
    irreversible: new Set(options.irreversible),
    frozenBy,
    neighbours: undefined,
  })
  const plan = (): ServicePlan => planService(input(), world.now)

  const apply = (proposal: Proposal): void => {
    rollouts.set(proposal.group, proposal.next)
    if (proposal.kind === 'wave') {
      for (const cluster of proposal.clusters) {
        const release = releaseId(proposal.release)
        place(cluster, fileOf(release, blobFor(release, cluster)))
      }
    }
    if (proposal.kind === 'return') {
      for (const { cluster, blob, release } of proposal.placements)
        place(cluster, blob ? fileOf(release ?? '', blob) : 0)
    }
  }

  return {
    index,
    desired,
    observed,
    silent,
    sick,
    bootstrapped,
    /** The cluster is as one that never joined. */
    unjoin: (cluster: string): void => {
      bootstrapped[at(cluster)] = 0
      desired.file[at(cluster)] = 0
    },
    directives,
    blackouts,
    get now() {
      return world.now
    },
    input,
    plan,
    group: (name: string): GroupPlan => {
      const found = plan().groups.find((group) => group.group === name)
      if (!found) throw new Error(`no group ${name}`)
      return found
    },
    rollout: (name: string): Rollout => rollouts.get(name) ?? emptyRollout(service.name, name),
    pass: (seconds: number) => void (world.now += seconds),
    freeze: (reason: string | undefined) => void (frozenBy = reason),
    /** The catalog's versions from now on, ascending. */
    versions: (versions: readonly string[], revision = 'aaaaaaaa') => {
      releases = versions.map((version) => ({
        service: service.name,
        version,
        revision,
        catalogCommit: 'c1',
      }))
    },
    /** Merges everything that is proposed, once. */
    merge: (): readonly Proposal[] => {
      const { proposals } = plan()
      for (const proposal of proposals) apply(proposal)
      return proposals
    },
    apply,
    report: (state: PlacementStateName, clusters: readonly string[], why?: string) => {
      for (const name of clusters) {
        const cluster = at(name)
        if (observed.observedAt[cluster] === 0) observed.observedAt[cluster] = world.now
        observed.state[cluster] = PlacementState[state]
        observed.since[cluster] = world.now
        if (state === 'healthy') observed.running[cluster] = desired.file[cluster] ?? 0
        if (why) evidence.set(cluster, why)
      }
    },
    /** Their labels change, so that every release renders another file for them: the same for equal words. */
    relabel: (clusters: readonly string[], word: string) => {
      for (const name of clusters) variants.set(name, `-${word}`)
    },
    /** Blobs that main has for clusters, by name. */
    filesOn: (clusters: readonly string[]): readonly string[] =>
      clusters.map((name) => files[desired.file[at(name)] ?? 0]?.blob ?? ''),
    /** They stop to report, without having been silent for long yet, or report again. */
    lose: (clusters: readonly string[], is: boolean) => {
      for (const name of clusters) {
        if (is) lastHeard.set(name, world.now)
        else lastHeard.delete(name)
      }
    },
    setSilent: (clusters: readonly string[], is: boolean) => {
      for (const name of clusters) silent[at(name)] = is ? 1 : 0
    },
    /** Releases that clusters shall run, by name; empty: not there. */
    releasesOn: (clusters: readonly string[]): readonly string[] =>
      clusters.map((name) => files[desired.file[at(name)] ?? 0]?.release.split('@')[0] ?? ''),
    names: (ordinals: readonly number[]): readonly string[] =>
      ordinals.map((ordinal) => index.names[ordinal] ?? ''),
    /** Merges, reports healthy and soaks until nothing more is proposed. */
    settle: (): void => {
      for (let round = 0; round < 50; round++) {
        const proposals = plan().proposals
        for (const proposal of proposals) apply(proposal)
        for (const name of index.names) {
          const cluster = at(name)
          if (
            desired.file[cluster] &&
            observed.state[cluster] !== PlacementState.healthy &&
            !silent[cluster]
          ) {
            observed.observedAt[cluster] = world.now
            observed.state[cluster] = PlacementState.healthy
            observed.since[cluster] = world.now
          }
        }
        world.now += 200
        if (proposals.length === 0 && plan().proposals.length === 0) return
      }
      throw new Error('did not settle within 50 rounds')
    },
  }
}

/** A group `prod` of ten clusters, where 1.0.0 is proven and 2.0.0 has just arrived. */
export function upgradedWorld(
  strategy: TestGroup['strategy'] = {},
  options: Parameters<typeof createPlannedWorld>[1] = {},
) {
  const world = createPlannedWorld([{ name: 'prod', clusters: clusterNames('prod', 10), strategy }], options)
  world.versions(['1.0.0'])
  world.settle()
  world.versions(['1.0.0', '2.0.0'])
  return world
}

const service: Service = {
  name: 'payments',
  owner: 'team-payments',
  namespace: 'shop',
  releaseName: 'payments',
  tier: 'standard',
  targets: everything,
  dependsOn: [],
  notifications: [],
  file: 'services/payments/service.yaml',
}

export function clusterNames(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => `${prefix}-${number}`)
}

/** A selector of these clusters. */
export function clustersNamed(...names: readonly string[]): ClusterSelector {
  return { all: false, matchLabels: {}, matchExpressions: [], names }
}

/** Sends back what 2.0.0 moved in `prod`. */
export function rollbackOrder(parts: Partial<Rollback> = {}): Rollback {
  return {
    kind: 'Rollback',
    name: 'rb',
    service: 'payments',
    group: 'prod',
    from: '2.0.0',
    reason: 'wrong totals',
    file: 'directives/rb.yaml',
    ...parts,
  }
}
