import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import { checkChangeBudgets } from './change-budgets.ts'
import { checkCollisions } from './collisions.ts'
import { checkDeadlines } from './deadlines.ts'
import { checkDependencies } from './dependencies.ts'
import { checkDirectives } from './directives.ts'
import { checkExpressions } from './expressions.ts'
import { checkGlobs } from './globs.ts'
import { type CatalogHistory, checkHistory, noHistory } from './history.ts'
import { checkMembership } from './membership.ts'
import { checkPatches } from './patches.ts'
import { checkPayloads } from './payloads.ts'
import { checkPlaintext } from './plaintext.ts'
import { checkPromotion } from './promotion.ts'
import { checkReservedNames } from './reserved-names.ts'
import { checkSatisfiable } from './satisfiable.ts'
import { checkSecrets } from './secrets.ts'
import { resolveSelections, type Selections } from './selections.ts'
import { checkTargets } from './targets.ts'
import { checkVersions } from './versions.ts'
import { checkWaves } from './waves.ts'
import type { UnreadFiles } from './words.ts'

interface CheckInput {
  readonly catalog: Catalog
  readonly selections: Selections
  readonly unread: UnreadFiles
  readonly hidesGroups: boolean
  readonly history: CatalogHistory
}

/** Every rule that spans documents, by the name under which `docs/checks.md` explains it. */
export const catalogRules = {
  membership: ({ catalog, selections, hidesGroups }) => checkMembership(catalog, selections, hidesGroups),
  promotion: ({ catalog, unread }) => checkPromotion(catalog, unread),
  waves: ({ catalog }) => checkWaves(catalog),
  deadlines: ({ catalog, selections }) => checkDeadlines(catalog, selections),
  budgets: ({ catalog }) => checkChangeBudgets(catalog),
  names: ({ catalog }) => checkReservedNames(catalog),
  targets: ({ catalog, selections, unread }) => checkTargets(catalog, selections, unread),
  globs: ({ catalog }) => checkGlobs(catalog),
  dependencies: ({ catalog, selections, unread }) => checkDependencies(catalog, selections, unread),
  collisions: ({ catalog }) => checkCollisions(catalog),
  versions: ({ catalog, unread }) => checkVersions(catalog, unread),
  history: ({ catalog, history }) => checkHistory(catalog, history),
  payloads: ({ catalog }) => checkPayloads(catalog),
  secrets: ({ catalog }) => checkSecrets(catalog),
  plaintext: ({ catalog }) => checkPlaintext(catalog),
  patches: ({ catalog }) => checkPatches(catalog),
  satisfiable: ({ catalog, selections, unread }) => checkSatisfiable(catalog, selections, unread),
  expressions: ({ catalog, selections }) => checkExpressions(catalog, selections),
  orders: ({ catalog, unread }) => checkDirectives(catalog, unread),
} as const satisfies Readonly<Record<string, (input: CheckInput) => readonly Finding[]>>

/**
 * Applies every rule. Findings carry fields; whoever read the documents adds lines and columns.
 *
 * @param unread what reading the documents found: references to them are not mistaken for misspelt names
 * @param history what earlier commits said against these documents
 */
export function checkCatalog(
  catalog: Catalog,
  unread: readonly Finding[] = [],
  history: CatalogHistory = noHistory,
): readonly Finding[] {
  const errors = unread.filter(({ severity }) => severity === 'error')
  const input = {
    catalog,
    selections: resolveSelections(catalog),
    unread: new Set(errors.map(({ file }) => file)),
    hidesGroups: errors.some(({ scope }) => scope.kind === 'group'),
    history,
  }
  return Object.values(catalogRules).flatMap((rule) => rule(input))
}
