import type { KnownError } from '../../operations/known-error.ts'
import type { Workspace } from '../../operations/workspace.ts'
import type { Instant } from '../../core/domain/time.ts'

/** Everything that the command line takes from the world around it. */
export interface CliDeps {
  /** Opens the repositories lazily; `close` ends what reads them. */
  openWorkspace(options: WorkspaceOptions): Promise<OpenedWorkspace>
  /** The known error that an error of some adapter stands for; undefined: a bug. */
  explainError(error: unknown): Promise<KnownError | undefined>
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  now(): Instant
  /** Ends early, and well, when `signal` is aborted. */
  sleep(milliseconds: number): Promise<void>
}

export interface Output {
  write(text: string): void
  readonly isTTY: boolean
  /** Undefined: not a terminal. */
  readonly columns: number | undefined
}

export interface WorkspaceOptions {
  /** Folder, bare repository or URL. */
  readonly catalog: string | undefined
  /** Undefined: where the catalog's settings say. */
  readonly fleet: string | undefined
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: Instant
}

export interface OpenedWorkspace {
  readonly workspace: Workspace
  close(): Promise<void>
}
