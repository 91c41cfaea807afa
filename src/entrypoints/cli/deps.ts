import type { CatalogWriter } from '../../operations/catalog-writer.ts'
import type { SourceFacts } from '../../operations/authoring/version-source.ts'
import type { KnownError } from '../../operations/known-error.ts'
import type { Workspace } from '../../operations/workspace.ts'
import type { Instant } from '../../core/domain/time.ts'

/** Everything that the command line takes from the world around it. */
export interface CliDeps {
  /** Opens the repositories lazily; `close` ends what reads them. */
  openRepositories(options: RepositoryOptions): Promise<OpenedRepositories>
  /** The known error that an error of some adapter stands for; undefined: a bug. */
  explainError(error: unknown): Promise<KnownError | undefined>
  readonly local: LocalWork
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  now(): Instant
  /** Ends early, and well, when `signal` is aborted. */
  sleep(milliseconds: number): Promise<void>
  /** Reads a line from the person at the terminal; undefined: nobody sits there. */
  readonly ask: ((prompt: string) => Promise<string>) | undefined
}

/** What is done on this machine apart from the repositories that a command is about. */
export interface LocalWork {
  /** The commit that is checked out in a folder, and who git says the caller is; of a catalog no commit. */
  describeSource(folder: string): Promise<SourceFacts>
  /** Makes a folder with files, as a repository with one commit unless told otherwise. */
  createRepository(draft: RepositoryDraft): Promise<CreatedRepository>
  /** Files that the package brings, by their path below one of its folders. */
  readPackage(folder: string): Promise<ReadonlyMap<string, string>>
  /** Names of what is directly below a folder of the catalog, as it lies here: nothing is fetched. */
  listNames(repository: string, folder: string): Promise<readonly string[]>
  /** Of this package. */
  readonly version: string
}

export interface RepositoryDraft {
  /** A folder that is not there yet, or empty. */
  readonly path: string
  readonly files: ReadonlyMap<string, string>
  readonly message: string
  /** `folder`: files alone. */
  readonly kind: 'folder' | 'workTree' | 'bare'
}

export interface CreatedRepository {
  /** Absolute. */
  readonly path: string
  /** Null: no repository was made. */
  readonly commit: string | null
}

export interface Output {
  write(text: string): void
  readonly isTTY: boolean
  /** Undefined: not a terminal. */
  readonly columns: number | undefined
}

export interface RepositoryOptions {
  /** Folder, bare repository or URL. */
  readonly catalog: string | undefined
  /** Undefined: where the catalog's settings say. */
  readonly fleet: string | undefined
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether the catalog is opened to write to it. */
  readonly forOrders: boolean
}

export interface OpenedRepositories {
  /** The repositories as they are now; what did not change since the last call is not read again. */
  workspace(now: Instant): Promise<Workspace>
  writer(): Promise<CatalogWriter>
  /** Names of the Holds that the controller obeys; undefined: none has published anything. */
  acknowledgedHolds(): Promise<readonly string[] | undefined>
  close(): Promise<void>
}
