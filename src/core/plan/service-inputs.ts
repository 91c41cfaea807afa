import type { Catalog } from '../domain/catalog.ts'
import type { Cluster, ClusterSelector } from '../domain/cluster.ts'
import type { ClusterIndex } from '../domain/cluster-index.ts'
import type { DeploymentGroup } from '../domain/deployment-group.ts'
import type { Directive } from '../domain/directive.ts'
import type { DesiredColumns, ObservedColumns } from '../domain/placement.ts'
import { emptyRollout, type Rollout } from '../domain/rollout.ts'
import type { ServiceRelease } from '../domain/service-release.ts'
import { repositoryOf, type ServiceVersion } from '../domain/service-version.ts'
import { resolveDependencies } from '../render/dependencies.ts'
import { payloadSource } from '../render/payload-source.ts'
import { optionalSkeletons, releaseRevision } from '../render/release-revision.ts'
import type { Blackout } from './blackout.ts'
import { addBit, type Bitset, createBitset, hasBit, subtract, unite } from './bitset.ts'
import { concerns, ordersOf } from './orders.ts'
import { createRequiresGraph, type RequiresGraph } from './requires-graph.ts'
import { createTargeting } from './targeting.ts'
import type { ClusterFacts, Neighbours, ServicePlanInput, Sickness } from './plan-input.ts'
import { waveOrder } from './wave-order.ts'

/** Everything that follows from a catalog alone, computed once per catalog. */
export interface CatalogTargets {
  readonly catalog: Catalog
  readonly index: ClusterIndex
  /** The catalog's document of a cluster; undefined: it is not in this catalog. */
  clusterAt(ordinal: number): Cluster | undefined
  /** The group that each cluster is in, by ordinal; undefined: in none. */
  groupOf(cluster: number): DeploymentGroup | undefined
  /** The clusters of a group in the order of its waves. */
  waveOrderOf(group: string): Uint32Array
  /** The groups in which a service has targets, ancestors first. */
  groupsOf(service: string): readonly TargetedGroup[]
  /** Every version of a service as a release at this catalog commit, ascending. */
  releasesOf(service: string): readonly ServiceRelease[]
  /** The orders that may concern a service, by name. */
  directivesOf(service: string): readonly Directive[]
  /** Who requires whom. */
  readonly requires: RequiresGraph
  /** By ordinal, 1: a Cordon keeps every wave from it. */
  readonly cordoned: Uint8Array
  /** The clusters that an order's selector selects; each selector is resolved once. */
  selected(selector: ClusterSelector): Bitset
}

export interface TargetedGroup {
  readonly group: DeploymentGroup
  readonly ancestors: readonly string[]
  readonly targets: Uint32Array
}

/** What the fleet repository's main branch says, as far as planning reads it. */
export interface FleetView {
  readonly bootstrapped: Uint8Array
  desired(service: string): DesiredColumns
  rollout(group: string, service: string): Rollout | undefined
}

/** What the clusters say, as far as planning reads it. */
export interface ObservedView {
  readonly silent: Uint8Array
  /** The last sign of life, by cluster ordinal; 0: none. */
  readonly contactAt: Uint32Array
  /** When too many clusters were out of contact, oldest first. */
  readonly blackouts: readonly Blackout[]
  observed(service: string): ObservedColumns
}

/** The same for all plans of one step, see `withSickness`. */
export interface StepView extends ObservedView {
  sickness(): Sickness
}

