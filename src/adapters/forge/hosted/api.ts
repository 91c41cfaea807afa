import type { CommitStatus, MergeRequest, PullRequestDraft } from '../port.ts'

/** A pull request as a forge's API tells it. */
export interface HostedPull {
  readonly number: number
  readonly branch: string
  readonly base: string
  readonly title: string
  readonly body: string
  readonly labels: readonly string[]
  readonly headSha: string
  readonly state: 'open' | 'closed' | 'merged'
  readonly url: string
  readonly mergeCommit: string | undefined
  /** ISO 8601. */
  readonly updatedAt: string
  /** Logins, and teams as `organisation/team`. */
  readonly askedReviewers: readonly string[]
  /** False: its branch is in a fork, where anyone may write. */
  readonly isOwn: boolean
}

export interface Reviewers {
  readonly people: readonly string[]
  /** Without their organisation, which is the repository's. */
  readonly teams: readonly string[]
}

export interface HostedComment {
  readonly id: number
  readonly by: string
  readonly body: string
}

export type MergeReply =
  | { readonly kind: 'merged'; readonly commit: string | undefined }
  /** `baseMoved`: worth another try at once. */
  | {
      readonly kind: 'refused'
      readonly cause: 'headChanged' | 'baseMoved' | 'conflict' | 'blocked'
      readonly reason: string
    }

/** What GitHub and Gitea have in common: one method a request or a listing, no decisions. Throws `ForgeError`. */
export interface HostedApi {
  /** The login that acts here. */
  self(): Promise<string>
  /** Oldest first. */
  openPulls(): Promise<readonly HostedPull[]>
  /** Newest first. */
  pullsOfBranch(branch: string): Promise<readonly HostedPull[]>
  pull(number: number): Promise<HostedPull>
  create(draft: PullRequestDraft): Promise<HostedPull | 'exists'>
  edit(number: number, fields: { title: string; body: string } | { state: 'closed' }): Promise<void>
  /** Adds labels, made where the repository has none of that name. */
  addLabels(number: number, labels: readonly string[]): Promise<void>
  askReviewers(number: number, reviewers: Reviewers): Promise<void>
  /** People with write access whose latest review approves the pull request's head, sorted. */
  approvers(pull: HostedPull): Promise<readonly string[]>
  comments(number: number): Promise<readonly HostedComment[]>
  /** Writes a new comment, or over the one of that id. */
  writeComment(number: number, body: string, id: number | undefined): Promise<void>
  /** The latest status of the context `halyard/gates`. */
  status(sha: string): Promise<CommitStatus | undefined>
  writeStatus(sha: string, status: CommitStatus): Promise<void>
  merge(request: MergeRequest): Promise<MergeReply>
  branchHead(branch: string): Promise<string | undefined>
  deleteBranch(branch: string): Promise<void>
  /** Who closed it last. */
  closedBy(number: number): Promise<string | undefined>
}
