import type { Instant } from '../../core/domain/time.ts'

/**
 * Where pull requests live. Outcomes that are expected are values; what the forge or its configuration keeps from
 * being done is thrown as `ForgeError`, and `ForgeLimitedError` when it only has to wait.
 */
export interface Forge {
  /** Open pull requests that Halyard opened (their branch starts with `halyard/`), oldest first. */
  list(): Promise<readonly PullRequest[]>
  /** The newest pull request of a branch, whatever became of it; undefined: there never was one. */
  find(branch: string): Promise<PullRequest | undefined>
  /** Opens a pull request, or returns the open one of that branch with title and body brought up to date. */
  open(draft: PullRequestDraft): Promise<PullRequest>
  /** Sets a commit status; `halyard/gates` must be `success` for a merge. */
  setStatus(headSha: string, status: CommitStatus): Promise<void>
  /** Merges by squash: one commit on the base branch with exactly this message. Deletes the branch. */
  merge(request: MergeRequest): Promise<MergeOutcome>
  /** Closes without merging, with a comment that says why, and deletes the branch. */
  close(number: number, comment: string): Promise<void>
  /** Writes the comment of that name, or edits it in place: a pull request has one of each name. */
  comment(number: number, comment: Comment): Promise<void>
  /** Until when the forge takes no changes; undefined: it takes them now. Asks nobody. */
  limit(): ForgeLimit | undefined
}

export interface Comment {
  /** Small letters, digits and hyphens. People do not see it. */
  readonly name: string
  /** GitHub-flavoured Markdown. */
  readonly text: string
}

export interface ForgeLimit {
  readonly until: Instant
  /** `500 changes an hour`, say. */
  readonly reason: string
}

export interface PullRequestDraft {
  readonly branch: string
  readonly base: string
  readonly title: string
  /** GitHub-flavoured Markdown. Its last line is the hidden marker that names the effect. */
  readonly body: string
  readonly labels: readonly string[]
  /** Who is asked for a review: logins, and teams as `organisation/team`. */
  readonly reviewers?: readonly string[]
}

export interface PullRequest extends Omit<PullRequestDraft, 'reviewers'> {
  readonly number: number
  readonly headSha: string
  readonly state: 'open' | 'closed' | 'merged'
  readonly url: string
  /** People who approve exactly this head. */
  readonly approvals: readonly string[]
  /** The person who closed it without merging. Told by `find` alone; absent: nobody, or Halyard did. */
  readonly closedBy?: string
}

export interface CommitStatus {
  readonly context: 'halyard/gates'
  readonly state: 'pending' | 'success' | 'failure'
  /** At most 140 characters. */
  readonly description: string
}

export interface MergeRequest {
  readonly number: number
  readonly expectedHead: string
  readonly subject: string
  readonly message: string
  /** Commit time, in seconds. Forges that stamp commits themselves ignore it. */
  readonly time: number
}

export type MergeOutcome =
  | { readonly kind: 'merged'; readonly commit: string }
  | { readonly kind: 'headChanged' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'closed' }
