import type { Oid, PathChange } from '../git/port.ts'
import { detached } from './detached.ts'
import type { FleetPath } from './paths.ts'
import type { Placements } from './placements.ts'

export type ReadTexts = (oids: readonly Oid[]) => Promise<readonly string[]>
export type PathOf<Kind extends FleetPath['kind']> = Extract<FleetPath, { kind: Kind }>

export interface ParsedChange {
  readonly path: FleetPath
  readonly change: PathChange
}

/** By blob. */
export interface NeededTexts {
  /** Of service files never seen before. */
  readonly firstLines: ReadonlyMap<Oid, string>
  /** Whole rollout files. */
  readonly rollouts: ReadonlyMap<Oid, string>
}

/** Blobs read at a time: only first lines are kept, so this bounds the memory of a cold start. */
const batch = 2_000

/** Reads what the changes bring, each blob once. */
export async function readNeeded(
  parsed: readonly ParsedChange[],
  placements: Placements,
  readTexts: ReadTexts,
): Promise<NeededTexts> {
  const unknown = new Set<Oid>()
  const ledgers = new Set<Oid>()
  for (const { path, change } of parsed) {
    if (change.after === undefined) continue
    if (path.kind === 'rollout') ledgers.add(change.after)
    if (path.kind === 'service' && placements.find(path.service, change.after) === undefined) {
      unknown.add(change.after)
    }
  }
  return {
    firstLines: await readBatches([...unknown], readTexts, firstLineOf),
    rollouts: await readBatches([...ledgers], readTexts, (text) => text),
  }
}

async function readBatches(
  oids: readonly Oid[],
  readTexts: ReadTexts,
  keep: (text: string) => string,
): Promise<ReadonlyMap<Oid, string>> {
  const kept = new Map<Oid, string>()
  for (let start = 0; start < oids.length; start += batch) {
    const some = oids.slice(start, start + batch)
    const texts = await readTexts(some)
    for (const [index, oid] of some.entries()) kept.set(oid, keep(texts[index] ?? ''))
  }
  return kept
}

function firstLineOf(text: string): string {
  const end = text.indexOf('\n')
  return detached(end < 0 ? text : text.slice(0, end))
}
