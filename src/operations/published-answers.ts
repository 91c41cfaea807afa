import type { PublishedStatus } from '../adapters/fleet/port.ts'
import type { Instant } from '../core/domain/time.ts'
import { toEmptying, toMoment, toNotice } from './answer-values.ts'
import type { Explanation } from './explain.ts'
import type { ServiceStatus, StatusAnswer } from './status.ts'
import type { Workspace } from './workspace.ts'

/** What a published status answers by itself. No schema is loaded for it, which alone would take longer than the rest. */

/** Digest of the schema of a summary, so that none is read as another; a test holds it to that. */
export const summaryShape = '8658ca614294c4590f65b2d91ffe79e6a9473539'

/** Undefined: nothing was published lately that answers it. */
export async function publishedStatus(
  workspace: Workspace,
  service: string | undefined,
): Promise<StatusAnswer | undefined> {
  const published = (await workspace.published())?.status
  if (published?.summaryShape !== summaryShape) return undefined
  const all = (await published.summaries()).filter(isServiceStatus)
  const services = service === undefined ? all : all.filter((each) => each.service === service)
  // It may be new, or misspelt.
  if (service !== undefined && services.length === 0) return undefined
  const { publishedAt: at, holder: publishedBy } = published
  return statusAnswer(workspace.now, { ...published, at, publishedBy, services })
}

/** What a status is made of, published or worked out. */
interface StatusFacts extends Pick<PublishedStatus, 'problems' | 'edits' | 'notices' | 'emptyings'> {
  /** The moment that it speaks of. */
  readonly at: Instant
  readonly publishedBy: string | undefined
  readonly services: readonly ServiceStatus[]
}

export function statusAnswer(now: Instant, facts: StatusFacts): StatusAnswer {
  const { at, publishedBy, services, problems, edits, notices, emptyings } = facts
  return {
    now: toMoment(Math.max(now, at)) ?? '',
    at: toMoment(at) ?? '',
    publishedBy: publishedBy ?? null,
    services: [...services],
    unreadable: problems.map(({ path, reason }) => ({ path, reason })),
    edited: edits.map(({ path, commit, by }) => ({ path, commit, by })),
    notices: notices.map(toNotice),
    emptyings: emptyings.map(toEmptying),
  }
}

/** Of summaries with the right shape only null is none. */
function isServiceStatus(value: unknown): value is ServiceStatus {
  return typeof value === 'object' && value !== null
}

/** Undefined: nothing was published lately that answers it. */
export async function publishedExplanation(
  workspace: Workspace,
  service: string,
  cluster: string | undefined,
): Promise<Explanation | undefined> {
  if (!(await workspace.published())) return undefined
  const [{ publishedView }, { explainView }] = await Promise.all([
    import('./published-view.ts'),
    import('./explain/explain-view.ts'),
  ])
  const view = await publishedView(workspace, service, cluster)
  return view && explainView(view, service, cluster)
}
