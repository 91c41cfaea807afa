import type { JsonObject } from '../../../core/domain/cluster.ts'
import type { Instant } from '../../../core/domain/time.ts'
import { ApiError } from './api-error.ts'
import { readObject } from './body.ts'
import { type ClusterObjects, createClusterObjects } from './cluster-objects.ts'
import type { ClusterAccess } from './credentials.ts'
import { expectOk, listAndWatch, type Listener } from './list-watch.ts'
import { createIdentity, type Identity } from './identity.ts'
import { createPodReader } from './pod-reader.ts'
import type { Pool } from './pool.ts'
import { createStream, type Stream } from './stream.ts'
import { createTransport } from './transport.ts'

/** Why nothing new comes from a cluster. */
export interface ClusterProblem {
  /** `refused`: its credential is; a person has to mend it. `unreachable`: it does not answer, or not sensibly. */
  readonly kind: 'missing' | 'refused' | 'unreachable'
  readonly text: string
}

/** One cluster that is watched. */
export interface ClusterWatch {
  readonly objects: ClusterObjects
  /** UID of its kube-system namespace, and when every one of its watches last heard of it; undefined: not all have yet. */
  contact(): { readonly uid: string; readonly at: Instant } | undefined
  /** What keeps it from being heard now; undefined: nothing. */
  problem(): ClusterProblem | undefined
  /** Reads pods of workloads that should be current by now. */
  readPods(): Promise<void>
  stop(): void
}

export interface WatchSettings {
  readonly pool: Pool
  readonly now: () => Instant
  readonly random: () => number
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly limit: <Value>(work: () => Promise<Value>) => Promise<Value>
  /** Milliseconds without a word on a watch after which it is taken for dead. API servers send bookmarks each minute. */
  readonly silence: number
  /** Milliseconds between questions whether the cluster is still there, as bookmarks come but once a minute. */
  readonly heartbeat: number
  /** Told when objects, contact or problem may have changed for the better or the worse. */
  readonly onChange: () => void
}

/** An API server that restarts is worth no word. */
const tolerated = 3

/** Seconds by which a watch may be behind other answers. */
const watchLag = 2

/** Watches a cluster until it is stopped. Nothing of it is told before all kinds are listed. */
export function watchCluster(access: ClusterAccess, settings: WatchSettings): ClusterWatch {
  const { now, onChange } = settings
  const stopping = new AbortController()
  const transport = createTransport(access)
  const objects = createClusterObjects(settings.pool, now)
  const streams = objects.kinds.map((kind) => createStream(kind, now, onChange))
  const problems = createProblems(streams, onChange)
  let uid: string | undefined

  const read = async (path: string): Promise<JsonObject> => {
    const inTime = AbortSignal.any([stopping.signal, AbortSignal.timeout(settings.silence)])
    const reply = await transport.get(path, inTime)
    await expectOk(reply)
    return readObject(reply.body)
  }
  const identity = createIdentity(read, (next, before) => {
    uid = next
    if (before === undefined || before === next) return
    // What another cluster had is void: each stream lists again and tells what is there now.
    for (const stream of streams) stream.forget()
    transport.reset()
  })
  for (const stream of streams) {
    const isSameCluster = async (): Promise<boolean> => {
      await identity.confirm()
      return !stream.takeForgotten()
    }
    const deps = {
      ...settings,
      transport,
      path: stream.path,
      listener: problems.hearing(stream),
      isSameCluster,
    }
    void listAndWatch(deps, stopping.signal)
  }
  void keepContact(identity, streams, settings, stopping.signal)
  const pods = createPodReader({ objects, read, now })
  return {
    objects,
    contact() {
      if (uid === undefined || !streams.every((stream) => stream.isListed())) return undefined
      return { uid, at: Math.min(...streams.map((stream) => stream.aliveAt())) }
    },
    problem: problems.current,
    readPods: async () => {
      if (problems.current() === undefined) await pods.readDue()
    },
    stop() {
      stopping.abort()
      transport.reset()
    },
  }
}

/**
 * A soak ends on evidence no older than its end. Nothing told on open watches of a cluster that answers is evidence, too:
 * what each watch misses itself is told by its own silence.
 */
async function keepContact(
  identity: Identity,
  streams: readonly Stream[],
  { heartbeat, now, random, sleep }: WatchSettings,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(heartbeat * (0.75 + random() / 2), signal)
    const watching = streams.filter((stream) => stream.isWatching())
    if (watching.length < streams.length) continue
    const at = now() - watchLag
    const isThere = await identity.ask().then(
      () => true,
      // Its streams tell what is wrong.
      () => false,
    )
    if (isThere)
      for (const stream of watching) if (stream.isWatching() && stream.isListed()) stream.confirm(at)
  }
}

/** What keeps a cluster from being heard, from the failures of its streams. */
function createProblems(streams: readonly Stream[], onChange: () => void) {
  let problem: ClusterProblem | undefined
  return {
    current: () => problem,
    hearing: (stream: Stream): Listener => ({
      ...stream.listener,
      failed(error, failures) {
        stream.hasFailed(true)
        const isRefused = error instanceof ApiError && error.isRefusal
        if (!isRefused && failures < tolerated) return
        problem = { kind: isRefused ? 'refused' : 'unreachable', text: messageOf(error) }
        onChange()
      },
      alive() {
        stream.listener.alive()
        stream.hasFailed(false)
        if (!problem || streams.some((each) => each.fails())) return
        problem = undefined
        onChange()
      },
    }),
  }
}

/** Of several addresses that were tried, the first one's. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return messageOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
