import type { ClusterIndex } from '../../core/domain/cluster-index.ts'
import type { DesiredFile } from '../../core/domain/placement.ts'
import { releaseId } from '../../core/domain/service-release.ts'
import { parseServiceHeader } from '../../core/render/release-renderer.ts'
import type { Oid, PathChange } from '../git/port.ts'
import { createClusterFolders } from './cluster-folders.ts'
import type { ClusterFolders } from './cluster-folders.ts'
import { detached } from './detached.ts'
import { createLedgers } from './ledgers.ts'
import type { Ledgers } from './ledgers.ts'
import { namespaceFile, parseFleetPath, syncFile } from './paths.ts'
import type { FleetPath } from './paths.ts'
import { createPlacements } from './placements.ts'
import type { Placements } from './placements.ts'
import type { FleetChanges, FleetProblem } from './port.ts'
import { readNeeded } from './read-needed.ts'
import type { NeededTexts, PathOf, ReadTexts } from './read-needed.ts'
import type { CommitPlace } from './service-columns.ts'

/** Everything that main says at one commit, brought forward change by change. */
export interface FleetIndex {
  readonly placements: Placements
  readonly folders: ClusterFolders
  readonly ledgers: Ledgers
  problems(): readonly FleetProblem[]
  apply(changes: readonly PathChange[], at: CommitPlace, readTexts: ReadTexts): Promise<void>
  /** What `apply` brought since the last call. */
  takeChanges(restarted: boolean): FleetChanges
}

interface Changed {
  readonly services: Set<string>
  readonly renumbered: Set<string>
  readonly clusters: Set<string>
  readonly rollouts: Set<string>
}

/** What the steps below share. */
interface Parts {
  readonly placements: Placements
  readonly folders: ClusterFolders
  readonly ledgers: Ledgers
  readonly changed: Changed
  /** Reasons by path. */
  readonly problems: Map<string, string>
}

/** `former`: services known from a history that is gone; they are listed and have changed. */
export function createFleetIndex(clusters: ClusterIndex, former: readonly string[]): FleetIndex {
  const placements = createPlacements(clusters, former)
  const folders = createClusterFolders(clusters)
  const ledgers = createLedgers((name) => clusters.names[clusters.ordinalOf(name) ?? -1] ?? detached(name))
  const problems = new Map<string, string>()
  let changed: Changed = { ...noChanges(), services: new Set(former) }

  return {
    placements,
    folders,
    ledgers,
    problems: () =>
      [...problems]
        .map(([path, reason]) => ({ path, reason }))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    async apply(changes, at, readTexts) {
      const parsed = changes.flatMap((change) => {
        const path = parseFleetPath(change.path)
        return path === undefined ? [] : [{ path, change }]
      })
      const texts = await readNeeded(parsed, placements, readTexts)
      const parts: Parts = { placements, folders, ledgers, changed, problems }
      for (const { path, change } of parsed) {
        problems.delete(change.path)
        const problem = applyOne(parts, path, { change, at, texts })
        if (problem !== undefined) problems.set(detached(change.path), problem)
      }
    },
    takeChanges(restarted) {
      const taken = changed
      changed = noChanges()
      return { restarted, ...taken }
    },
  }
}

interface Step {
  readonly change: PathChange
  readonly at: CommitPlace
  readonly texts: NeededTexts
}

/** Returns why the file could not be read. */
function applyOne(parts: Parts, path: FleetPath, step: Step): string | undefined {
  const { folders, changed } = parts
  const { before, after } = step.change
  switch (path.kind) {
    case 'service':
      return applyService(parts, path, step)
    case 'rollout':
      changed.rollouts.add(`${path.group}/${path.service}`)
      return parts.ledgers.set(path, after === undefined ? undefined : step.texts.rollouts.get(after))
    case 'namespace':
      changed.clusters.add(path.cluster)
      folders.setFile(path.cluster, namespaceFile(path.namespace), after)
      return undefined
    case 'marker':
      folders.setFile(path.cluster, path.file, after)
      return undefined
    case 'flux':
      changed.clusters.add(path.cluster)
      if (path.file === syncFile) folders.setFile(path.cluster, path.file, after)
      folders.countFlux(path.cluster, Number(before === undefined) - Number(after === undefined))
      return undefined
  }
}

function applyService(
  { placements, changed }: Parts,
  { service, cluster, namespace }: PathOf<'service'>,
  { change, at, texts }: Step,
): string | undefined {
  const found = change.after === undefined ? undefined : fileOf(placements, service, change.after, texts)
  // A file that says nothing counts as absent, as nothing may be concluded from it.
  const file = typeof found === 'string' ? undefined : found
  const outcome = placements.apply({ cluster, namespace, service, file }, at)
  if (outcome.kind === 'elsewhere') {
    return change.after === undefined
      ? undefined
      : `the files of ${service} lie in namespace ${outcome.namespace}`
  }
  changed.services.add(service)
  if (outcome.renumbered) changed.renumbered.add(service)
  return typeof found === 'string' ? found : undefined
}

/** What the file's first line says, or why it says nothing. */
function fileOf(
  placements: Placements,
  service: string,
  blob: Oid,
  texts: NeededTexts,
): DesiredFile | string {
  const known = placements.find(service, blob)
  if (known !== undefined) return known
  const header = parseServiceHeader(texts.firstLines.get(blob) ?? '')
  if (header === undefined) return 'its first line is not that of a file that Halyard wrote'
  if (header.service !== service) return `it is the file of ${header.service}`
  return { blob: detached(blob), release: detached(releaseId(header)) }
}

function noChanges(): Changed {
  return { services: new Set(), renumbered: new Set(), clusters: new Set(), rollouts: new Set() }
}
