import type { Cluster } from '../domain/cluster.ts'
import { emptyRollout, type Rollout } from '../domain/rollout.ts'
import type { Instant } from '../domain/time.ts'
import { blackoutGates } from './blackout.ts'
import { standingGates } from './order-gates.ts'
import { approvalOf } from './orders.ts'
import { removalDigest } from './prune-guard.ts'
import { isGone, type RemovalFleet } from './removal-inputs.ts'
import { emptyOf } from './rollout-changes.ts'
import type { CatalogTargets, ObservedView } from './service-inputs.ts'
import type { DecommissionProposal } from './proposals.ts'
import type { Gate } from './service-plan.ts'

/** How far a cluster is that shall be emptied. */
export interface EmptyingPlan {
  readonly cluster: number
  readonly state: 'waiting' | 'leaving' | 'empty'
  /** Names all that leaves the cluster, whatever has left already. */
  readonly digest: string
  readonly waitsFor: readonly Gate[]
  /** Services that still have a file there. */
  readonly leaves: readonly string[]
  readonly proposal: DecommissionProposal | undefined
}

export interface EmptyingFacts {
  readonly targets: CatalogTargets
  readonly fleet: RemovalFleet
  readonly observations: ObservedView
  /** Why a service is frozen by an error of the catalog. */
  readonly frozenBy: (service: string) => string | undefined
  readonly now: Instant
}

/** The next step of every cluster that shall be emptied, once a person approved what leaves it. */
export function planDecommissions(facts: EmptyingFacts): readonly EmptyingPlan[] {
  const { catalog, index } = facts.targets
  return catalog.clusters
    .filter(({ decommission }) => decommission)
    .map((cluster) => planEmptying(cluster, index.intern(cluster.name), facts))
}

/**
 * Services leave in layers, each one after all that depend on it and the foundation last; the next layer follows once
 * the cluster told that the last one is gone, and the namespaces at the end.
 */
function planEmptying(cluster: Cluster, ordinal: number, facts: EmptyingFacts): EmptyingPlan {
  const { targets, fleet, observations } = facts
  const { catalog } = targets
  const group = targets.groupOf(ordinal)?.name ?? ''
  const placed = fleet.services.filter((name) => fleet.desired(name).file[ordinal])
  const left = leftOf(cluster, ordinal, group, fleet)
  const digest = removalDigest(`${cluster.name} is emptied`, [
    ...placed.map((name) => ({ name, blob: blobOf(fleet, name, ordinal) })),
    ...left,
  ])
  const waits = (waitsFor: readonly Gate[]): EmptyingPlan => ({
    cluster: ordinal,
    state: 'waiting',
    digest,
    waitsFor,
    leaves: placed,
    proposal: undefined,
  })
  const namespaces = namespacesOf(ordinal, facts)
  if (
    placed.length + namespaces.length === 0 &&
    left.every(({ name }) => isGone(name, ordinal, observations))
  )
    return { ...waits([]), state: 'empty' }
  const unknown = placed.filter((name) => !catalog.services.has(name))
  if (unknown.length > 0) return waits([unknownGate(unknown)])
  const approval = approvalGate(cluster, { placed, left, digest }, facts)
  if (approval) return waits([approval])
  const pending = left.filter(({ name }) => !isGone(name, ordinal, observations))
  if (pending.length > 0) return waits([pendingGate(cluster, pending)])
  const layer = layerOf(placed, facts)
  const gates = [
    ...blackoutGates(observations.blackouts),
    ...layer.flatMap((name) => standing(name, group, facts)),
  ]
  if (gates.length > 0) return waits(gates)
  const services = layer.map((service) => {
    const blob = blobOf(fleet, service, ordinal)
    const rollout = fleet.rollout(group, service) ?? emptyRollout(service, group)
    const { namespace = '' } = catalog.services.get(service) ?? {}
    return { service, namespace, blob, next: emptyOf(rollout, cluster.name, blob) }
  })
  const proposal: DecommissionProposal = {
    kind: 'decommission',
    cluster: ordinal,
    group,
    services,
    namespaces: layer.length > 0 ? [] : namespaces,
    left: placed.length,
    digest,
  }
  return { cluster: ordinal, state: 'leaving', digest, waitsFor: [], leaves: placed, proposal }
}

/** Services that left the cluster in its emptying and did not come back, with the files that they had. */
function leftOf(
  { name: cluster }: Cluster,
  ordinal: number,
  group: string,
  fleet: RemovalFleet,
): readonly { readonly name: string; readonly blob: string }[] {
  return fleet.services.flatMap((name) => {
    if (fleet.desired(name).file[ordinal]) return []
    const entry = (fleet.rollout(group, name)?.emptied ?? []).findLast(({ clusters }) =>
      clusters.includes(cluster),
    )
    return entry ? [{ name, blob: entry.blob }] : []
  })
}

/** Those that nothing left on the cluster depends on; the foundation goes when nothing else is there. */
function layerOf(placed: readonly string[], { targets }: EmptyingFacts): readonly string[] {
  const { services } = targets.catalog
  const free = placed.filter((name) => !placed.some((other) => services.get(other)?.dependsOn.includes(name)))
  const isFoundation = (name: string): boolean => services.get(name)?.tier === 'foundation'
  return placed.every(isFoundation) ? free : free.filter((name) => !isFoundation(name))
}

function namespacesOf(ordinal: number, { targets, fleet }: EmptyingFacts): readonly string[] {
  const all = [...targets.catalog.services.values()].map(({ namespace }) => namespace)
  return [...new Set(all)].filter((namespace) => fleet.hasNamespace(ordinal, namespace)).toSorted()
}

function blobOf(fleet: RemovalFleet, service: string, cluster: number): string {
  const { files, file } = fleet.desired(service)
  return files[file[cluster] ?? 0]?.blob ?? ''
}

function standing(
  service: string,
  group: string,
  { targets, frozenBy, now }: EmptyingFacts,
): readonly Gate[] {
  const ledger: Rollout = emptyRollout(service, group)
  return standingGates(ledger, targets.directivesOf(service), frozenBy(service), now)
}

function approvalGate(
  { name, file }: Cluster,
  {
    placed,
    left,
    digest,
  }: { readonly placed: readonly string[]; readonly left: readonly unknown[]; readonly digest: string },
  { targets }: EmptyingFacts,
): Gate | undefined {
  if (placed.length + left.length === 0) return undefined
  if (approvalOf(targets.catalog.directives, digest, { cluster: name })) return undefined
  return {
    gate: 'approval',
    state: 'shut',
    reason: `${file} empties the cluster: ${placed.join(', ')} leave as ${digest}`,
    since: undefined,
    opensWhen: `a person approves it: halctl approve --cluster ${name}`,
    opensAt: undefined,
  }
}

function pendingGate({ name }: Cluster, pending: readonly { readonly name: string }[]): Gate {
  return {
    gate: 'removal',
    state: 'waiting',
    reason: `${name} did not tell yet that ${pending.map((each) => each.name).join(', ')} is gone`,
    since: undefined,
    opensWhen: 'it reports that no such object is there any more',
    opensAt: undefined,
  }
}

function unknownGate(services: readonly string[]): Gate {
  return {
    gate: 'catalog',
    state: 'shut',
    reason: `${services.join(', ')} left the catalog: what depends on it is not known`,
    since: undefined,
    opensWhen: 'the services are in the catalog again, with targets: none',
    opensAt: undefined,
  }
}
