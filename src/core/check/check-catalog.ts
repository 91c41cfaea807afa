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

/** Every rule that spans documents. Findings carry fields; whoever read the documents adds lines and columns. */
export function checkCatalog(catalog: Catalog): readonly Finding[] {
  const selections = resolveSelections(catalog)
  return [
    ...checkMembership(catalog, selections),
    ...checkPromotion(catalog),
    ...checkWaves(catalog),
    ...checkTargets(catalog, selections),
    ...checkDependencies(catalog, selections),
    ...checkCollisions(catalog),
    ...checkVersions(catalog),
    ...checkDirectives(catalog),
  ]
}
