import type { JsonObject } from './cluster.ts'

/** One immutable version of a service: which chart with which values, and what else it needs. */
export interface ServiceVersion {
  readonly service: string
  /** Semantic version; unique within the service for ever. */
  readonly version: string
  readonly chart: ChartReference
  /** Helm values; strings may hold `${…}` expressions. */
  readonly values: JsonObject
  /** Values that External Secrets reads inside the cluster, in the order of the document. */
  readonly secrets: readonly SecretReference[]
  /** Kustomize patches of what the chart renders, as Flux takes them; texts may hold `${…}` expressions. */
  readonly patches: readonly JsonObject[]
  /** Versions of other services that must run on a cluster before this one may. */
  readonly requires: readonly Requirement[]
  /** There is no way back from it: where it fails, people decide. */
  readonly irreversible: boolean
  readonly source: VersionSource
  readonly file: string
}

export interface ChartReference {
  /** Name of a ChartRepository document. */
  readonly repository: string
  readonly name: string
  readonly version: string
  /** `sha256:` and 64 hex digits: of the OCI manifest, or of the archive over HTTP. */
  readonly digest: string
}

/** Where a secret value is found. The value itself never leaves the cluster and its store. */
export interface SecretReference {
  /** The secret in the store; may hold `${…}` expressions. */
  readonly path: string
  /** The field of the secret; undefined: all of it. */
  readonly key: string | undefined
  /** Dotted path of the one Helm value that it becomes; undefined: it is YAML that is merged into the values. */
  readonly target: string | undefined
}

export interface Requirement {
  readonly service: string
  /** Semantic version range, as npm writes them: `>=1.5 <3`. */
  readonly range: string
}

/** Where the version comes from, for people and pull requests. */
export interface VersionSource {
  readonly commit: string | undefined
  readonly author: string | undefined
  readonly changelog: string | undefined
}
