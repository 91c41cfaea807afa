import { readStatus } from '../adapters/fleet/status.ts'
import { createMemoryClone } from '../adapters/git/memory.ts'
import type { Oid } from '../adapters/git/port.ts'
import type { World } from './assemble.ts'
import type { CommitFacts } from './commit-facts.ts'
import type { MemoryWorld } from './memory-world.ts'

const statusRef = 'refs/halyard/status'

/**
 * Holds that a wave moved under although they were acknowledged before this step, and still are in the catalog that
 * the step acted on. To be shown every commit of a step, and then its end.
 */
export function createHoldRule({ fleet }: MemoryWorld) {
  let held: readonly string[] = []
  /** Commit of the status document that told `held`. */
  let status: Oid | undefined
  return {
    check({ kind, trailers }: CommitFacts, running: World): readonly string[] {
      if (kind !== 'wave') return []
      const directives = running.controller.view()?.catalog.targets.catalog.directives ?? []
      const [service, group] = [trailers.get('Service'), trailers.get('Group')]
      return directives
        .filter(
          (directive) =>
            directive.kind === 'Hold' &&
            held.includes(directive.name) &&
            (directive.scope.service ?? service) === service &&
            (directive.scope.group ?? group) === group,
        )
        .map(({ name }) => `${service} moves in ${group} under ${name}`)
    },
    /** Reads what is acknowledged from now on. */
    async endStep(): Promise<void> {
      const published = fleet.heads.get(statusRef)
      if (published === status) return
      held = (await readStatus(createMemoryClone(fleet)))?.acknowledged ?? []
      status = published
    },
  }
}
