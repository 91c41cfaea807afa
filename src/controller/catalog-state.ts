import type { CatalogSnapshot, CatalogSource } from '../adapters/catalog/port.ts'
import { checkCatalog } from '../core/check/check-catalog.ts'
import { freezes, type Freezes } from '../core/check/freezes.ts'
import type { ClusterIndex } from '../core/domain/cluster-index.ts'
import type { Finding } from '../core/domain/finding.ts'
import { type CatalogTargets, createCatalogTargets } from '../core/plan/service-inputs.ts'

/** The catalog as of one commit, checked and resolved. */
export interface CatalogState {
  readonly commit: string
  readonly snapshot: CatalogSnapshot
  readonly targets: CatalogTargets
  readonly findings: readonly Finding[]
  readonly freezes: Freezes
}

/** Reads, checks and resolves the catalog at a commit; bad documents are findings, never exceptions. */
export async function readCatalogState(
  source: CatalogSource,
  commit: string,
  index: ClusterIndex,
): Promise<CatalogState> {
  const snapshot = await source.read(commit)
  const { catalog, findings: read } = snapshot
  const findings = snapshot.locate([...read, ...checkCatalog(catalog, read)])
  return {
    commit,
    snapshot,
    targets: createCatalogTargets(catalog, index),
    findings,
    freezes: freezes(catalog, findings),
  }
}
