import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import { checkCollisions } from './collisions.ts'
import { checkDependencies } from './dependencies.ts'
import { checkDirectives } from './directives.ts'
import { checkMembership } from './membership.ts'
import { checkPromotion } from './promotion.ts'
import { resolveSelections } from './selections.ts'
import { checkTargets } from './targets.ts'
import { checkVersions } from './versions.ts'
import { checkWaves } from './waves.ts'

/**
 * Every rule that spans documents. Findings carry fields; whoever read the documents adds lines and columns.
 *
 * @param unread what reading the documents found, so that one unreadable group is not told once for each cluster
 */
export function checkCatalog(catalog: Catalog, unread: readonly Finding[] = []): readonly Finding[] {
  const hidesGroups = unread.some(({ scope, severity }) => scope.kind === 'group' && severity === 'error')
  const selections = resolveSelections(catalog)
  return [
    ...checkMembership(catalog, selections, hidesGroups),
    ...checkPromotion(catalog),
    ...checkWaves(catalog),
    ...checkTargets(catalog, selections),
    ...checkDependencies(catalog, selections),
    ...checkCollisions(catalog),
    ...checkVersions(catalog),
    ...checkDirectives(catalog),
  ]
}
