import type { ChartRepository } from '../../core/domain/chart-repository.ts'
import type { JsonObject } from '../../core/domain/cluster.ts'
import type { FieldPath } from '../../core/domain/finding.ts'
import type { ChartReference } from '../../core/domain/service-version.ts'

/** The helm program, without the user's settings. Every call throws `HelmError` when helm does not do what was asked. */
export interface Helm {
  /** `v4.1.4` */
  version(): Promise<string>
  /** All that an install would apply, hooks, tests and CRDs included, as YAML. */
  template(request: TemplateRequest): Promise<string>
  lint(chart: string, values?: JsonObject): Promise<LintOutcome>
  /** `Chart.yaml` or `values.yaml` of a chart, as it was written. */
  show(what: 'chart' | 'values', chart: string): Promise<string>
  /** Packs a chart's folder; tells the archive's path. Archives of equal folders differ, as they hold times. */
  package(chart: string, destination: string): Promise<string>
  /** Brings an archive from an OCI registry into a folder. */
  pull(request: PullRequest): Promise<PulledChart>
  /** Ends use: removes the folder that helm had for its home. */
  close(): Promise<void>
}

export interface TemplateRequest {
  /** An archive or a folder. */
  readonly chart: string
  readonly releaseName: string
  readonly namespace: string
  readonly values: JsonObject
  /** Values are not checked against the chart's schema. */
  readonly skipSchema?: boolean
}

export type LintOutcome =
  | { readonly kind: 'clean' }
  | { readonly kind: 'faults'; readonly messages: readonly string[] }

export interface PullRequest {
  /** `oci://host/path/name` */
  readonly chart: string
  /** `sha256:…` of the manifest, or the chart's version, which names whatever the registry has for it now. */
  readonly pin: { readonly digest: string } | { readonly version: string }
  readonly destination: string
}

export interface PulledChart {
  readonly path: string
  /** `sha256:…` of the manifest, as helm saw it. */
  readonly digest: string | undefined
}

/** Tells what charts make of values. Fetches each chart once and remembers what helm said. */
export interface ChartRenderer {
  render(request: RenderRequest): Promise<RenderOutcome>
  close(): Promise<void>
}

export interface RenderRequest {
  readonly chart: ChartReference
  readonly repository: ChartRepository
  readonly releaseName: string
  readonly namespace: string
  readonly values: JsonObject
}

export type RenderOutcome =
  | {
      readonly kind: 'rendered'
      readonly objects: readonly RenderedObject[]
      /** What the chart's schema reads from elsewhere, which is why values were not checked against it. */
      readonly uncheckedSchema: string | undefined
    }
  | { readonly kind: 'invalidValues'; readonly violations: readonly ValuesViolation[] }
  /** The chart fails on these values, or on any. */
  | { readonly kind: 'failed'; readonly message: string }
  /** There is no chart to render: it could not be had, or is not what was pinned, or is not safe to open. */
  | { readonly kind: 'refused'; readonly message: string; readonly remedy: string }

/** Where values break the schema of a chart; the path begins inside `values`. */
export interface ValuesViolation {
  readonly path: FieldPath
  readonly message: string
}

/** What matters of an object that a chart would apply. */
export interface RenderedObject {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** Undefined: the release's, or none where the kind has none. */
  readonly namespace: string | undefined
  /** Whom its pods, or Flux for this object, act as; undefined: the default. */
  readonly serviceAccount: string | undefined
  /** A Flux object that acts on another cluster (`spec.kubeConfig`). */
  readonly hasKubeConfig: boolean
  /** Where a Flux object puts what it applies (`spec.targetNamespace`, `spec.storageNamespace`). */
  readonly otherNamespaces: readonly string[]
}
