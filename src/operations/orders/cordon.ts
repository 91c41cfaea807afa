import { Type } from 'typebox'
import type { Catalog } from '../../core/domain/catalog.ts'
import { ordersOf } from '../../core/plan/orders.ts'
import { compileSelector } from '../../core/plan/selector.ts'
import { KnownError } from '../known-error.ts'
import { object } from '../shapes.ts'
import { affectedAt, placesOf, placesText } from './cluster-scope.ts'
import { defineOrder } from './order.ts'
import { orderFiles } from './order-file.ts'
import { namesOf } from './scope.ts'
import { selectClusters } from './select-clusters.ts'

export const cordon = defineOrder({
  name: 'cordon',
  summary: 'Keeps every wave of every service from clusters',
  input: object({
    clusters: Type.Array(Type.String(), {
      description: 'names or globs; each one can be ended alone',
      minItems: 1,
    }),
    reason: Type.String(),
  }),
  async prepare(workspace, { clusters, reason }) {
    const view = await workspace.catalog()
    const { catalog } = view.snapshot
    const wanted = [...new Set(clusters)].map((name) => ({ name, names: namesFor(catalog, name) }))
    const names = [...new Set(wanted.flatMap((each) => each.names))].toSorted()
    const known = cordonsOf(catalog, names)
    if (names.every((name) => known.some((each) => each.names.includes(name))))
      throw new KnownError(
        `${namesOf(names)} ${names.length === 1 ? 'is' : 'are'} cordoned already: ${known.map(({ file, reason: why }) => `${why} (${file})`).join(', ')}`,
        'nothing is to be done',
      )
    const files = orderFiles(
      'Cordon',
      wanted.map(({ name }) => ({ parts: [name], spec: { clusters: { names: [name] }, reason } })),
      { catalog: view, now: workspace.now },
    )
    const places = placesOf(catalog, names)
    return {
      input: { clusters, reason },
      summary: [
        `no wave of any service takes ${names.length === 1 ? 'this cluster' : `these ${names.length} clusters`}: ${namesOf(names)}`,
        ...placesText(places),
        'what they have stays, and still goes back where it fails; rollouts go on without them',
        ...known.map((each) => `${namesOf(each.names)} cordoned already: ${each.reason} (${each.file})`),
        `halctl uncordon ${clusters.join(' ')} ends it`,
      ],
      affects: affectedAt(places),
      changes: files.map(({ path, text }) => ({ path, text })),
      message: `Cordon ${namesOf(clusters)}\n\n${reason}\n`,
      acknowledgement: undefined,
    }
  },
})

/** The clusters of one name or glob. What only excludes would cordon nearly everything. */
function namesFor(catalog: Catalog, name: string): readonly string[] {
  if (name.startsWith('!'))
    throw new KnownError(
      `${JSON.stringify(name)} names every cluster but some`,
      'name the clusters to cordon',
    )
  return selectClusters(catalog, { clusters: [name] })?.names ?? []
}

/** The cordons over any of the clusters, each with those that it keeps waves from. */
function cordonsOf({ directives, clusters }: Catalog, names: readonly string[]) {
  return ordersOf(directives, 'Cordon').flatMap(({ reason, file, clusters: selector }) => {
    const selects = compileSelector(selector)
    const both = clusters.filter((each) => names.includes(each.name) && selects(each)).map(({ name }) => name)
    return both.length === 0 ? [] : [{ reason, file, names: both }]
  })
}
