import type { Catalog } from '../../core/domain/catalog.ts'
import { releaseId } from '../../core/domain/service-release.ts'
import { type NamedRelease, rendersRelease } from '../../core/render/renderer-of.ts'
import { KnownError } from '../known-error.ts'
import type { CatalogParts } from '../workspace.ts'
import type { Source } from './render-again.ts'
import type { Writer } from './writers.ts'

type Own = Writer & { readonly kind: 'halyard' }

/** What a file was rendered from, or why that is not there. `release`: what a service file says that it is. */
export type SourceOf = (writer: Own, release: NamedRelease | undefined) => Promise<Source | string>

/** Catalogs kept at hand: those that the releases of a few waves come from. */
const catalogsKept = 8

/**
 * As the controller finds them: the catalog's head of then has clusters, settings and skeletons, and a release is
 * rendered by the head where that still has the same documents of it, else by the release's own commit.
 */
export function createSources(readAt: CatalogParts['readAt']): SourceOf {
  const catalogs = new Map<string, Catalog | string>()
  const rendering = new Map<string, Catalog>()
  const catalogAt = async (commit: string): Promise<Catalog | string> => {
    const known = catalogs.get(commit) ?? (await read(readAt, commit))
    if (!catalogs.has(commit) && catalogs.size >= catalogsKept) {
      catalogs.clear()
      rendering.clear()
    }
    catalogs.set(commit, known)
    return known
  }
  const renders = async (
    head: Catalog,
    commits: readonly string[],
    release: NamedRelease,
  ): Promise<Catalog> => {
    if (rendersRelease(head, release)) return head
    for (const commit of commits) {
      const catalog = await catalogAt(commit)
      if (typeof catalog !== 'string' && rendersRelease(catalog, release)) return catalog
    }
    return head
  }
  return async ({ catalogCommit, releaseCommits, group }, release) => {
    const catalog = await catalogAt(catalogCommit)
    if (typeof catalog === 'string') return catalog
    if (!release) return { catalog, releases: catalog, group }
    const key = [catalogCommit, ...releaseCommits, release.service, releaseId(release)].join(' ')
    const releases = rendering.get(key) ?? (await renders(catalog, releaseCommits, release))
    rendering.set(key, releases)
    return { catalog, releases, group }
  }
}

/** The catalog, or why there is none. */
async function read(readAt: CatalogParts['readAt'], commit: string): Promise<Catalog | string> {
  try {
    return (await readAt(commit)).catalog
  } catch (error) {
    if (error instanceof KnownError) return error.message
    throw error
  }
}
