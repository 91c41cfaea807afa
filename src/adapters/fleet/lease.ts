import type { Instant, Seconds } from '../../core/domain/time.ts'
import type { GitClone, Oid } from '../git/port.ts'
import { fetchDocument, pushDocument } from './document-ref.ts'
import type { Lease, LeaseOutcome } from './port.ts'
import { PushRejectedError } from './write.ts'

export interface GitLeaseOptions {
  /** A clone of the fleet repository. */
  readonly clone: GitClone
  /** Name of this controller, the same after a restart: it then goes on at once. */
  readonly holder: string
  /** Must exceed the longest step by far, and the difference of the controllers' clocks. */
  readonly ttlSeconds: Seconds
  readonly now: () => Instant
}

interface LeaseDocument {
  readonly holder: string
  readonly term: number
  readonly until: Instant
}

const place = { ref: 'refs/halyard/lease', path: 'lease.json' }
const attempts = 5

/**
 * A lease kept by compare-and-swap at `refs/halyard/lease`. Renewed when half of it is over; until then it is not
 * looked at again, as nobody else may take one that has not ended.
 */
export function createGitLease(options: GitLeaseOptions): Lease {
  const { clone, holder, ttlSeconds, now } = options
  let held: Extract<LeaseOutcome, { kind: 'held' }> | undefined
  const isFresh = (until: Instant): boolean => until - now() > ttlSeconds / 2

  const write = async (expected: Oid | undefined, document: LeaseDocument): Promise<'written' | 'stale'> => {
    const text = `${JSON.stringify(document)}\n`
    const outcome = await pushDocument(clone, place, { expected, text, time: now() })
    if (outcome.kind === 'rejected') throw new PushRejectedError(place.ref, outcome.reason)
    return outcome.kind === 'pushed' ? 'written' : 'stale'
  }

  const tryAcquire = async (): Promise<LeaseOutcome | 'stale'> => {
    const { oid, lease } = await readLease(clone)
    const at = now()
    const mine = lease?.holder === holder
    if (lease !== undefined && !mine && lease.until > at)
      return { kind: 'taken', by: lease.holder, until: lease.until }
    const term = mine ? lease.term : (lease?.term ?? 0) + 1
    const fresh = mine && isFresh(lease.until)
    const until = fresh ? lease.until : at + ttlSeconds
    if (!fresh && (await write(oid, { holder, term, until })) === 'stale') return 'stale'
    return { kind: 'held', term, until }
  }

  return {
    async acquire() {
      if (held !== undefined && isFresh(held.until)) return held
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const outcome = await tryAcquire()
        if (outcome === 'stale') continue
        held = outcome.kind === 'held' ? outcome : undefined
        return outcome
      }
      throw new Error(`${place.ref} moved at each of ${attempts} tries to take it`)
    },
    async release() {
      held = undefined
      const { oid, lease } = await readLease(clone)
      // Stale: another holder is there already, which is all that releasing is for.
      if (lease?.holder === holder && lease.until > 0) await write(oid, { ...lease, until: 0 })
    },
  }
}

/** A document that is none, left by hand, counts as a lease nobody holds. */
async function readLease(
  clone: GitClone,
): Promise<{ readonly oid: Oid | undefined; readonly lease: LeaseDocument | undefined }> {
  const stored = await fetchDocument(clone, place)
  return { oid: stored?.oid, lease: stored === undefined ? undefined : parseLease(stored.text) }
}

function parseLease(text: string): LeaseDocument | undefined {
  const found = parseJson(text)
  if (typeof found !== 'object' || found === null) return undefined
  const { holder, term, until } = found as Partial<LeaseDocument>
  if (typeof holder !== 'string' || !Number.isSafeInteger(term) || !Number.isSafeInteger(until))
    return undefined
  return { holder, term: Number(term), until: Number(until) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