/** Resolves groups, targets, wave orders and releases of a catalog. `index` gains the catalog's clusters. */
export function createCatalogTargets(catalog: Catalog, index: ClusterIndex): CatalogTargets {
  const clusters = new Map(catalog.clusters.map((cluster) => [index.intern(cluster.name), cluster]))
  const targeting = createTargeting(catalog.clusters, index)
  const groups = inPromotionOrder(catalog.groups).map((group): GroupMembers => {
    const members = targeting.select(group.clusterSelector)
    return { group, members, order: orderOf(group, members, catalog, index) }
  })
  const targeted = new Map<string, readonly TargetedGroup[]>()
  const releases = new Map<string, readonly ServiceRelease[]>()
  const directives = new Map<string, readonly Directive[]>()
  const selections = new WeakMap<ClusterSelector, Bitset>()
  const selected = (selector: ClusterSelector): Bitset => {
    const known = selections.get(selector) ?? targeting.select(selector)
    selections.set(selector, known)
    return known
  }
  const decommissioned = createBitset(index.size)
  for (const { name, decommission } of catalog.clusters)
    if (decommission) addBit(decommissioned, index.intern(name))
  const resolveGroups = (name: string): readonly TargetedGroup[] => {
    const selector = catalog.services.get(name)?.targets ?? 'none'
    if (selector === 'none') return []
    const wanted = targeting.select(selector)
    subtract(wanted, decommissioned)
    return targetedGroups(wanted, groups)
  }
  return {
    catalog,
    index,
    clusterAt: (ordinal) => clusters.get(ordinal),
    groupOf: (cluster) => groups.find(({ members }) => hasBit(members, cluster))?.group,
    waveOrderOf: (name) => groups.find(({ group }) => group.name === name)?.order ?? new Uint32Array(),
    groupsOf: (name) => memo(targeted, name, resolveGroups),
    releasesOf: (name) => memo(releases, name, () => releasesAt(catalog, name)),
    directivesOf: (name) =>
      memo(directives, name, () => catalog.directives.filter((directive) => concerns(directive, name))),
    requires: createRequiresGraph(catalog),
    cordoned: cordonedClusters(catalog, index, selected),
    selected,
  }
}

interface GroupMembers {
  readonly group: DeploymentGroup
  readonly members: Bitset
  /** The members in wave order. */
  readonly order: Uint32Array
}

/** The groups in which a service has targets, with its nearest ancestors among them. */
function targetedGroups(targets: Bitset, groups: readonly GroupMembers[]): readonly TargetedGroup[] {
  const withTargets = groups.flatMap(({ group, order }) => {
    const inGroup = order.filter((cluster) => hasBit(targets, cluster))
    return inGroup.length > 0 ? [{ group, targets: inGroup }] : []
  })
  const names = new Set(withTargets.map(({ group }) => group.name))
  const all = groups.map(({ group }) => group)
  return withTargets.map((entry) => ({ ...entry, ancestors: nearestAncestors(entry.group, all, names) }))
}

/** Every version of a service as a release; the revision is the same for versions with the same source and skeletons. */
function releasesAt(catalog: Catalog, name: string): readonly ServiceRelease[] {
  const service = catalog.services.get(name)
  if (!service) return []
  const revisions = new Map<string, string>()
  const revisionOf = (version: ServiceVersion): string => {
    const { payload } = version
    const source = payloadSource(version, catalog)
    const skeletons = optionalSkeletons(version, service)
    const key = [payload.kind, repositoryOf(payload), ...skeletons].join(' ')
    return memo(revisions, key, () => {
      const dependencies = resolveDependencies(service, payload.kind, catalog)
      return releaseRevision(service, catalog.templates, source, dependencies, skeletons)
    })
  }
  return (catalog.versions.get(name) ?? []).map((version) => ({
    service: name,
    version: version.version,
    revision: revisionOf(version),
    catalogCommit: catalog.commit,
  }))
}

/** What errors of the catalog freeze, as far as planning reads it. */
export interface Frozen {
  reasonOf(service: string): string | undefined
  /** By name of the cluster. */
  placementsOf(service: string): ReadonlyMap<string, string>
}

