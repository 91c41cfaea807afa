import type { Catalog } from '../../core/domain/catalog.ts'
import type { Finding } from '../../core/domain/finding.ts'

/** The catalog repository as parsed values. */
export interface CatalogSource {
  /** Fetches, then tells the commit that the catalog's branch stands at; undefined: an empty repository. */
  head(): Promise<string | undefined>
  /** The catalog at a commit, parsed once per blob. Documents with errors are left out and told in `findings`. */
  read(commit: string): Promise<CatalogSnapshot>
}

export interface CatalogSnapshot {
  readonly catalog: Catalog
  /** What reading found: bad YAML, schema violations. Sorted by file and line. */
  readonly findings: readonly Finding[]
  /** Adds line and column to findings of later checks. */
  locate(findings: readonly Finding[]): readonly Finding[]
}
