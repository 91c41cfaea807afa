import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { PruneGuard } from '../domain/settings.ts'
import { type Share, shareOf } from '../domain/share.ts'

/** A single mistake should not empty a service, a cluster or the fleet; a label that is mended should not need a person. */
export const defaultPruneGuard: PruneGuard = {
  service: { kind: 'percent', percent: 25 },
  cluster: { kind: 'percent', percent: 30 },
  fleet: { kind: 'percent', percent: 5 },
}

/** How much of something is to leave. */
export interface Leaving {
  readonly leaving: number
  readonly of: number
}

/** Whether more is to leave than may without a person; a single placement always may. */
export function isBeyond(share: Share, { leaving, of }: Leaving): boolean {
  return leaving > Math.max(1, shareOf(share, of))
}

/** A placement that is to leave, with the file that it has or had. */
export interface DoomedFile {
  /** Cluster of a service's removal, service of a cluster's emptying. */
  readonly name: string
  readonly blob: string
}

/** Names everything that is to leave, whatever the order: `subject` is what it leaves from or is taken from. */
export function removalDigest(subject: string, doomed: readonly DoomedFile[]): string {
  const lines = doomed.map(({ name, blob }) => `${name} ${blob}`).toSorted()
  return `sha256:${bytesToHex(sha256(utf8ToBytes([subject, ...lines, ''].join('\n'))))}`
}
