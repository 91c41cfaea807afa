import { Type } from 'typebox'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { Cordon } from '../../core/domain/directive.ts'
import { ordersOf } from '../../core/plan/orders.ts'
import { compileSelector } from '../../core/plan/selector.ts'
import { KnownError } from '../known-error.ts'
import { unknownName } from '../nearest-name.ts'
import { object } from '../shapes.ts'
import { affectedAt, placesOf, placesText } from './cluster-scope.ts'
import { ambiguous, removalOf } from './end-order.ts'
import { defineOrder } from './order.ts'
import { clustersIn, listed, namesOf } from './scope.ts'

export const uncordon = defineOrder({
  name: 'uncordon',
  summary: 'Ends cordons',
  input: object({
    clusters: Type.Array(Type.String(), {
      description: 'clusters or globs as they were cordoned, or names of cordons',
      minItems: 1,
    }),
    reason: Type.Optional(Type.String()),
  }),
  async prepare(workspace, input) {
    const { catalog } = (await workspace.catalog()).snapshot
    const cordons = [...new Set(input.clusters.map((name) => findCordon(catalog, name, input.clusters)))]
    const names = [...new Set(cordons.flatMap((cordon) => clustersOf(catalog, cordon)))].toSorted()
    const others = ordersOf(catalog.directives, 'Cordon').flatMap((cordon) => {
      const both = clustersOf(catalog, cordon).filter((name) => names.includes(name))
      return cordons.includes(cordon) || both.length === 0 ? [] : [{ ...cordon, both }]
    })
    const places = placesOf(catalog, names)
    const affects = affectedAt(places)
    return {
      input: { ...input, clusters: cordons.map(({ name }) => name) },
      summary: [
        `waves may take ${names.length === 0 ? 'no cluster more' : `${clustersIn(affects)} again: ${namesOf(names)}`}`,
        ...placesText(places).slice(0, 1),
        ...cordons.map(({ name, reason }) => `${name} was given for: ${reason}`),
        ...others.map((other) => `${namesOf(other.both)} cordoned still: ${other.reason} (${other.file})`),
      ],
      affects,
      ...removalOf(cordons, `Uncordon ${namesOf(names)}`.trimEnd(), input.reason),
      acknowledgement: undefined,
    }
  },
})

/** By its name, by the very text that it was given for, or as the only one on a cluster, and on no other. */
function findCordon(catalog: Catalog, wanted: string, all: readonly string[]): Cordon {
  const cordons = ordersOf(catalog.directives, 'Cordon')
  const named = cordons.find(({ name }) => name === wanted)
  if (named) return named
  const isFor = ({ clusters }: Cordon): boolean =>
    clusters.names.join() === wanted &&
    Object.keys(clusters.matchLabels).length + clusters.matchExpressions.length === 0
  const given = cordons.filter(isFor)
  const over = given.length > 0 ? given : cordons.filter((each) => clustersOf(catalog, each).includes(wanted))
  const [only, ...more] = over
  if (only && more.length > 0)
    throw ambiguous(
      wanted,
      over.map(({ name }) => name),
      { state: 'cordoned', verb: 'uncordon' },
    )
  if (!only) throw notCordoned(catalog, wanted, cordons)
  const extra = given.length > 0 ? [] : clustersOf(catalog, only).filter((name) => !all.includes(name))
  if (extra.length === 0) return only
  throw new KnownError(
    `${only.name} keeps waves from ${namesOf(extra)} too`,
    `end it for all of them: halctl uncordon ${only.name}`,
  )
}

function notCordoned({ clusters }: Catalog, wanted: string, cordons: readonly Cordon[]): KnownError {
  const names = clusters.map(({ name }) => name)
  const given = cordons.map(({ name }) => name)
  if (names.includes(wanted))
    return new KnownError(
      `${wanted} is not cordoned`,
      given.length === 0 ? 'no cluster is' : `the cordons: ${listed(given)}`,
    )
  return unknownName('cordon or cluster', wanted, [...given, ...names])
}

function clustersOf({ clusters }: Catalog, cordon: Cordon): readonly string[] {
  return clusters.filter(compileSelector(cordon.clusters)).map(({ name }) => name)
}
