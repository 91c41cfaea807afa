import type { Cluster, JsonObject } from '../domain/cluster.ts'
import type { ExpressionContext, ExpressionError, ReadPath } from '../expressions/types.ts'
import { blobId } from './blob-id.ts'
import { emitYaml } from './emit-yaml.ts'
import { servicePath } from './paths.ts'
import { pinnedRevision } from './kustomize-objects.ts'
import type { PayloadSource } from './payload-source.ts'
import { releaseSpec, serviceObjects } from './service-objects.ts'
import type { ReleaseInputs, RenderedFile } from './types.ts'
import { compileContent, type ContentOutcome, type VersionContent } from './version-content.ts'

/** Renders one service release for any cluster; each distinct text once. */
export interface ReleaseRenderer {
  /** The same small number for clusters whose fields make the same text, counted from 0 in order of first sight. */
  variantOf(cluster: Cluster, group: string): number
  /** `clusters/<cluster>/apps/<namespace>/<service>.yaml`; equal variants share one text. */
  render(cluster: Cluster, group: string): RenderOutcome
  /** The id that Git gives that file, without keeping its text; undefined: it can not be rendered. */
  blobOf(cluster: Cluster, group: string): string | undefined
  /** The fields read by its expressions that differ between two documents of a cluster, in words: `label size`. */
  changedFields(before: Cluster, after: Cluster): readonly string[]
  /** What the cluster's HelmRelease or Kustomization must show to run this release. */
  expectedOf(cluster: Cluster, group: string): ExpectedOutcome
}

export type RenderOutcome =
  | { readonly kind: 'file'; readonly file: RenderedFile }
  | { readonly kind: 'error'; readonly errors: readonly ExpressionError[] }

export type ExpectedOutcome =
  | { readonly kind: 'expected'; readonly expected: ExpectedRelease }
  | { readonly kind: 'error'; readonly errors: readonly ExpressionError[] }

/** What proves a release on a cluster: the pinned payload, and the spec as rendered of what installs it. */
export type ExpectedRelease =
  /** `chartDigest`: `sha256:…`; `spec`: of the HelmRelease. */
  | { readonly kind: 'chart'; readonly chartDigest: string; readonly spec: JsonObject }
  /** `revision`: `sha1:…` of a commit or `sha256:…` of an artifact; `spec`: of the Kustomization. */
  | { readonly kind: 'kustomize'; readonly revision: string; readonly spec: JsonObject }

/** Compiles the version's expressions. Errors are those of the expressions, whatever the cluster. */
export function createReleaseRenderer(
  inputs: ReleaseInputs,
): ReleaseRenderer | { readonly errors: readonly ExpressionError[] } {
  const compiled = compileContent(inputs.version)
  if (compiled.kind === 'errors') return { errors: compiled.errors }
  const variantOf = createVariants(compiled.reads)
  const contentOf = (cluster: Cluster, group: string) => compiled.evaluate(contextOf(inputs, cluster, group))
  const textOf = oncePerVariant(variantOf, contentOf, (content) => serviceText(inputs, content))
  const idOf = oncePerVariant(variantOf, contentOf, (content) => blobId(serviceText(inputs, content)))
  const specOf = oncePerVariant(variantOf, contentOf, (content) => releaseSpec(inputs, content))
  const { service, source } = inputs

  return {
    variantOf,
    render(cluster, group) {
      const text = textOf(cluster, group)
      if (text.kind === 'errors') return { kind: 'error', errors: text.errors }
      const path = servicePath(cluster.name, service.namespace, service.name)
      return { kind: 'file', file: { path, text: text.made } }
    },
    blobOf(cluster, group) {
      const id = idOf(cluster, group)
      return id.kind === 'made' ? id.made : undefined
    },
    changedFields: (before, after) => changedFields(compiled.reads, before, after),
    expectedOf(cluster, group) {
      const spec = specOf(cluster, group)
      if (spec.kind === 'errors') return { kind: 'error', errors: spec.errors }
      return { kind: 'expected', expected: expectedFrom(source, spec.made) }
    },
  }
}

