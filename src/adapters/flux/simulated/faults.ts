import { createHash } from 'node:crypto'
import type { Instant } from '../../../core/domain/time.ts'
import { spread } from './behaviour.ts'
import type { Behaviour } from './behaviour.ts'
import { becomeReady, breakDown } from './pods.ts'
import { blankRelease } from './state.ts'
import type { ReleaseState, SimulatedCluster } from './state.ts'

/** The pods that the service runs now crash; other versions of it do not. */
export function crashPods(
  cluster: SimulatedCluster,
  service: string,
  message: string,
  now: Instant,
): boolean {
  const release = findRelease(cluster, service)
  if (release?.running === undefined) return false
  release.crash = { content: release.running.key, message }
  breakDown(release, message, now)
  return true
}

/** Crashing pods come back: at once, or in time for the Helm action that waits for them. */
export function healPods(
  cluster: SimulatedCluster,
  service: string,
  behaviour: Behaviour,
  now: Instant,
): boolean {
  const release = findRelease(cluster, service)
  if (release?.crash === undefined) return false
  release.crash = undefined
  const inAction = release.phase !== 'idle' && release.phase !== 'pending'
  if (inAction)
    release.timerAt = Math.min(release.timerAt, now + spread(behaviour.readyTime, cluster.name, service))
  else becomeReady(release, now)
  return true
}

/** Empties the cluster and gives it a new identity. It bootstraps again at its next poll. */
export function rebuildCluster(cluster: SimulatedCluster): void {
  cluster.rebuilds += 1
  cluster.uid = derivedUid(cluster.uid)
  cluster.seen = undefined
  cluster.directory = new Map()
  cluster.objects.clear()
  cluster.kustomizations.clear()
  for (const release of cluster.releases.values()) Object.assign(release, blankRelease())
}

function findRelease(cluster: SimulatedCluster, service: string): ReleaseState | undefined {
  return cluster.releases.values().find((release) => release.name === service)
}

function derivedUid(uid: string): string {
  const hex = createHash('sha256').update(uid).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
