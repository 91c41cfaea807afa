import { createCatalogSource } from '../../src/adapters/catalog/git-source.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createFleet } from '../../src/adapters/fleet/fleet.ts'
import type { GitRepository, Oid, TreeChange } from '../../src/adapters/git/port.ts'
import { initRepository, openClone } from '../../src/adapters/git/system.ts'
import { createReleases } from '../../src/controller/releases.ts'
import type { Catalog } from '../../src/core/domain/catalog.ts'
import type { Cluster } from '../../src/core/domain/cluster.ts'
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
import { catalogFiles, measuredSize } from './catalog-files.ts'

/** When everything had been proven; the controller starts a day later. */
const provenAt = 1_790_000_000
export const startAt = provenAt + 86_400

const person = { name: 'Ana Ito', email: 'ana@example.com' }

export interface WorldPaths {
  readonly catalog: string
  readonly fleet: string
}

/** Clusters written by one commit, which is held in memory. */
const clustersPerCommit = 250

/** Both repositories, as a fleet leaves them that delivered every service everywhere. Returns how many files it has. */
export async function buildWorld(
  paths: WorldPaths,
  cloneFolder: string,
  size = measuredSize,
): Promise<number> {
  const catalogRepository = await initRepository(paths.catalog, { branch: 'main' })
  await commitTo(catalogRepository, [...catalogFiles(size)], 'Begin the catalog')
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
  const releases = createReleases(source)

  const fleetRepository = await initRepository(paths.fleet, { branch: 'main' })
  const clone = await openClone({ path: cloneFolder, url: paths.fleet })
  const fleet = createFleet({ clone, clusters: createClusterIndex() })
  const message = `Write the fleet\n\n${formatTrailers([['Catalog-Commit', catalog.commit]])}\n`
  let base: Oid | undefined
  let files = 0
  const commit = async (changes: readonly TreeChange[]): Promise<void> => {
    const pushed = await fleet.commitMain({ base, changes, message, time: provenAt })
    if (pushed.kind !== 'pushed') throw new Error('the fleet could not be written')
    base = pushed.head
    files += changes.length
  }
  for (let first = 0; first < catalog.clusters.length; first += clustersPerCommit)
    await commit(await filesOf(targets, releases, first, first + clustersPerCommit))
  await commit(rolloutFiles(targets))
  await Promise.all([clone.close(), fleetRepository.close(), catalogRepository.close()])
  return files
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

/** Everything of the clusters with ordinals from `first` up to, and without, `end`. */
async function filesOf(
  targets: CatalogTargets,
  releases: ReturnType<typeof createReleases>,
  first: number,
  end: number,
): Promise<readonly TreeChange[]> {
  const { catalog } = targets
  const isWanted = (ordinal: number): boolean => ordinal >= first && ordinal < end
  const clusters = catalog.clusters.filter(({ name }) => isWanted(targets.index.intern(name)))
  const changes = clusterFiles(catalog, clusters)
  for (const release of newestReleases(targets)) {
    const found = await releases.rendererOf(release, catalog)
    if (found.kind === 'unrenderable') throw new Error(found.reason)
    for (const { group, targets: ordinals } of targets.groupsOf(release.service)) {
      for (const ordinal of ordinals.filter(isWanted)) {
        const cluster = targets.clusterAt(ordinal)
        const outcome = cluster && found.renderer.render(cluster, group.name)
        if (outcome?.kind !== 'file') throw new Error(`${release.service} can not be rendered`)
        changes.push(outcome.file)
      }
    }
  }
  return changes
}

function clusterFiles(
  { settings, templates, services }: Catalog,
  clusters: readonly Cluster[],
): TreeChange[] {
  const namespaces = [...new Map([...services.values()].map(({ namespace, tier }) => [namespace, tier]))]
  return clusters.flatMap(({ name: cluster }) => [
    ...renderClusterSync({ cluster, settings, templates }),
    ...namespaces.flatMap(([namespace, tier]) =>
      renderNamespace({ cluster, namespace, tier, templates, foundationNamespaces: [] }),
    ),
  ])
}

function newestReleases(targets: CatalogTargets): readonly ServiceRelease[] {
  return [...targets.catalog.services.keys()].map((service) => {
    const release = targets.releasesOf(service).at(-1)
    if (release === undefined) throw new Error(`${service} has no version`)
    return release
  })
}

/** What the waves of every service's newest version left. */
function rolloutFiles(targets: CatalogTargets): readonly TreeChange[] {
  return newestReleases(targets).flatMap((release) =>
    targets
      .groupsOf(release.service)
      .map(({ group, targets: ordinals }) => rolloutFile(targets, release, group.name, ordinals)),
  )
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
  const wave = { quota: ordinals.length, openedAt: provenAt }
  const opened = openWave(started.rollout, started.current, wave, movement)
  const rollout = prove(opened, opened.current ?? started.current, provenAt)
  return { path: rolloutPath(group, release.service), text: formatRollout(rollout) }
}