function expectedFrom(source: PayloadSource, spec: JsonObject): ExpectedRelease {
  return source.kind === 'chart'
    ? { kind: 'chart', chartDigest: source.chart.digest, spec }
    : { kind: 'kustomize', revision: pinnedRevision(source.kustomize.pin), spec }
}

type Made<Thing> =
  | { readonly kind: 'made'; readonly made: Thing }
  | { readonly kind: 'errors'; readonly errors: readonly ExpressionError[] }

/** Makes one thing of each variant's content. Errors are not remembered, as they name their cluster. */
function oncePerVariant<Thing>(
  variantOf: ReleaseRenderer['variantOf'],
  contentOf: (cluster: Cluster, group: string) => ContentOutcome,
  make: (content: VersionContent) => Thing,
): (cluster: Cluster, group: string) => Made<Thing> {
  const known = new Map<number, Made<Thing>>()
  return (cluster, group) => {
    const variant = variantOf(cluster, group)
    const before = known.get(variant)
    if (before !== undefined) return before
    const outcome = contentOf(cluster, group)
    if (outcome.kind === 'errors') return outcome
    const made: Made<Thing> = { kind: 'made', made: make(outcome.content) }
    known.set(variant, made)
    return made
  }
}

function serviceText(inputs: ReleaseInputs, content: VersionContent): string {
  const { service, version, release } = inputs
  const header = `# halyard ${service.name} ${version.version} ${release.revision}\n`
  return header + emitYaml(serviceObjects(inputs, content))
}

/** What the first line of a service file says; undefined when it is not one. */
export function parseServiceHeader(
  line: string,
): { readonly service: string; readonly version: string; readonly revision: string } | undefined {
  const [, service, version, revision] = /^# halyard (\S+) (\S+) ([0-9a-f]{8})(?:\r?\n|$)/.exec(line) ?? []
  if (service === undefined || version === undefined || revision === undefined) return undefined
  return { service, version, revision }
}

function contextOf({ service, version }: ReleaseInputs, cluster: Cluster, group: string): ExpressionContext {
  return {
    cluster: { name: cluster.name, labels: cluster.labels, metadata: cluster.metadata, group },
    service: { name: service.name, namespace: service.namespace, owner: service.owner },
    version: version.version,
  }
}

/** Numbers the distinct tuples of what the expressions read of a cluster. */
export function createVariants(reads: readonly ReadPath[]): (cluster: Cluster, group: string) => number {
  const paths = reads.filter(([root]) => root === 'cluster').map(([, ...path]) => path)
  const variants = new Map<string, number>()
  return (cluster, group) => {
    const fields: JsonObject = {
      name: cluster.name,
      labels: cluster.labels,
      metadata: cluster.metadata,
      group,
    }
    const tuple = JSON.stringify(paths.map((path) => fieldAt(fields, path)))
    const known = variants.get(tuple)
    if (known !== undefined) return known
    const variant = variants.size
    variants.set(tuple, variant)
    return variant
  }
}

function changedFields(reads: readonly ReadPath[], before: Cluster, after: Cluster): readonly string[] {
  const fieldsOf = ({ labels, metadata }: Cluster): JsonObject => ({ labels, metadata })
  const [old, young] = [fieldsOf(before), fieldsOf(after)]
  const changed = reads
    .filter(([root, kind]) => root === 'cluster' && (kind === 'labels' || kind === 'metadata'))
    .map(([, ...path]) => path)
    .filter((path) => JSON.stringify(fieldAt(old, path)) !== JSON.stringify(fieldAt(young, path)))
    .map(([kind, ...path]) => [kind === 'labels' ? 'label' : 'metadata', path.join('.')].join(' ').trim())
  return [...new Set(changed)].toSorted()
}

/** The value at a path in a list of one; an empty list where nothing is there. */
function fieldAt(fields: JsonObject, path: ReadPath): readonly unknown[] {
  let value: unknown = fields
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return []
    value = Reflect.get(value, key)
  }
  return [value]
}
