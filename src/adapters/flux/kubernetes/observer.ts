import { randomBytes } from 'node:crypto'
import pLimit from 'p-limit'
import type { ClusterConnection } from '../../../core/domain/cluster.ts'
import type { ClusterContact, PlacementReport } from '../../../core/domain/report.ts'
import type { Instant } from '../../../core/domain/time.ts'
import type { FluxObserver } from '../port.ts'
import { type ClusterProblem, type ClusterWatch, watchCluster, type WatchSettings } from './cluster-watch.ts'
import type { Credentials } from './credentials.ts'
import { createReported, type Reported } from './reported.ts'
import { createPool } from './pool.ts'
import { createWakeup } from './wakeup.ts'

export type { ClusterProblem } from './cluster-watch.ts'

export interface RegisteredCluster {
  readonly name: string
  readonly connection?: ClusterConnection | undefined
}

export interface KubernetesObserverDeps {
  /** Every cluster to be watched as of now; asked at each read. */
  readonly clusters: () => readonly RegisteredCluster[]
  readonly credentials: Credentials
  readonly now: () => Instant
  /** From 0 to 1, for jitter. */
  readonly random: () => number
  /** Sleeps in milliseconds, at most until the signal. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Told once when nothing new comes from a cluster any more, and with undefined when it does again. */
  readonly onProblem: (cluster: string, problem: ClusterProblem | undefined) => void
  readonly settings?: Partial<ObserverSettings>
}

export interface ObserverSettings {
  /** Lists under way at once, over all clusters: they are what takes memory. */
  readonly concurrentLists: number
  /** Milliseconds without a word on a watch after which it is taken for dead. API servers send bookmarks each minute. */
  readonly silence: number
  /** Milliseconds between questions whether a cluster is still there. */
  readonly heartbeat: number
  /** Milliseconds that a read waits for clusters that are new to it. */
  readonly patience: number
  /** Milliseconds between looks for pods that are worth reading. */
  readonly podsEvery: number
  /** Milliseconds between looks for a credential that changed. */
  readonly credentialsEvery: number
}

const usual: ObserverSettings = {
  concurrentLists: 8,
  silence: 150_000,
  heartbeat: 10_000,
  patience: 15_000,
  podsEvery: 2000,
  credentialsEvery: 30_000,
}

export interface KubernetesObserver extends FluxObserver {
  /** Resolves when something may have changed since the last read, or the signal is aborted. */
  changed(signal: AbortSignal): Promise<void>
  close(): void
}

/**
 * Watches real clusters. Reading tells what changed since the cursor, each placement whole; a cursor of another process
 * reads everything. A cluster is told of once all of its kinds are listed, so that what is missing then is gone.
 */
export function createKubernetesObserver(deps: KubernetesObserverDeps): KubernetesObserver {
  const settings = { ...usual, ...deps.settings }
  const wakeup = createWakeup()
  const clusters = createWatchedClusters(deps, settings, wakeup.wake)
  // Numbers of another process mean nothing here.
  const epoch = randomBytes(6).toString('hex')
  let sequence = 0
  const timer = setInterval(() => {
    clusters.readPods()
    clusters.tellProblems()
  }, settings.podsEvery)
  timer.unref()

  return {
    async read(cursor) {
      const added = clusters.follow()
      const late = AbortSignal.timeout(settings.patience)
      while (!late.aborted && added.some((cluster) => cluster.isPending())) {
        wakeup.taken()
        await wakeup.wait(late)
      }
      wakeup.taken()
      clusters.tellProblems()
      const [of, number] = (cursor ?? '').split('/')
      const after = of === epoch ? Number(number) : 0
      const reports: PlacementReport[] = []
      const contacts: ClusterContact[] = []
      for (const { name, watch, reported } of clusters.all()) {
        const contact = watch?.contact()
        if (!watch || !contact) continue
        contacts.push({ cluster: name, ...contact })
        sequence = reported.notice(watch.objects, sequence, deps.now())
        reports.push(...reported.since(after, watch.objects))
      }
      return { cursor: `${epoch}/${sequence}`, reports, contacts }
    },
    changed: wakeup.wait,
    close() {
      clearInterval(timer)
      clusters.close()
    },
  }
}

