import type { JsonObject } from './cluster.ts'

/** One immutable version of a service: which chart with which values. */
export interface ServiceVersion {
  readonly service: string
  /** Semantic version; unique within the service for ever. */
  readonly version: string
  readonly chart: ChartReference
  /** Helm values; strings may hold `${…}` expressions. */
  readonly values: JsonObject
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

/** Where the version comes from, for people and pull requests. */
export interface VersionSource {
  readonly commit: string | undefined
  readonly author: string | undefined
  readonly changelog: string | undefined
}
