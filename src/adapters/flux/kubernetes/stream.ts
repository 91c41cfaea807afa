import type { JsonObject } from '../../../core/domain/cluster.ts'
import type { Instant } from '../../../core/domain/time.ts'
import type { KindOfObjects } from './cluster-objects.ts'
import type { Listener } from './list-watch.ts'

/** One kind of objects of a cluster as its list and watch tell it. */
export interface Stream {
  readonly path: string
  readonly listener: Omit<Listener, 'failed'>
  isListed(): boolean
  aliveAt(): Instant
  isWatching(): boolean
  /** The cluster answered elsewhere, while this watch was open. */
  confirm(at: Instant): void
  fails(): boolean
  hasFailed(fails: boolean): void
  /** What it listed was another cluster's. */
  forget(): void
  /** Whether it was to forget since it was asked last. */
  takeForgotten(): boolean
}

/** `onChange`: objects differ, or all are known. */
export function createStream(kind: KindOfObjects, now: () => Instant, onChange: () => void): Stream {
  let seen = new Set<string>()
  let isListed = false
  let aliveAt = 0
  let isWatching = false
  let fails = false
  let isForgotten = false
  return {
    path: kind.path,
    isListed: () => isListed,
    aliveAt: () => aliveAt,
    isWatching: () => isWatching,
    confirm: (at) => void (aliveAt = Math.max(aliveAt, at)),
    fails: () => fails,
    hasFailed: (value) => void (fails = value),
    forget() {
      isListed = false
      isForgotten = true
    },
    takeForgotten() {
      const was = isForgotten
      isForgotten = false
      return was
    },
    listener: {
      begins: () => void (seen = new Set()),
      seen(object: JsonObject) {
        seen.add(kind.keyOf(object))
        kind.set(object)
      },
      listed() {
        kind.keepOnly(seen)
        seen = new Set()
        isListed = true
        onChange()
      },
      changed(object) {
        kind.set(object)
        onChange()
      },
      removed(object) {
        kind.remove(object)
        onChange()
      },
      watches: (isOpen) => void (isWatching = isOpen),
      alive: () => void (aliveAt = now()),
    },
  }
}
