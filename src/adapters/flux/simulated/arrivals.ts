import type { Instant } from '../../../core/domain/time.ts'
import type { GitRepository, Oid } from '../../git/port.ts'
import type { FleetState } from './state.ts'

/** A commit of main, with when a poll could first see it. */
export interface Arrival {
  readonly commit: Oid
  readonly at: Instant
}

/** More commits than that between two looks are seen as one. */
const historyLimit = 1000

/**
 * What came to main since the last look, oldest first, beginning with where it stood then. A commit counts from
 * its own time, but never before the last look (it was not there then) nor after this one (it is there now).
 */
export async function readArrivals(
  repository: GitRepository,
  branch: string,
  { head, advancedTo }: FleetState,
  now: Instant,
): Promise<readonly Arrival[]> {
  const newest = await repository.resolve(`refs/heads/${branch}`)
  const last = head ?? newest
  if (newest === undefined || last === undefined) return []
  const known = { commit: last, at: advancedTo }
  if (newest === last) return [known]
  const commits = await repository.log(newest, { until: last, limit: historyLimit })
  let at = advancedTo
  const arrived = commits.toReversed().map(({ oid, time }) => {
    at = Math.min(Math.max(time, at), now)
    return { commit: oid, at }
  })
  return [known, ...arrived]
}
