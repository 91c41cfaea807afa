import type { Directive, DirectiveScope } from '../domain/directive.ts'
import type { Instant } from '../domain/time.ts'

type Kind = Directive['kind']
export type OrderOf<Wanted extends Kind> = Extract<Directive, { kind: Wanted }>

/** The orders of one kind, in the catalog's order. */
export function ordersOf<Wanted extends Kind>(
  directives: readonly Directive[],
  kind: Wanted,
): readonly OrderOf<Wanted>[] {
  return directives.filter((directive): directive is OrderOf<Wanted> => directive.kind === kind)
}

/** Where an order applies: absent fields mean everything. */
export function isInScope(scope: DirectiveScope, service: string, group: string): boolean {
  return (scope.service ?? service) === service && (scope.group ?? group) === group
}

/** Whether an order may concern a service; those that name none concern all. */
export function concerns(directive: Directive, service: string): boolean {
  switch (directive.kind) {
    case 'Hold':
    case 'Freeze':
      return (directive.scope.service ?? service) === service
    case 'Cordon':
      return true
    case 'Rollback':
      return directive.service === service
  }
}

/** The next moment at which an order begins or ends by time alone. */
export function nextOrderChange(directives: readonly Directive[], now: Instant): Instant {
  const moments = ordersOf(directives, 'Freeze').flatMap(({ from, until }) => [from, until])
  return moments.reduce<Instant>(
    (next, moment) => (moment !== undefined && moment > now && moment < next ? moment : next),
    Infinity,
  )
}
