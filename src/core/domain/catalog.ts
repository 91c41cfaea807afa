import type { ChartRepository } from './chart-repository.ts'
import type { Cluster } from './cluster.ts'
import type { DeploymentGroup } from './deployment-group.ts'
import type { Directive } from './directive.ts'
import type { Service } from './service.ts'
import type { ServiceVersion } from './service-version.ts'
import type { Settings } from './settings.ts'
import type { SourceRepository } from './source-repository.ts'
import type { ObjectTemplates } from './templates.ts'

/** Everything that people wrote, at one commit of the catalog repository. Lists are sorted by name. */
export interface Catalog {
  readonly commit: string
  readonly settings: Settings
  readonly clusters: readonly Cluster[]
  readonly groups: readonly DeploymentGroup[]
  readonly chartRepositories: ReadonlyMap<string, ChartRepository>
  readonly sourceRepositories: ReadonlyMap<string, SourceRepository>
  readonly services: ReadonlyMap<string, Service>
  /** By service name, ascending by semantic version. */
  readonly versions: ReadonlyMap<string, readonly ServiceVersion[]>
  readonly directives: readonly Directive[]
  readonly templates: ObjectTemplates
}
