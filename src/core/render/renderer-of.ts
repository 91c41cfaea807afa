import type { Catalog } from '../domain/catalog.ts'
import { releaseId, type ServiceRelease } from '../domain/service-release.ts'
import { resolveDependencies } from './dependencies.ts'
import { payloadSource } from './payload-source.ts'
import { createReleaseRenderer, type ReleaseRenderer } from './release-renderer.ts'
import { optionalSkeletons, releaseRevision } from './release-revision.ts'
import type { ReleaseInputs } from './types.ts'

export type RendererOutcome =
  | { readonly kind: 'renderer'; readonly renderer: ReleaseRenderer }
  | { readonly kind: 'unrenderable'; readonly reason: string }

/** What names a service release, wherever its documents are read from. */
export type NamedRelease = Pick<ServiceRelease, 'service' | 'version' | 'revision'>

/** Whether the documents of a catalog render exactly this release. */
export function rendersRelease(catalog: Catalog, release: NamedRelease): boolean {
  return inputsAt(catalog, release) !== undefined
}

/** What renders a release by the documents of a catalog; `unrenderable` where they give another one or none. */
export function rendererOf(catalog: Catalog, release: NamedRelease): RendererOutcome {
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

/** The documents that render a release; undefined: those of this catalog render another one or none. */
function inputsAt(catalog: Catalog, named: NamedRelease): ReleaseInputs | undefined {
  const { templates } = catalog
  const service = catalog.services.get(named.service)
  const version = catalog.versions.get(named.service)?.find((other) => other.version === named.version)
  const payload = version && payloadSource(version, catalog)
  if (!service || !version || !payload) return undefined
  const dependencies = resolveDependencies(service, payload.kind, catalog)
  const revision = releaseRevision(
    service,
    templates,
    payload,
    dependencies,
    optionalSkeletons(version, service),
  )
  if (revision !== named.revision) return undefined
  const release = { service: service.name, version: version.version, revision, catalogCommit: catalog.commit }
  return { release, service, version, source: payload, templates, dependencies }
}
