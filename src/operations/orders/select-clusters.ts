import { Type } from 'typebox'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { ClusterSelector, JsonObject } from '../../core/domain/cluster.ts'
import { compileSelector } from '../../core/plan/selector.ts'
import { KnownError } from '../known-error.ts'
import { unknownName } from '../nearest-name.ts'
import { parseLabelSelector } from './label-selector.ts'

/** The fields of an order's input that say for which clusters it is. */
export const clusterFields = {
  clusters: Type.Optional(Type.Array(Type.String(), { description: 'names or globs; "!" excludes' })),
  selector: Type.Optional(Type.String({ description: 'labels as kubectl takes them: env=prod,tier!=edge' })),
}

export interface ClusterChoice {
  readonly clusters?: readonly string[]
  readonly selector?: string
}

export interface SelectedClusters {
  readonly selector: ClusterSelector
  /** The selector as a document holds it. */
  readonly document: JsonObject
  /** Names of the clusters that it selects now, sorted. At least one. */
  readonly names: readonly string[]
}

/**
 * The clusters that an order names; undefined: it names none. Throws `KnownError` for what is neither a name nor a
 * glob, for names and globs that no cluster has, and where all parts together select nothing.
 */
export function selectClusters(
  catalog: Catalog,
  { clusters = [], selector: labels }: ClusterChoice,
): SelectedClusters | undefined {
  if (clusters.length === 0 && labels === undefined) return undefined
  for (const glob of clusters) requireMatch(catalog, glob)
  const { matchLabels, matchExpressions } =
    labels === undefined ? { matchLabels: {}, matchExpressions: [] } : parseLabelSelector(labels)
  const selector = { all: false, matchLabels, matchExpressions, names: clusters }
  const names = catalog.clusters.filter(compileSelector(selector)).map(({ name }) => name)
  if (names.length === 0) {
    const parts = [...clusters, ...(labels === undefined ? [] : [labels])].map((part) => JSON.stringify(part))
    throw new KnownError(`no cluster is selected by ${parts.join(' and ')}`, 'the clusters: halctl status')
  }
  return { selector, document: documentOf(selector), names }
}

/** As the schema of documents lets globs through; a leading "-" would be an option that lost its way. */
const glob = /^!?[a-z0-9?*][-a-z0-9?]*(?:\*[-a-z0-9?]*){0,4}$/

function requireMatch({ clusters }: Catalog, text: string): void {
  if (!glob.test(text) || text.length > 64)
    throw new KnownError(
      `${JSON.stringify(text)} is no name of a cluster`,
      'name a cluster, or a glob such as prod-* with at most four "*"',
    )
  const name = text.replace(/^!/, '')
  const one = compileSelector({ all: false, matchLabels: {}, matchExpressions: [], names: [name] })
  if (clusters.some(one)) return
  throw unknownName(
    'cluster',
    name,
    clusters.map((cluster) => cluster.name),
  )
}

function documentOf({ matchLabels, matchExpressions, names }: ClusterSelector): JsonObject {
  return {
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
    ...(matchExpressions.length > 0
      ? {
          matchExpressions: matchExpressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values.length > 0 ? { values } : {}),
          })),
        }
      : {}),
    ...(names.length > 0 ? { names } : {}),
  }
}
