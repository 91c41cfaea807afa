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
  const snapshot = await source.readWithHistory(commit)
  const { catalog, findings: read, history } = snapshot
  const findings = snapshot.locate([...read, ...checkCatalog(catalog, read, history)])
  return {
    commit,
    snapshot,
    targets: createCatalogTargets(catalog, index),
    findings,
    freezes: freezes(catalog, findings),
  }
}

/**
 * The services whose plans another catalog changes, where only versions differ; undefined: any may. The source keeps
 * what did not change as the same value, so that comparing costs nothing.
 */
export function changedServices(
  next: CatalogState,
  before: CatalogState | undefined,
): readonly string[] | undefined {
  if (before === undefined) return undefined
  const [one, other] = [next.targets.catalog, before.targets.catalog]
  const isOnlyVersions =
    one.settings === other.settings &&
    one.clusters === other.clusters &&
    one.groups === other.groups &&
    one.chartRepositories === other.chartRepositories &&
    one.sourceRepositories === other.sourceRepositories &&
    one.services === other.services &&
    one.directives === other.directives &&
    one.templates === other.templates
  if (!isOnlyVersions) return undefined
  return [...one.services.keys()].filter(
    (name) =>
      one.versions.get(name) !== other.versions.get(name) ||
      next.freezes.reasonOf(name) !== before.freezes.reasonOf(name) ||
      !isSame(next.freezes.placementsOf(name), before.freezes.placementsOf(name)),
  )
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([cluster, reason]) => other.get(cluster) === reason)
}
