import { Minimatch } from 'minimatch'
import type { Cluster, ClusterSelector, LabelExpression } from '../domain/cluster.ts'

export type ClusterMatcher = (cluster: Pick<Cluster, 'name' | 'labels'>) => boolean

/** Tells whether a selector selects a cluster. For many clusters, compile the selector once. */
export function matchesSelector(
  selector: ClusterSelector,
  cluster: Pick<Cluster, 'name' | 'labels'>,
): boolean {
  return compileSelector(selector)(cluster)
}

/**
 * Compiles a selector: all of its parts must match. A selector without any part selects nothing unless `all`.
 *
 * Label semantics are those of Kubernetes, where NotIn and DoesNotExist match absent keys:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement
 */
export function compileSelector(selector: ClusterSelector): ClusterMatcher {
  const labels = Object.entries(selector.matchLabels)
  const parts: ClusterMatcher[] = [
    ...labels.map(
      ([key, value]): ClusterMatcher =>
        (cluster) =>
          labelOf(cluster.labels, key) === value,
    ),
    ...selector.matchExpressions.map(compileExpression),
    ...(selector.names.length > 0 ? [compileNames(selector.names)] : []),
  ]
  if (parts.length === 0) return () => selector.all
  return (cluster) => parts.every((matches) => matches(cluster))
}

function compileExpression({ key, operator, values }: LabelExpression): ClusterMatcher {
  const wanted = new Set(values)
  const isIn: ClusterMatcher = ({ labels }) => {
    const value = labelOf(labels, key)
    return value !== undefined && wanted.has(value)
  }
  switch (operator) {
    case 'In':
      return isIn
    case 'NotIn':
      return (cluster) => !isIn(cluster)
    case 'Exists':
      return ({ labels }) => labelOf(labels, key) !== undefined
    case 'DoesNotExist':
      return ({ labels }) => labelOf(labels, key) === undefined
  }
}

/** Any of the globs, and none of those that start with `!`; only exclusions mean every name but those. */
function compileNames(globs: readonly string[]): ClusterMatcher {
  const included = globs.filter((glob) => !glob.startsWith('!')).map(compileGlob)
  const excluded = globs.filter((glob) => glob.startsWith('!')).map((glob) => compileGlob(glob.slice(1)))
  return ({ name }) =>
    (included.length === 0 || included.some((matches) => matches(name))) &&
    !excluded.some((matches) => matches(name))
}

function compileGlob(glob: string): (name: string) => boolean {
  const compiled = new Minimatch(glob, { nobrace: true, noext: true, nocomment: true, nonegate: true })
  return (name) => compiled.match(name)
}

/** Labels may be called like something that every object inherits. */
function labelOf(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}
