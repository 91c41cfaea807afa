import type { Catalog } from '../core/domain/catalog.ts'
import type { Cluster, JsonObject } from '../core/domain/cluster.ts'
import { createClusterIndex } from '../core/domain/cluster-index.ts'
import type { DeploymentGroup } from '../core/domain/deployment-group.ts'
import type { ServiceVersion } from '../core/domain/service-version.ts'
import { type CatalogTargets, createCatalogTargets } from '../core/plan/service-inputs.ts'
import { isObject } from '../core/expressions/json-tree.ts'
import { payloadSource } from '../core/render/payload-source.ts'
import { rendererOf } from '../core/render/renderer-of.ts'
import { KnownError } from './known-error.ts'
import { unknownName } from './nearest-name.ts'

/** A cluster with the group that it is in. */
export interface Destination {
  readonly cluster: Cluster
  readonly group: DeploymentGroup
}

export type Rendering =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'error'; readonly message: string }

/** A catalog of which files can be asked for. */
export interface RenderableCatalog {
  readonly catalog: Catalog
  readonly targets: CatalogTargets
  /** Clusters that a service targets, in the order of groups and waves. */
  destinations(service: string): readonly Destination[]
  /** Any cluster, also one that the service does not target. Throws `KnownError` for one without a group. */
  destination(cluster: string): Destination
  /** Throws `KnownError` for a version that the service does not have. `version` undefined: the newest. */
  release(service: string, version: string | undefined): RenderableRelease | undefined
}

export interface RenderableRelease {
  readonly version: string
  render(destination: Destination): Rendering
  /** What the chart gets; undefined where an expression fails or there is no chart. */
  values(destination: Destination): JsonObject | undefined
}

export function createRenderableCatalog(catalog: Catalog): RenderableCatalog {
  const targets = createCatalogTargets(catalog, createClusterIndex())
  const clusters = new Map(catalog.clusters.map((cluster) => [cluster.name, cluster]))
  return {
    catalog,
    targets,
    destinations: (service) =>
      targets.groupsOf(service).flatMap(({ group, targets: ordinals }) =>
        [...ordinals].flatMap((ordinal) => {
          const cluster = clusters.get(targets.index.names[ordinal] ?? '')
          return cluster ? [{ cluster, group }] : []
        }),
      ),
    destination(name) {
      const cluster = clusters.get(name)
      if (!cluster) throw unknownName('cluster', name, clusters.keys())
      const group = targets.groupOf(targets.index.intern(name))
      if (!group) throw unknownName('deployment group that holds cluster', name, [])
      return { cluster, group }
    },
    release: (service, version) => renderableRelease(catalog, targets, service, version),
  }
}

/** Throws `KnownError` where both are given: one of them would be overlooked. */
export function requireOne(cluster: string | undefined, group: string | undefined): void {
  if (cluster !== undefined && group !== undefined)
    throw new KnownError(
      'a cluster and a group were given',
      'give one of them: a cluster is in one group only',
    )
}

function renderableRelease(
  catalog: Catalog,
  targets: CatalogTargets,
  name: string,
  wanted: string | undefined,
): RenderableRelease | undefined {
  if (!catalog.services.has(name)) throw unknownName('service', name, catalog.services.keys())
  const versions = catalog.versions.get(name) ?? []
  const version = wanted === undefined ? versions.at(-1) : versions.find((each) => each.version === wanted)
  const release = targets.releasesOf(name).find((each) => each.version === version?.version)
  if (!version || !release) {
    if (wanted === undefined) return undefined
    throw unknownName(`version of ${name}`, wanted, versions.map((each) => each.version).toReversed())
  }
  const fail = (message: string): RenderableRelease => ({
    version: version.version,
    render: () => ({ kind: 'error', message }),
    values: () => undefined,
  })
  if (!payloadSource(version, catalog)) return fail(describeMissing(version))
  const found = rendererOf(catalog, release)
  if (found.kind === 'unrenderable') return fail(found.reason)
  const { renderer } = found
  return {
    version: version.version,
    render({ cluster, group }) {
      const outcome = renderer.render(cluster, group.name)
      return outcome.kind === 'file'
        ? { kind: 'file', ...outcome.file }
        : { kind: 'error', message: describeErrors(outcome.errors) }
    },
    values({ cluster, group }) {
      const outcome = renderer.expectedOf(cluster, group.name)
      if (outcome.kind === 'error' || outcome.expected.kind !== 'chart') return undefined
      const values = outcome.expected.spec['values']
      return isObject(values) ? values : {}
    },
  }
}

function describeMissing({ payload, file }: ServiceVersion): string {
  return payload.kind === 'chart'
    ? `there is no chart repository ${payload.chart.repository} (${file})`
    : `there is no source repository ${payload.kustomize.repository} (${file})`
}

function describeErrors(errors: readonly { readonly message: string }[]): string {
  return errors.map(({ message }) => message).join('; ')
}
