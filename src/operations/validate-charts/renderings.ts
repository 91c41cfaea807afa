import type { ChartRepository } from '../../core/domain/chart-repository.ts'
import type { Json, JsonObject } from '../../core/domain/cluster.ts'
import type { Service } from '../../core/domain/service.ts'
import type { ChartReference, ServiceVersion } from '../../core/domain/service-version.ts'
import { isObject } from '../../core/expressions/json-tree.ts'
import type { RenderableCatalog } from '../render-catalog.ts'

/** A chart with values that some clusters get alike. */
export interface Rendering {
  readonly service: Service
  readonly version: ServiceVersion
  readonly chart: ChartReference
  readonly repository: ChartRepository
  readonly values: JsonObject
  /** Names of these clusters, in the order of groups and waves; at least one. */
  readonly clusters: readonly string[]
  /** How many clusters the service targets. */
  readonly targets: number
  readonly isNewest: boolean
}

/**
 * What there is to render: of each service's newest version, or of all, each distinct values once. What has errors
 * of its own, such as an expression that fails, is left out, and so is what is no chart.
 */
export function listRenderings(renderable: RenderableCatalog, takesAll: boolean): readonly Rendering[] {
  const { services, versions, chartRepositories } = renderable.catalog
  return [...services.values()].flatMap((service) => {
    const all = versions.get(service.name) ?? []
    const newest = all.at(-1)
    return (takesAll ? all : all.slice(-1)).flatMap((version) => {
      if (version.payload.kind !== 'chart') return []
      const { chart } = version.payload
      const repository = chartRepositories.get(chart.repository)
      if (!repository) return []
      const base = { service, version, chart, repository, isNewest: version === newest }
      return distinctValues(renderable, base)
    })
  })
}

function distinctValues(
  renderable: RenderableCatalog,
  base: Omit<Rendering, 'values' | 'clusters' | 'targets'>,
): readonly Rendering[] {
  const { service, version } = base
  const release = renderable.release(service.name, version.version)
  const destinations = renderable.destinations(service.name)
  const byText = new Map<string, { readonly values: JsonObject; readonly clusters: string[] }>()
  // Equal variants give one and the same object, and writing it out is what costs.
  const texts = new Map<JsonObject, string>()
  for (const destination of destinations) {
    const values = release?.values(destination)
    if (values === undefined) continue
    const text = texts.get(values) ?? JSON.stringify(values)
    texts.set(values, text)
    const alike = byText.get(text) ?? { values, clusters: [] }
    alike.clusters.push(destination.cluster.name)
    byText.set(text, alike)
  }
  return [...byText.values()].map(({ values, clusters }) => ({
    ...base,
    values: version.secrets.reduce((filled, { target }) => fillSecret(filled, target), values),
    clusters,
    targets: destinations.length,
  }))
}

/** Values of secrets are always text, and known inside the cluster only: any text stands in for them. */
function fillSecret(values: JsonObject, target: string | undefined): JsonObject {
  return target === undefined ? values : setText(values, target.split('.'))
}

function setText(values: JsonObject, [name, ...deeper]: readonly string[]): JsonObject {
  if (name === undefined) return values
  const inner: Json | undefined = Object.hasOwn(values, name) ? values[name] : undefined
  return { ...values, [name]: deeper.length === 0 ? 'secret' : setText(isObject(inner) ? inner : {}, deeper) }
}