interface WatchedCluster {
  readonly name: string
  readonly reported: Reported
  /** Undefined: there is no credential. */
  readonly watch: ClusterWatch | undefined
  /** Whether it may still answer for the first time. */
  isPending(): boolean
  problem(): ClusterProblem | undefined
  /** Connects anew where the credential changed. */
  look(cluster: RegisteredCluster): void
  stop(): void
}

/** The clusters that are registered, each watched as far as its credential lets. */
function createWatchedClusters(deps: KubernetesObserverDeps, settings: ObserverSettings, wake: () => void) {
  const watched = new Map<string, WatchedCluster>()
  const told = new Map<string, string>()
  const limit = pLimit(settings.concurrentLists)
  const { now, random, sleep, credentials } = deps
  const watchSettings: WatchSettings = {
    ...{ now, random, sleep, silence: settings.silence, heartbeat: settings.heartbeat, onChange: wake },
    pool: createPool(),
    limit: async (work) => limit(work),
  }
  const connect = async (cluster: RegisteredCluster, digest: string) => {
    const found = await credentials.find(cluster.name, cluster.connection)
    if (found.kind === 'found' && found.digest === digest) return undefined
    return found.kind === 'missing'
      ? found
      : { ...found, watch: () => watchCluster(found.access, watchSettings) }
  }
  return {
    all: () => watched.values(),
    /** Watches what is registered and nothing else; returns what is new. */
    follow(): readonly WatchedCluster[] {
      const registered = deps.clusters()
      const names = new Set(registered.map(({ name }) => name))
      for (const [name, cluster] of watched) {
        if (names.has(name)) continue
        cluster.stop()
        watched.delete(name)
        told.delete(name)
      }
      const added: WatchedCluster[] = []
      for (const cluster of registered) {
        const known = watched.get(cluster.name)
        const state = known ?? createWatchedCluster(cluster.name, connect, settings.credentialsEvery, wake)
        if (!known) added.push(state)
        watched.set(cluster.name, state)
        state.look(cluster)
      }
      return added
    },
    readPods() {
      for (const { watch } of watched.values()) void watch?.readPods().catch(() => undefined)
    },
    tellProblems() {
      for (const cluster of watched.values()) {
        const problem = cluster.problem()
        const text = problem && `${problem.kind} ${problem.text}`
        if (text === told.get(cluster.name)) continue
        if (text === undefined) told.delete(cluster.name)
        else told.set(cluster.name, text)
        deps.onProblem(cluster.name, problem)
      }
    },
    close() {
      for (const cluster of watched.values()) cluster.stop()
      watched.clear()
    },
  }
}

type Connection =
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'found'; readonly digest: string; watch(): ClusterWatch }

function createWatchedCluster(
  name: string,
  connect: (cluster: RegisteredCluster, digest: string) => Promise<Connection | undefined>,
  lookEvery: number,
  wake: () => void,
): WatchedCluster {
  let watch: ClusterWatch | undefined
  let digest = ''
  let missing: ClusterProblem | undefined
  let lookedAt = -Infinity
  let looking: Promise<void> | undefined
  let isStopped = false

  const follow = async (cluster: RegisteredCluster): Promise<void> => {
    const found = await connect(cluster, digest)
    missing = found?.kind === 'missing' ? { kind: 'missing', text: found.reason } : undefined
    if (!found || isStopped) return
    watch?.stop()
    watch = found.kind === 'found' ? found.watch() : undefined
    digest = found.kind === 'found' ? found.digest : ''
  }
  return {
    name,
    reported: createReported(name),
    get watch() {
      return watch
    },
    isPending: () => looking !== undefined || (watch !== undefined && !watch.contact() && !watch.problem()),
    problem: () => missing ?? watch?.problem(),
    look(cluster) {
      if (looking !== undefined || performance.now() - lookedAt < lookEvery) return
      lookedAt = performance.now()
      looking = follow(cluster)
        .catch((error: unknown) => {
          missing = { kind: 'missing', text: error instanceof Error ? error.message : String(error) }
        })
        .finally(() => {
          looking = undefined
          wake()
        })
    },
    stop() {
      isStopped = true
      watch?.stop()
    },
  }
}
