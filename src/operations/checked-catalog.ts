import { checkCatalog } from '../core/check/check-catalog.ts'
import { compareFindings } from '../core/check/format-findings.ts'
import { freezes } from '../core/check/freezes.ts'
import type { CatalogParts, CatalogView } from './workspace.ts'

/** Runs all checks over a catalog and tells what they freeze. */
export function checkedCatalog(parts: CatalogParts): CatalogView {
  const { catalog, findings: read } = parts.snapshot
  const findings = [...read, ...parts.snapshot.locate(checkCatalog(catalog, read))].toSorted(compareFindings)
  const frozen = freezes(catalog, findings)
  return { ...parts, commit: catalog.commit, findings, frozenBy: frozen.reasonOf }
}