/** The input of `planService` for one service, from what catalog, fleet and clusters say now. */
export function servicePlanInput(
  targets: CatalogTargets,
  name: string,
  fleet: FleetView,
  observations: StepView,
  frozen: Frozen,
): ServicePlanInput | undefined {
  const service = targets.catalog.services.get(name)
  if (!service) return undefined
  const clusters: ClusterFacts = {
    index: targets.index,
    silent: observations.silent,
    contactAt: observations.contactAt,
    blackouts: observations.blackouts,
    bootstrapped: fleet.bootstrapped,
    cordoned: targets.cordoned,
    selected: targets.selected,
    sickness: () => observations.sickness(),
  }
  return {
    service,
    maxClusters: targets.catalog.settings.pullRequests.maxClusters,
    releases: targets.releasesOf(name),
    groups: targets.groupsOf(name).map((entry) => ({
      ...entry,
      rollout: fleet.rollout(entry.group.name, name) ?? emptyRollout(name, entry.group.name),
    })),
    directives: targets.directivesOf(name),
    clusters,
    desired: fleet.desired(name),
    observed: observations.observed(name),
    irreversible: irreversibleVersions(targets.catalog, name),
    frozenBy: frozen.reasonOf(name),
    neighbours: neighboursOf(targets, name, fleet, observations),
    frozenOn: byOrdinal(frozen.placementsOf(name), targets.index),
  }
}

function byOrdinal(reasons: ReadonlyMap<string, string>, index: ClusterIndex): ReadonlyMap<number, string> {
  return new Map([...reasons].map(([cluster, reason]) => [index.intern(cluster), reason]))
}

/** Undefined for the many services that nothing requires and that require nothing. */
function neighboursOf(
  { catalog, requires }: CatalogTargets,
  name: string,
  fleet: FleetView,
  observations: ObservedView,
): Neighbours | undefined {
  if (requires.dependenciesOf(name).length + requires.dependentsOf(name).length === 0) return undefined
  return {
    graph: requires,
    desired: (service) => fleet.desired(service),
    observed: (service) => observations.observed(service),
    rollout: (group, service) => fleet.rollout(group, service),
    ownerOf: (service) => catalog.services.get(service)?.owner ?? `the owner of ${service}`,
  }
}

function cordonedClusters(
  { directives }: Catalog,
  index: ClusterIndex,
  selected: (selector: ClusterSelector) => Bitset,
): Uint8Array {
  const all = createBitset(index.size)
  for (const { clusters } of ordersOf(directives, 'Cordon')) unite(all, selected(clusters))
  return Uint8Array.from({ length: index.size }, (_, cluster) => (hasBit(all, cluster) ? 1 : 0))
}

function irreversibleVersions({ versions }: Catalog, name: string): ReadonlySet<string> {
  const marked = (versions.get(name) ?? []).filter(({ irreversible }) => irreversible)
  return new Set(marked.map(({ version }) => version))
}

function orderOf(
  group: DeploymentGroup,
  members: Bitset,
  catalog: Catalog,
  index: ClusterIndex,
): Uint32Array {
  const clusters = catalog.clusters.filter((cluster) => hasBit(members, index.intern(cluster.name)))
  return waveOrder(group.name, group.strategy.failureDomain, clusters, index)
}

/** Ancestors before descendants; groups of a cycle, which checks refuse, come last. */
export function inPromotionOrder(groups: readonly DeploymentGroup[]): readonly DeploymentGroup[] {
  const ordered: DeploymentGroup[] = []
  let rest = groups.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  while (rest.length > 0) {
    const ready = rest.filter((group) =>
      group.after.every((name) => !rest.some((other) => other.name === name)),
    )
    ordered.push(...(ready.length > 0 ? ready : rest))
    rest = ready.length > 0 ? rest.filter((group) => !ready.includes(group)) : []
  }
  return ordered
}

/** Going up from a group, the first targeted group on each path. */
function nearestAncestors(
  group: DeploymentGroup,
  groups: readonly DeploymentGroup[],
  targeted: ReadonlySet<string>,
  seen: ReadonlySet<string> = new Set(),
): readonly string[] {
  const found = group.after.flatMap((name) => {
    if (targeted.has(name)) return [name]
    const parent = groups.find((other) => other.name === name)
    return parent && !seen.has(name)
      ? nearestAncestors(parent, groups, targeted, new Set([...seen, name]))
      : []
  })
  return [...new Set(found)].toSorted()
}

function memo<T>(cache: Map<string, T>, key: string, make: (key: string) => T): T {
  let value = cache.get(key)
  if (value === undefined) cache.set(key, (value = make(key)))
  return value
}
