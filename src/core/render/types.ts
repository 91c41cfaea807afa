import type { Service } from '../domain/service.ts'
import type { ServiceRelease } from '../domain/service-release.ts'
import type { ServiceVersion } from '../domain/service-version.ts'
import type { ObjectTemplates } from '../domain/templates.ts'
import type { PayloadSource } from './payload-source.ts'

/** A file to write, with its path from the repository's root. Rendering returns files and never writes them. */
export interface RenderedFile {
  readonly path: string
  readonly text: string
}

/** All documents that render one service release. */
export interface ReleaseInputs {
  readonly release: ServiceRelease
  readonly service: Service
  readonly version: ServiceVersion
  /** The version's payload and where it comes from. */
  readonly source: PayloadSource
  readonly templates: ObjectTemplates
  /** The services that its Flux object waits for, with their namespaces (`resolveDependencies`). */
  readonly dependencies: readonly { readonly name: string; readonly namespace: string }[]
}
