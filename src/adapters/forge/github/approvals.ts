import type { Instant, Seconds } from '../../../core/domain/time.ts'
import type { HostedPull } from '../hosted/api.ts'

export interface GitHubReview {
  readonly by: string
  readonly state: string
  /** The commit that it was given to. */
  readonly commit: string | undefined
}

/** Reviews change the pull request's time in the same second at the latest; permissions change without a trace. */
const settledAfter: Seconds = 60
const staleAfter: Seconds = 600

/** A comment neither gives nor takes an approval. */
const decisive: ReadonlySet<string> = new Set(['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'])

/** Logins whose latest decisive review approves exactly this commit, sorted. `reviews`: oldest first. */
export function approversOf(reviews: readonly GitHubReview[], headSha: string): readonly string[] {
  const latest = new Map(
    reviews.filter(({ state }) => decisive.has(state)).map((review) => [review.by, review] as const),
  )
  return [...latest.values()]
    .filter(({ state, commit }) => state === 'APPROVED' && commit === headSha)
    .map(({ by }) => by)
    .toSorted()
}

/** Asks again only when a pull request changed: otherwise each open one would cost a request in every step. */
export function rememberApprovers(
  ask: (pull: HostedPull) => Promise<readonly string[]>,
  clock: () => Instant,
): (pull: HostedPull) => Promise<readonly string[]> {
  const known = new Map<number, { key: string; at: Instant; approvers: readonly string[] }>()
  return async (pull) => {
    const now = clock()
    const key = `${pull.headSha} ${pull.updatedAt}`
    const before = known.get(pull.number)
    if (before?.key === key && now - before.at < staleAfter) return before.approvers
    const approvers = await ask(pull)
    if (now - Date.parse(pull.updatedAt) / 1000 > settledAfter)
      known.set(pull.number, { key, at: now, approvers })
    return approvers
  }
}
