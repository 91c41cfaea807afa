import type { FluxReports } from '../adapters/flux/port.ts'
import type { ClusterIndex } from '../core/domain/cluster-index.ts'
import type { Share } from '../core/domain/share.ts'
import type { Instant, Seconds } from '../core/domain/time.ts'
import { type Blackout, followBlackouts } from '../core/plan/blackout.ts'

/** When each cluster gave a sign of life, and which cluster it is. */
export interface Contacts {
  /** Last sign of life by cluster ordinal; 0: none. */
  readonly contactAt: Uint32Array
  /** 1: none for longer than allowed. By cluster ordinal. */
  readonly silent: Uint8Array
  /** When too many clusters were out of contact, oldest first. */
  readonly blackouts: readonly Blackout[]
  /** What an earlier process knew, where that is later than what is known here. */
  recall(contacts: ReadonlyMap<string, Instant>, clusters: ClusterIndex, known: readonly Blackout[]): void
  /** Follows blackouts after a meeting; tells whether one began, ended or changed. */
  follow(counts: (cluster: number) => boolean, limits: BlackoutLimits, now: Instant): boolean
  /** Clusters whose UID is new since the last call, to be kept once what it voids is kept. */
  newIdentities(): ReadonlyMap<string, string>
  /** Takes in the newest contacts. */
  meet(contacts: FluxReports['contacts'], clusters: ClusterIndex, now: Instant, silentAfter: Seconds): Meeting
}

export interface BlackoutLimits {
  readonly share: Share
  readonly silentAfter: Seconds
}

export interface Meeting {
  /** A cluster fell silent or came back. */
  readonly silenceChanged: boolean
  /** Ordinals of clusters that were rebuilt: another cluster under the same name. */
  readonly rebuilt: readonly number[]
}

/** `known`: the UID that each cluster had, as an earlier process saw them. */
export function createContacts(known: ReadonlyMap<string, string>): Contacts {
  const identities = new Map(known)
  let fresh = new Map<string, string>()
  let contactAt = new Uint32Array()
  let silent = new Uint8Array()
  let blackouts: readonly Blackout[] = []
  return {
    get contactAt() {
      return contactAt
    },
    get silent() {
      return silent
    },
    get blackouts() {
      return blackouts
    },
    recall(contacts, clusters, known) {
      const next = new Uint32Array(clusters.size)
      next.set(contactAt)
      for (const [name, at] of contacts) {
        const ordinal = clusters.ordinalOf(name)
        if (ordinal !== undefined) next[ordinal] = Math.max(next[ordinal] ?? 0, at)
      }
      contactAt = next
      blackouts = known
    },
    follow(counts, limits, now) {
      const before = blackouts
      blackouts = followBlackouts(before, { contactAt, silent, counts }, limits, now)
      return blackouts !== before
    },
    newIdentities() {
      const taken = fresh
      fresh = new Map()
      return taken
    },
    meet(contacts, clusters, now, silentAfter) {
      const rebuilt: number[] = []
      const next = new Uint32Array(clusters.size)
      next.set(contactAt)
      for (const { cluster, uid, at } of contacts) {
        const ordinal = clusters.ordinalOf(cluster)
        if (ordinal === undefined) continue
        next[ordinal] = Math.max(next[ordinal] ?? 0, Math.min(at, now))
        const before = identities.get(cluster)
        if (before !== uid) fresh.set(cluster, uid)
        identities.set(cluster, uid)
        if (before !== undefined && before !== uid) rebuilt.push(ordinal)
      }
      const wasSilent = silent
      contactAt = next
      silent = Uint8Array.from(contactAt, (at) => (at + silentAfter < now ? 1 : 0))
      return { rebuilt, silenceChanged: silent.some((is, cluster) => is !== wasSilent[cluster]) }
    },
  }
}
