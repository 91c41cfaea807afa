import type { Catalog } from '../../core/domain/catalog.ts'
import { releaseId } from '../../core/domain/service-release.ts'
import { blobId } from '../../core/render/blob-id.ts'
import type { ReleaseRenderer } from '../../core/render/release-renderer.ts'
import { type NamedRelease, rendererOf, type RendererOutcome } from '../../core/render/renderer-of.ts'
import { type CatalogFiles, createCatalogFiles } from './catalog-files.ts'
import type { RenderedPath } from './rendered-path.ts'

export type Again =
  | { readonly kind: 'rendered'; readonly blob: string; readonly text: string }
  | { readonly kind: 'unrenderable'; readonly reason: string }

/** What a file of the fleet was rendered from. */
export interface Source {
  /** The catalog's head then: clusters, settings and skeletons. */
  readonly catalog: Catalog
  /** What renders the file's release: the head, or the catalog that the release comes from. */
  readonly releases: Catalog
  /** Undefined: the one that the cluster is in. */
  readonly group: string | undefined
}

/** A file to render again. `release`: what a service file says that it is; undefined: it says nothing, or is none. */
export interface Wanted {
  readonly path: string
  readonly parsed: RenderedPath
  readonly release: NamedRelease | undefined
}

/** Renders files of the fleet as they were rendered once; each distinct text of a release once. */
export interface Rendering {
  again(wanted: Wanted, source: Source): Again
  /** Distinct texts of releases, and files of clusters and namespaces, rendered so far. */
  count(): number
}

/** Renderers that stay at hand, each with the texts of its variants. */
const renderersKept = 300

export function createRendering(): Rendering {
  const filesOf = createLastCatalog()
  const rendererFor = createRenderers()
  const blobs = new WeakMap<ReleaseRenderer, Map<number, string>>()
  let renderings = 0

  const ofCluster = ({ path, parsed }: Wanted, files: CatalogFiles): Again => {
    const made =
      parsed.kind === 'namespace'
        ? files.namespace(parsed.cluster, parsed.namespace)
        : files.sync(parsed.cluster)
    const text = made.find((file) => file.path === path)?.text
    if (text === undefined) return unrenderable('no service of the catalog lives in this namespace')
    renderings += 1
    return { kind: 'rendered', text, blob: blobId(text) }
  }
  const blobOf = (renderer: ReleaseRenderer, variant: number, text: string): string => {
    const known = blobs.get(renderer) ?? new Map<number, string>()
    blobs.set(renderer, known)
    const before = known.get(variant)
    if (before !== undefined) return before
    renderings += 1
    const blob = blobId(text)
    known.set(variant, blob)
    return blob
  }

  return {
    count: () => renderings,
    again(wanted, source) {
      const files = filesOf(source.catalog)
      const cluster = files.cluster(wanted.parsed.cluster)
      if (!cluster)
        return unrenderable(`catalog commit ${source.catalog.commit} has no cluster ${wanted.parsed.cluster}`)
      if (wanted.parsed.kind !== 'service') return ofCluster(wanted, files)
      if (!wanted.release) return unrenderable('its first line is not that of a file that Halyard wrote')
      const found = rendererFor(wanted.release, source.releases)
      if (found.kind === 'unrenderable') return found
      const group = source.group ?? files.groupOf(cluster.name)
      const outcome = found.renderer.render(cluster, group)
      if (outcome.kind === 'error')
        return unrenderable(outcome.errors.map(({ message }) => message).join('; '))
      const { path, text } = outcome.file
      if (path !== wanted.path) return unrenderable(`it belongs at ${path}`)
      const variant = found.renderer.variantOf(cluster, group)
      return { kind: 'rendered', text, blob: blobOf(found.renderer, variant, text) }
    },
  }
}

/** Files come catalog by catalog: only the last one's are kept. */
function createLastCatalog(): (catalog: Catalog) => CatalogFiles {
  let last: { readonly catalog: Catalog; readonly files: CatalogFiles } | undefined
  return (catalog) => {
    if (last?.catalog !== catalog) last = { catalog, files: createCatalogFiles(catalog) }
    return last.files
  }
}

function createRenderers(): (release: NamedRelease, catalog: Catalog) => RendererOutcome {
  const known = new Map<string, RendererOutcome>()
  return (release, catalog) => {
    const key = `${catalog.commit} ${release.service} ${releaseId(release)}`
    const before = known.get(key)
    if (before) return before
    const found = rendererOf(catalog, release)
    if (known.size >= renderersKept) known.clear()
    known.set(key, found)
    return found
  }
}

function unrenderable(reason: string): Again & { readonly kind: 'unrenderable' } {
  return { kind: 'unrenderable', reason }
}
