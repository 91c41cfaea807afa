import type { CatalogSnapshot } from '../adapters/catalog/port.ts'
import { checkCatalog } from '../core/check/check-catalog.ts'
import { compareFindings } from '../core/check/format-findings.ts'
import { freezes } from '../core/check/freezes.ts'
import type { CatalogParts, CatalogView } from './workspace.ts'

type Checks = Pick<CatalogView, 'findings' | 'frozenBy' | 'freezes'>

/** A server asks many questions about one snapshot, which never changes. */
const known = new WeakMap<CatalogSnapshot, Checks>()

/** Runs all checks over a catalog and tells what they freeze. */
export function checkedCatalog(parts: CatalogParts): CatalogView {
  const { snapshot } = parts
  const checks = known.get(snapshot) ?? runChecks(snapshot)
  known.set(snapshot, checks)
  return { ...parts, ...checks, commit: snapshot.catalog.commit }
}

function runChecks({ catalog, findings: read, history, locate }: CatalogSnapshot): Checks {
  const findings = [...read, ...locate(checkCatalog(catalog, read, history))].toSorted(compareFindings)
  const frozen = freezes(catalog, findings)
  return { findings, freezes: frozen, frozenBy: frozen.reasonOf }
}
