import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import { checkCollisions } from './collisions.ts'
import { checkDeadlines } from './deadlines.ts'
import { checkDependencies } from './dependencies.ts'
import { checkDirectives } from './directives.ts'
import { checkExpressions } from './expressions.ts'
import { checkMembership } from './membership.ts'
import { checkPromotion } from './promotion.ts'
import { checkRequirements } from './requirements.ts'
import { checkReservedNames } from './reserved-names.ts'
import { checkSecrets } from './secrets.ts'
import { resolveSelections } from './selections.ts'
import { checkTargets } from './targets.ts'
import { checkVersions } from './versions.ts'
import { checkWaves } from './waves.ts'

/**
 * Every rule that spans documents. Findings carry fields; whoever read the documents adds lines and columns.
 *
 * @param unread what reading the documents found: references to them are not mistaken for misspelt names
 */
export function checkCatalog(catalog: Catalog, unread: readonly Finding[] = []): readonly Finding[] {
  const errors = unread.filter(({ severity }) => severity === 'error')
  const hidesGroups = errors.some(({ scope }) => scope.kind === 'group')
  const files = new Set(errors.map(({ file }) => file))
  const selections = resolveSelections(catalog)
  return [
    ...checkMembership(catalog, selections, hidesGroups),
    ...checkPromotion(catalog, files),
    ...checkWaves(catalog),
    ...checkDeadlines(catalog, selections),
    ...checkReservedNames(catalog),
    ...checkTargets(catalog, selections),
    ...checkDependencies(catalog, selections, files),
    ...checkCollisions(catalog),
    ...checkVersions(catalog, files),
    ...checkSecrets(catalog),
    ...checkRequirements(catalog),
    ...checkExpressions(catalog, selections),
    ...checkDirectives(catalog, files),
  ]
}
