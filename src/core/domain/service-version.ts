import type { JsonObject } from './cluster.ts'

/** One immutable version of a service: which payload with which values, and what else it needs. */
export interface ServiceVersion {
  readonly service: string
  /** Semantic version; unique within the service for ever. */
  readonly version: string
  readonly payload: Payload
  /** Helm values, or variables of the kustomize build; strings may hold `${…}` expressions. */
  readonly values: JsonObject
  /** Values that External Secrets reads inside the cluster, in the order of the document. */
  readonly secrets: readonly SecretReference[]
  /** Kustomize patches of what the payload gives, as Flux takes them; texts may hold `${…}` expressions. */
  readonly patches: readonly JsonObject[]
  /** Versions of other services that must run on a cluster before this one may. */
  readonly requires: readonly Requirement[]
  /** There is no way back from it: where it fails, people decide. */
  readonly irreversible: boolean
  readonly source: VersionSource
  readonly file: string
}

/** What Flux installs: a Helm chart, or what a kustomize build makes of a folder. */
export type Payload =
  | { readonly kind: 'chart'; readonly chart: ChartReference }
  | { readonly kind: 'kustomize'; readonly kustomize: KustomizeReference }

/** Name of the repository document that a payload comes from: a ChartRepository or a SourceRepository. */
export function repositoryOf(payload: Payload): string {
  return payload.kind === 'chart' ? payload.chart.repository : payload.kustomize.repository
}

export interface ChartReference {
  /** Name of a ChartRepository document. */
  readonly repository: string
  readonly name: string
  readonly version: string
  /** `sha256:` and 64 hex digits: of the OCI manifest, or of the archive over HTTP. */
  readonly digest: string
}

export interface KustomizeReference {
  /** Name of a SourceRepository document. */
  readonly repository: string
  readonly pin: KustomizePin
  /** Folder of the source that is built; may hold `${…}` expressions. */
  readonly path: string
  /** How long an apply and its health checks may take, as Flux writes it (`5m`); undefined: the skeleton's. */
  readonly timeout: string | undefined
  /** Ready waits for every object; undefined: the skeleton's word, and not where there are `healthChecks`. */
  readonly wait: boolean | undefined
  /** The objects that Ready waits for, in the service's namespace. */
  readonly healthChecks: readonly HealthCheck[]
  /** How the health of custom resources is read. */
  readonly healthCheckExprs: readonly HealthCheckExpression[]
}

/** What of the repository, for ever. */
export type KustomizePin =
  /** 40 hex digits. */
  | { readonly kind: 'commit'; readonly commit: string }
  /** `sha256:` and 64 hex digits of the artifact's manifest; `artifact` is its name below the repository's URL. */
  | { readonly kind: 'digest'; readonly artifact: string | undefined; readonly digest: string }

export interface HealthCheck {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
}

/** CEL over an object's fields, which Flux evaluates in the cluster. */
export interface HealthCheckExpression {
  readonly apiVersion: string
  readonly kind: string
  readonly current: string
  readonly inProgress: string | undefined
  readonly failed: string | undefined
}

/** Where a secret value is found. The value itself never leaves the cluster and its store. */
export interface SecretReference {
  /** The secret in the store; may hold `${…}` expressions. */
  readonly path: string
  /** The field of the secret; undefined: all of it. */
  readonly key: string | undefined
  /** The one value that it becomes, by dotted path; undefined: it is YAML that is merged into the Helm values. */
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
