import type { Instant } from '../../core/domain/time.ts'
import type { Workspace } from '../../operations/workspace.ts'
import type { StepFigures } from './step-recorder.ts'

/** What the server takes from the world: plain functions, so that a live controller and bare repositories can both serve. */
export interface ServerDeps {
  /** Names the fleet on every page. */
  readonly title: string
  /** What questions are asked about, as of now. Called for every answer that is made. */
  workspace(): Promise<Workspace>
  /** Newest first. */
  events(filter: StoryFilter): readonly StoryEvent[]
  /** Calls `listener` whenever an event was stored or a step may have changed an answer. */
  subscribe(listener: () => void): () => void
  /** Pull requests, when the forge is the local one. */
  readonly pulls?: PullRequests
  /** Where a hosted forge shows a pull request; without it and without `pulls` its number is text. */
  readonly pullRequestUrl?: (number: number) => string
  /** Counts of the controller's steps, when one runs in this process. */
  readonly steps?: () => StepFigures
  /** The known error that an adapter's error stands for. Undefined: a bug. */
  readonly explainError?: (error: unknown) => Promise<Error | undefined>
  /** Told of every bug that was answered with a 500. */
  readonly onError?: (error: unknown) => void
}

export interface StoryFilter {
  readonly service?: string
  readonly cluster?: string
  readonly afterId?: number
  readonly limit: number
}

/** Something that happened, worth a line. */
export interface StoryEvent {
  readonly id: number
  readonly at: Instant
  readonly kind: string
  readonly service: string | undefined
  readonly group: string | undefined
  readonly cluster: string | undefined
  readonly text: string
  readonly pullRequest: number | undefined
}

export interface PullRequests {
  get(number: number): Promise<ShownPullRequest | undefined>
  /** Newest first. */
  all(options: { readonly limit: number }): Promise<readonly ShownPullRequest[]>
}

export interface ShownPullRequest {
  readonly number: number
  readonly title: string
  /** GitHub-flavoured Markdown. */
  readonly body: string
  readonly branch: string
  readonly base: string
  readonly labels: readonly string[]
  readonly headSha: string
  readonly state: 'open' | 'closed' | 'merged'
  /** People who approve exactly this head. */
  readonly approvals: readonly string[]
  readonly createdAt: Instant
  readonly endedAt: Instant | undefined
  readonly endedBy: string | undefined
  readonly comment: string | undefined
  readonly mergeCommit: string | undefined
  readonly status:
    | { readonly context: string; readonly state: string; readonly description: string }
    | undefined
}
