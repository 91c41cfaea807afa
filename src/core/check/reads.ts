import type { Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'
import type { ServiceVersion } from '../domain/service-version.ts'
import type { ExpressionContext, ExpressionError } from '../expressions/types.ts'
import type { ClusterFields, ClusterView, KnownClusters } from './cluster-view.ts'
import { type ExpressionText, findingOf } from './expression-texts.ts'

/** One mistake of an expression, and the clusters where it shows. */
interface Mistake {
  readonly error: ExpressionError
  readonly clusters: string[]
}

export interface ReadsChecked {
  readonly findings: readonly Finding[]
  /** The clusters that they are about. */
  readonly wrong: KnownClusters
}

/** Evaluates a version's texts on clusters, given by position: once for all that are alike in what a text reads. */
export function checkReads(
  service: Service,
  version: ServiceVersion,
  texts: readonly ExpressionText[],
  view: ClusterView,
  positions: readonly number[],
): ReadsChecked {
  const wrong = new Set<ClusterFields>()
  const findings = texts.flatMap((text) => {
    const mistakes = new Map<string, Mistake>()
    const evaluate = createEvaluation(service, version, text, view)
    for (const position of positions)
      for (const found of evaluate(position)) {
        const fields = view.fieldsAt(position)
        if (fields !== undefined) wrong.add(fields)
        const mistake = mistakes.get(found.key)
        if (mistake !== undefined) mistake.clusters.push(fields?.name ?? found.cluster)
        else mistakes.set(found.key, { error: found.error, clusters: [found.cluster] })
      }
    return [...mistakes.values()].map((mistake): Finding => ({
      ...findingOf(version, text.field, describe(mistake)),
      scope: { kind: 'placements', service: service.name, clusters: mistake.clusters },
    }))
  })
  return { findings, wrong }
}

interface Found {
  /** The same for the same mistake on another cluster. */
  readonly key: string
  readonly error: ExpressionError
  readonly cluster: string
}

function createEvaluation(
  { name, namespace, owner }: Service,
  { version }: ServiceVersion,
  { compiled }: ExpressionText,
  view: ClusterView,
): (position: number) => readonly Found[] {
  const service: ExpressionContext['service'] = { name, namespace, owner }
  const variantOf = view.variantsOf(compiled.reads)
  const outcomes: (readonly Found[] | undefined)[] = []
  return (position) => {
    const variant = variantOf(position)
    const known = outcomes[variant]
    if (known !== undefined) return known
    const cluster = view.fieldsAt(position)
    if (cluster === undefined) return []
    const result = compiled.evaluate({ cluster, service, version })
    const errors = result.kind === 'errors' ? result.errors : []
    const found = errors.map((error) => ({ key: keyOf(error, cluster.name), error, cluster: cluster.name }))
    outcomes[variant] = found
    return found
  }
}

function keyOf({ offset, message }: ExpressionError, cluster: string): string {
  return `${offset} ${message.replaceAll(cluster, '')}`
}

/** `cluster a has no label "x"` says where; what else can go wrong with an expression does not. */
function describe({ error, clusters }: Mistake): ExpressionError {
  const [cluster = ''] = clusters
  const more = clusters.length - 1
  const namesCluster = error.message.startsWith(`cluster ${cluster} `)
  const others = more === 0 ? '' : namesCluster ? `, nor have ${more} more` : ` and ${more} more`
  const message = namesCluster ? `${error.message}${others}` : `on ${cluster}${others}: ${error.message}`
  return { ...error, message }
}
