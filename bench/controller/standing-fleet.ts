import type { StatusSubject } from '../../src/controller/status.ts'
import type { ClusterIndex } from '../../src/core/domain/cluster-index.ts'
import {
  type DesiredColumns,
  type DesiredFile,
  type ObservedColumns,
  PlacementState,
} from '../../src/core/domain/placement.ts'
import { emptyRollout, type Rollout } from '../../src/core/domain/rollout.ts'
import { releaseId, type ServiceRelease } from '../../src/core/domain/service-release.ts'
import { openWave, prove, startRelease } from '../../src/core/plan/rollout-changes.ts'
import type { CatalogTargets } from '../../src/core/plan/service-inputs.ts'
import { blobId } from '../../src/core/render/blob-id.ts'

/** Every tenth service rolls in the last group, with half of its clusters moved and some of them failed. */
const rollingEvery = 10
const failedOfMoved = 100
/** Distinct files of a release, by region and size of the cluster. */
const variants = 10
const day = 86_400

/** A fleet as columns, as a controller holds one that delivers the two newest versions of every service. */
export function standingFleet(
  targets: CatalogTargets,
  now: number,
): Pick<StatusSubject, 'fleet' | 'observations'> {
  const clusters = targets.index
  const services = new Map(
    [...targets.catalog.services.keys()].map((name, at) => [
      name,
      standingService(targets, name, at % rollingEvery === 0, now),
    ]),
  )
  const of = (name: string): StandingService => {
    const found = services.get(name)
    if (!found) throw new Error(`there is no ${name}`)
    return found
  }
  return {
    fleet: {
      head: 'f'.repeat(40),
      clusters,
      bootstrapped: new Uint8Array(clusters.size).fill(1),
      problems: [],
      edits: [],

      desired: (name) => of(name).desired,
      rollout: (group, name) => of(name).rollouts.get(group),
    },
    observations: {
      contactAt: new Uint32Array(clusters.size).fill(now - 20),
      silent: new Uint8Array(clusters.size),
      blackouts: [],
      observed: (name) => of(name).observed,
    },
  }
}

interface StandingService {
  readonly desired: DesiredColumns
  readonly observed: ObservedColumns
  readonly rollouts: ReadonlyMap<string, Rollout>
}

function standingService(
  targets: CatalogTargets,
  name: string,
  isRolling: boolean,
  now: number,
): StandingService {
  const [last, newest] = targets.releasesOf(name).slice(-2)
  if (!last || !newest) throw new Error(`${name} has no two versions`)
  const before = columnsOf(targets.index, [last, newest])
  const after: DesiredColumns = { ...before, file: before.file.slice(), mergedAt: before.mergedAt.slice() }
  const observed = observedOf(targets.index.size, now)
  const rollouts = new Map<string, Rollout>()
  const groups = targets.groupsOf(name)
  for (const [at, { group, targets: ordinals }] of groups.entries()) {
    const rolls = isRolling && at === groups.length - 1
    const moved = [...ordinals].slice(0, rolls ? ordinals.length / 2 : ordinals.length)
    const movedAt = rolls ? now - 300 : now - day
    for (const [rank, cluster] of moved.entries()) {
      after.file[cluster] = (before.file[cluster] ?? 0) + variants
      after.mergedAt[cluster] = movedAt
      if (rolls && rank % failedOfMoved === 1) {
        observed.state[cluster] = PlacementState.failed
        observed.evidence.set(cluster, 'UpgradeFailed: timeout waiting for: [Deployment]; 0/3 ready')
      }
    }
    const started = startRelease(emptyRollout(name, group.name), newest, movedAt)
    const movement = { clusters: moved, names: targets.index.names, desired: before }
    const wave = { quota: moved.length, openedAt: movedAt }
    const opened = openWave(started.rollout, started.current, wave, movement)
    rollouts.set(group.name, rolls ? opened : prove(opened, opened.current ?? started.current, now - day))
  }
  return { desired: after, observed, rollouts }
}

/** All clusters on the first of the releases. */
function columnsOf({ size }: ClusterIndex, releases: readonly ServiceRelease[]): DesiredColumns {
  const files: DesiredFile[] = releases.flatMap((release) =>
    Array.from({ length: variants }, (_, variant) => ({
      blob: blobId(`${releaseId(release)} ${variant}`),
      release: releaseId(release),
    })),
  )
  return {
    files: [{ blob: '', release: '' }, ...files],
    file: Uint16Array.from({ length: size }, (_, cluster) => 1 + (cluster % variants)),
    commit: new Uint32Array(size).fill(1),
    mergedAt: new Uint32Array(size),
  }
}

function observedOf(size: number, now: number): ObservedColumns & { readonly evidence: Map<number, string> } {
  const spread = (_: unknown, cluster: number): number => now - day + ((cluster * 7919) % 3600)
  return {
    state: new Uint8Array(size).fill(PlacementState.healthy),
    since: Uint32Array.from({ length: size }, spread),
    observedAt: Uint32Array.from({ length: size }, spread),
    running: Uint16Array.from({ length: size }, (_, cluster) => 1 + (cluster % variants)),
    evidence: new Map(),
  }
}
