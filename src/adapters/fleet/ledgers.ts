import type { Rollout } from '../../core/domain/rollout.ts'
import { rolloutPath } from '../../core/render/paths.ts'
import { detached } from './detached.ts'
import { parseRollout } from './parse-rollout.ts'
import type { PathOf } from './read-needed.ts'

/** The rollout files of main as values. */
export interface Ledgers {
  get(group: string, service: string): Rollout | undefined
  /** `text` undefined: the file is gone. Returns why it could not be read; it then counts as gone. */
  set(path: PathOf<'rollout'>, text: string | undefined): string | undefined
}

/** `nameOf`: one and the same text for each cluster's name, as every ledger holds hundreds of them. */
export function createLedgers(nameOf: (cluster: string) => string): Ledgers {
  const rollouts = new Map<string, Rollout>()
  return {
    get: (group, service) => rollouts.get(`${group}/${service}`),
    set({ group, service }, text) {
      const key = `${group}/${service}`
      const found = text === undefined ? undefined : readRollout(text, rolloutPath(group, service))
      if (typeof found === 'object') {
        rollouts.set(detached(key), withNames(found, nameOf))
        return undefined
      }
      rollouts.delete(key)
      return found
    },
  }
}

function withNames(rollout: Rollout, nameOf: (cluster: string) => string): Rollout {
  return {
    ...rollout,
    wayBack: rollout.wayBack.map((entry) => ({ ...entry, clusters: entry.clusters.map(nameOf) })),
  }
}

/** The rollout, or why it could not be read. */
function readRollout(text: string, path: string): Rollout | string {
  try {
    return parseRollout(text, path)
  } catch (error) {
    if (error instanceof Error) return error.message
    throw error
  }
}
