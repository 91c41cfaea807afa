import type { Oid } from '../../adapters/git/port.ts'
import type { FleetRepository } from '../workspace.ts'
import { batches } from './batches.ts'
import type { Findings } from './findings.ts'

/** Finds the ledgers that can not be read. Returns how many there are. */
export async function verifyRollouts(
  fleet: FleetRepository,
  head: Oid,
  service: string | undefined,
  findings: Findings,
): Promise<number> {
  const isWanted = (path: string): boolean =>
    path !== 'rollouts/.gitkeep' && (service === undefined || path.endsWith(`/${service}.yaml`))
  const entries = (await fleet.tree(head, 'rollouts')).filter(({ path }) => isWanted(path))
  for (const some of batches(entries)) {
    const texts = await fleet.readBlobs(some.map(({ oid }) => oid))
    for (const [index, { path }] of some.entries()) {
      const problem = fleet.rolloutProblem(path, texts[index] ?? '')
      if (problem !== undefined)
        findings.add({
          kind: 'unreadableRollout',
          message: `it can not be read: ${problem}`,
          path,
          fleetCommit: undefined,
        })
    }
  }
  return entries.length
}
