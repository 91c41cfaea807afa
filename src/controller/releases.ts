import type { CatalogSource } from '../adapters/catalog/port.ts'
import type { Catalog } from '../core/domain/catalog.ts'
import { releaseId, type ServiceRelease } from '../core/domain/service-release.ts'
import { resolveDependencies } from '../core/render/dependencies.ts'
import { payloadSource } from '../core/render/payload-source.ts'
import { createReleaseRenderer, type ReleaseRenderer } from '../core/render/release-renderer.ts'
import { optionalSkeletons, releaseRevision } from '../core/render/release-revision.ts'
import type { ReleaseInputs } from '../core/render/types.ts'

/** How many renderers stay in memory; each holds the texts of its variants. */
const renderersKept = 2000

export type RendererOutcome =
  | { readonly kind: 'renderer'; readonly renderer: ReleaseRenderer }
  | { readonly kind: 'unrenderable'; readonly reason: string }

/** Finds what renders a service release: the catalog's head when it still gives that release, else its own commit. */
export interface Releases {
  rendererOf(release: ServiceRelease, head: Catalog): Promise<RendererOutcome>
}

export function createReleases(source: CatalogSource): Releases {
  const renderers = new Map<string, RendererOutcome>()
  return {
    async rendererOf(release, head) {
      const key = `${release.service}/${releaseId(release)}`
      const known = renderers.get(key)
      if (known) return known
      const catalog = inputsAt(head, release) ? head : (await source.read(release.catalogCommit)).catalog
      const outcome = createRenderer(catalog, release)
      if (renderers.size >= renderersKept) renderers.clear()
      renderers.set(key, outcome)
      return outcome
    },
  }
}

/** The documents that render a release; undefined: those of this catalog render another one or none. */
function inputsAt(catalog: Catalog, release: ServiceRelease): ReleaseInputs | undefined {
  const { templates } = catalog
  const service = catalog.services.get(release.service)
  const version = catalog.versions.get(release.service)?.find((other) => other.version === release.version)
  const payload = version && payloadSource(version, catalog)
  if (!service || !version || !payload) return undefined
  const dependencies = resolveDependencies(service, payload.kind, catalog)
  const skeletons = optionalSkeletons(version)
  const revision = releaseRevision(service, templates, payload, dependencies, skeletons)
  if (revision !== release.revision) return undefined
  return { release, service, version, source: payload, templates, dependencies }
}

function createRenderer(catalog: Catalog, release: ServiceRelease): RendererOutcome {
  const inputs = inputsAt(catalog, release)
  if (!inputs) {
    return {
      kind: 'unrenderable',
      reason: `catalog commit ${catalog.commit} does not render ${release.service} ${releaseId(release)}`,
    }
  }
  const renderer = createReleaseRenderer(inputs)
  return 'errors' in renderer
    ? { kind: 'unrenderable', reason: renderer.errors.map((error) => error.message).join('; ') }
    : { kind: 'renderer', renderer }
}
