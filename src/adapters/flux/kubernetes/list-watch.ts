import type { Readable } from 'node:stream'
import type { JsonObject } from '../../../core/domain/cluster.ts'
import { ApiError, MalformedError } from './api-error.ts'
import { createBackoff } from './backoff.ts'
import { readObject, readObjects } from './body.ts'
import { isObject, listAt, numberAt, objectAt, textAt } from './json.ts'
import type { Reply, Transport } from './transport.ts'

/** What is told of all objects of a kind on a cluster. */
export interface Listener {
  /** An object that is listed; several pages of them come before `listed`. */
  seen(object: JsonObject): void
  /** All of a list was seen: what was not is gone. */
  listed(): void
  /** A list begins anew, what was seen of an incomplete one is void. */
  begins(): void
  changed(object: JsonObject): void
  removed(object: JsonObject): void
  /** Whether a watch is open now, so that whatever changes will be told. */
  watches(isOpen: boolean): void
  /** A sign of life: an answer or an event. */
  alive(): void
  /** An attempt failed, `failures` times since the last sign of life. It is tried again after a pause. */
  failed(error: unknown, failures: number): void
}

export interface ListWatchDeps {
  readonly transport: Transport
  /** `/apis/apps/v1/deployments`. */
  readonly path: string
  readonly listener: Listener
  /** Runs a list when it is its turn: lists are what takes memory. */
  readonly limit: <Value>(work: () => Promise<Value>) => Promise<Value>
  /** Asked at first and before anything is resumed after an error: whether this is the cluster that was listed. */
  readonly isSameCluster: () => Promise<boolean>
  readonly random: () => number
  /** Sleeps in milliseconds, at most until the signal. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Milliseconds without a word on a watch, or for a page of a list, after which it is taken for dead. */
  readonly silence: number
}

const largestPage = 250
/** A server ends a watch after that many seconds, and as many again by jitter. */
const watchSeconds = 300
/** The kind is not installed: its absence is an answer, asked for again now and then. */
const missingKindPause = 30_000
/** A watch that ends sooner is broken by something in between, however well it ended. */
const shortWatch = 1000

/**
 * Lists, then watches and resumes where it was, as client-go's reflectors do: bookmarks move the version on, 410 Gone lists
 * again, anything else waits and goes on from the last version. Ends when the signal is aborted, never with an error.
 */
export async function listAndWatch(deps: ListWatchDeps, signal: AbortSignal): Promise<void> {
  const { listener, sleep, random } = deps
  const backoff = createBackoff(random)
  const alive = (): void => {
    backoff.succeeded()
    listener.alive()
  }
  let version: string | undefined
  let pageSize = largestPage
  let isDoubtful = true
  while (!signal.aborted) {
    try {
      if (isDoubtful && !(await deps.isSameCluster())) version = undefined
      isDoubtful = false
      version ??= await deps.limit(async () => list(deps, pageSize, alive, signal))
      if (version === missingKind) {
        version = undefined
        await sleep(missingKindPause * (1 + random()), signal)
        continue
      }
      const startedAt = performance.now()
      await watch(deps, version, (next) => (version = next), alive, signal)
      if (performance.now() - startedAt < shortWatch) await sleep(backoff.next(), signal)
    } catch (error) {
      if (signal.aborted) return
      const isGone = error instanceof ApiError && error.status === 410
      // A kind that is not served any more is listed again to learn that.
      if (isGone || (error instanceof ApiError && error.status === 404)) version = undefined
      if (error instanceof MalformedError) {
        // What came is not to be trusted, and may have been too much at once.
        version = undefined
        pageSize = Math.max(1, Math.floor(pageSize / 2))
      }
      isDoubtful = true
      const pause = Math.max(backoff.next(), retryAfter(error))
      if (!isGone) listener.failed(error, backoff.failures)
      await sleep(isGone ? pause / 10 : pause, signal)
    }
  }
}

const missingKind = 'missing kind'

/** Lists all pages; returns the version to watch from. */
async function list(
  { transport, path, listener, silence }: ListWatchDeps,
  pageSize: number,
  alive: () => void,
  signal: AbortSignal,
): Promise<string> {
  listener.begins()
  let continues = ''
  for (;;) {
    const query = `limit=${pageSize}${continues === '' ? '' : `&continue=${encodeURIComponent(continues)}`}`
    // A page that never ends would keep the turn of another list.
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(silence)])
    const reply = await transport.get(`${path}?${query}`, inTime)
    if (reply.status === 404) {
      await drain(reply.body)
      listener.listed()
      alive()
      return missingKind
    }
    await expectOk(reply)
    const page = await readObject(reply.body)
    const version = textAt(page, 'metadata', 'resourceVersion')
    if (!Array.isArray(page['items']) || version === '') throw new MalformedError('an answer that is no list')
    for (const item of listAt(page, 'items')) if (isObject(item)) listener.seen(item)
    alive()
    continues = textAt(page, 'metadata', 'continue')
    if (continues === '') {
      listener.listed()
      return version
    }
  }
}

/** Returns when the server ends the watch. */
async function watch(
  { transport, path, listener, random, silence }: ListWatchDeps,
  version: string,
  reached: (version: string) => void,
  alive: () => void,
  signal: AbortSignal,
): Promise<void> {
  const silent = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const heard = (): void => {
    timer ??= setTimeout(() => {
      silent.abort(new Error('the watch fell silent'))
      transport.reset()
    }, silence)
    timer.refresh()
  }
  try {
    const seconds = Math.round(watchSeconds * (1 + random()))
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${encodeURIComponent(version)}`
    const reply = await transport.get(`${path}?${query}`, AbortSignal.any([signal, silent.signal]))
    await expectOk(reply)
    alive()
    listener.watches(true)
    heard()
    for await (const event of readObjects(reply.body)) {
      heard()
      const next = dispatch(event, listener)
      alive()
      if (next !== '') reached(next)
    }
  } finally {
    listener.watches(false)
    clearTimeout(timer)
  }
}

/** Tells an event; returns the version reached. */
function dispatch(event: JsonObject, listener: Listener): string {
  const object = objectAt(event, 'object')
  switch (textAt(event, 'type')) {
    case 'ADDED':
    case 'MODIFIED':
      listener.changed(object)
      break
    case 'DELETED':
      listener.removed(object)
      break
    case 'BOOKMARK':
      break
    case 'ERROR':
      throw new ApiError(numberAt(object, 'code') ?? 500, textAt(object, 'message') || 'the watch failed')
    default:
      throw new MalformedError('an event of no known type')
  }
  return textAt(object, 'metadata', 'resourceVersion')
}

/** Throws `ApiError` with what the API server says. */
export async function expectOk({ status, retryAfter, body }: Reply): Promise<void> {
  if (status >= 200 && status < 300) return
  const said = await readObject(body).catch((): JsonObject => ({}))
  const seconds = retryAfter === undefined ? undefined : Number(retryAfter)
  throw new ApiError(
    status,
    textAt(said, 'message') || `the API server answered ${status}`,
    seconds !== undefined && Number.isFinite(seconds) ? seconds : undefined,
  )
}

async function drain(body: Readable): Promise<void> {
  body.resume()
  await new Promise<void>((resolve) => body.once('close', resolve))
}

function retryAfter(error: unknown): number {
  return error instanceof ApiError ? Math.min(300, error.retryAfter ?? 0) * 1000 : 0
}
