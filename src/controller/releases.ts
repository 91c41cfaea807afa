import type { CatalogSource } from '../adapters/catalog/port.ts'
import type { Catalog } from '../core/domain/catalog.ts'
import { releaseId, type ServiceRelease } from '../core/domain/service-release.ts'
import { rendererOf, type RendererOutcome, rendersRelease } from '../core/render/renderer-of.ts'

/** How many renderers stay in memory; each holds the texts of its variants. */
const renderersKept = 2000

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
      const catalog = rendersRelease(head, release)
        ? head
        : (await source.read(release.catalogCommit)).catalog
      const outcome = rendererOf(catalog, release)
      if (renderers.size >= renderersKept) renderers.clear()
      renderers.set(key, outcome)
      return outcome
    },
  }
}
