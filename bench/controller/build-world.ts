import { createCatalogSource } from '../../src/adapters/catalog/git-source.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createFleet } from '../../src/adapters/fleet/fleet.ts'
import type { GitRepository, Oid, TreeChange } from '../../src/adapters/git/port.ts'
import { initRepository, openClone } from '../../src/adapters/git/system.ts'
import { createReleases } from '../../src/controller/releases.ts'
import type { Catalog } from '../../src/core/domain/catalog.ts'
import { createClusterIndex } from '../../src/core/domain/cluster-index.ts'
import { emptyRollout } from '../../src/core/domain/rollout.ts'
import type { ServiceRelease } from '../../src/core/domain/service-release.ts'
import { openWave, prove, startRelease } from '../../src/core/plan/rollout-changes.ts'
import { type CatalogTargets, createCatalogTargets } from '../../src/core/plan/service-inputs.ts'
import { rolloutPath } from '../../src/core/render/paths.ts'
import { renderClusterSync } from '../../src/core/render/render-cluster.ts'
import { renderNamespace } from '../../src/core/render/render-namespace.ts'
import { formatRollout } from '../../src/core/render/rollout-document.ts'
import { formatTrailers } from '../../src/core/render/trailers.ts'
import { catalogFiles } from './catalog-files.ts'

/** When everything had been proven; the controller starts a day later. */
const provenAt = 1_790_000_000
export const startAt = provenAt + 86_400

const person = { name: 'Ana Ito', email: 'ana@example.com' }

export interface WorldPaths {
  readonly catalog: string
  readonly fleet: string
}

/** Both repositories, as a fleet leaves them that delivered every service everywhere. Returns how many files it has. */
export async function buildWorld(paths: WorldPaths, cloneFolder: string): Promise<number> {
  const catalogRepository = await initRepository(paths.catalog, { branch: 'main' })
  await commitTo(catalogRepository, [...catalogFiles()], 'Begin the catalog')
  const source = createCatalogSource({
    repository: catalogRepository,
    branch: 'main',
    defaultTemplates: await readDefaultTemplates(),
  })
  const head = await source.head()
  const { catalog, findings } = await source.read(head ?? '')
  if (findings.length > 0)
    throw new Error(findings.map(({ file, message }) => `${file}: ${message}`).join('\n'))
  const targets = createCatalogTargets(catalog, createClusterIndex())
  const changes = [...clusterFiles(targets), ...(await serviceFiles(targets, createReleases(source)))]

  const fleetRepository = await initRepository(paths.fleet, { branch: 'main' })
  const clone = await openClone({ path: cloneFolder, url: paths.fleet })
  const fleet = createFleet({ clone, clusters: createClusterIndex() })
  const message = `Write the fleet\n\n${formatTrailers([['Catalog-Commit', catalog.commit]])}\n`
  const pushed = await fleet.commitMain({ base: undefined, changes, message, time: provenAt })
  if (pushed.kind !== 'pushed') throw new Error('the fleet could not be written')
  await Promise.all([clone.close(), fleetRepository.close(), catalogRepository.close()])
  return changes.length
}

/** A commit on main, as people make them. */
export async function commitTo(
  repository: GitRepository,
  files: readonly (readonly [string, string])[],
  message: string,
): Promise<Oid> {
  const ref = 'refs/heads/main'
  const parent = await repository.resolve(ref)
  const changes = files.map(([path, text]) => ({ path, text }))
  const [to] = await repository.writeCommits([{ parent, changes, message, author: person, time: startAt }])
  const outcome = await repository.updateRefs([{ ref, expected: parent, to }])
  if (to === undefined || outcome === 'stale') throw new Error('the catalog could not be written')
  return to
}

function clusterFiles({ catalog }: CatalogTargets): readonly TreeChange[] {
  const { settings, templates } = catalog
  const services = [...catalog.services.values()]
  const namespaces = [...new Map(services.map(({ namespace, tier }) => [namespace, tier]))]
  return catalog.clusters.flatMap(({ name: cluster }) => [
    ...renderClusterSync({ cluster, settings, templates }),
    ...namespaces.flatMap(([namespace, tier]) =>
      renderNamespace({ cluster, namespace, tier, templates, foundationNamespaces: [] }),
    ),
  ])
}

/** Every service's newest version on all its targets, with the rollout files that its waves left. */
async function serviceFiles(
  targets: CatalogTargets,
  releases: ReturnType<typeof createReleases>,
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = []
  for (const service of targets.catalog.services.keys()) {
    const release = targets.releasesOf(service).at(-1)
    if (release === undefined) throw new Error(`${service} has no version`)
    changes.push(...(await releaseFiles(targets, releases, release, targets.catalog)))
  }
  return changes
}

async function releaseFiles(
  targets: CatalogTargets,
  releases: ReturnType<typeof createReleases>,
  release: ServiceRelease,
  catalog: Catalog,
): Promise<readonly TreeChange[]> {
  const found = await releases.rendererOf(release, catalog)
  if (found.kind === 'unrenderable') throw new Error(found.reason)
  return targets.groupsOf(release.service).flatMap(({ group, targets: ordinals }) => {
    const files = Array.from(ordinals, (ordinal) => {
      const cluster = targets.clusterAt(ordinal)
      const outcome = cluster && found.renderer.render(cluster, group.name)
      if (outcome?.kind !== 'file') throw new Error(`${release.service} can not be rendered`)
      return outcome.file
    })
    return [...files, rolloutFile(targets, release, group.name, ordinals)]
  })
}

/** The first rollout of a service: every cluster was moved by it, and there was nothing before. */
function rolloutFile(
  { index }: CatalogTargets,
  release: ServiceRelease,
  group: string,
  ordinals: Uint32Array,
): TreeChange {
  const desired = {
    files: [{ blob: '', release: '' }],
    file: new Uint16Array(index.size),
    commit: new Uint32Array(index.size),
    mergedAt: new Uint32Array(index.size),
  }
  const started = startRelease(emptyRollout(release.service, group), release, provenAt)
  const movement = { clusters: [...ordinals], names: index.names, desired }
  const opened = openWave(started.rollout, started.current, ordinals.length, movement, provenAt)
  const rollout = prove(opened, opened.current ?? started.current, provenAt)
  return { path: rolloutPath(group, release.service), text: formatRollout(rollout) }
}
