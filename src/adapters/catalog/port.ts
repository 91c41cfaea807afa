import type { CatalogHistory } from '../../core/check/history.ts'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { Finding } from '../../core/domain/finding.ts'

/** The catalog repository as parsed values. */
export interface CatalogSource {
  /** Fetches, then tells the commit that the catalog's branch stands at; undefined: an empty repository. */
  head(): Promise<string | undefined>
  /** The catalog at a commit, parsed once per blob. Documents with errors are left out and told in `findings`. */
  read(commit: string): Promise<CatalogSnapshot>
  /** As `read`, and held against the branch's history up to that commit: for what is checked, not only rendered. */
  readWithHistory(commit: string): Promise<CatalogSnapshot>
}

export interface CatalogSnapshot {
  readonly catalog: Catalog
  /** What reading found: bad YAML, schema violations. Sorted by file and line. */
  readonly findings: readonly Finding[]
  /** What earlier commits said against it; empty unless it was asked for. */
  readonly history: CatalogHistory
  /** A file as it is written; undefined: there is none, or none that is read. */
  textOf(path: string): string | undefined
  /** Adds line and column to findings of later checks. */
  locate(findings: readonly Finding[]): readonly Finding[]
}
