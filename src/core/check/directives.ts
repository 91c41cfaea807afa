import type { Catalog } from '../domain/catalog.ts'
import type { Directive } from '../domain/directive.ts'
import type { FieldPath, Finding, FindingScope } from '../domain/finding.ts'
import type { UnreadFiles } from './words.ts'

/**
 * What orders name exists: a Hold on a misspelt service would hold nothing while its author believes it does.
 * What exists but could not be read is frozen by its own finding.
 */
export function checkDirectives(catalog: Catalog, unread: UnreadFiles): readonly Finding[] {
  return catalog.directives.flatMap((directive) => [
    ...checkService(catalog, directive, unread),
    ...checkGroup(catalog, directive, unread),
    ...checkVersion(catalog, directive, unread),
  ])
}

function checkService({ services }: Catalog, directive: Directive, unread: UnreadFiles): readonly Finding[] {
  const service = serviceOf(directive)
  if (service === undefined || services.has(service)) return []
  if (unread.has(`services/${service}/service.yaml`)) return []
  return [errorOf(directive, ['spec', 'service'], `there is no service ${service}`)]
}

function checkGroup({ groups }: Catalog, directive: Directive, unread: UnreadFiles): readonly Finding[] {
  const group = directive.kind === 'Hold' ? directive.scope.group : directive.group
  if (group === undefined || groups.some(({ name }) => name === group)) return []
  if (unread.has(`deployment-groups/${group}.yaml`)) return []
  return [errorOf(directive, ['spec', 'group'], `there is no deployment group ${group}`)]
}

function checkVersion(
  { services, versions }: Catalog,
  directive: Directive,
  unread: UnreadFiles,
): readonly Finding[] {
  if (directive.kind !== 'Rollback' || !services.has(directive.service)) return []
  const { service, from } = directive
  if (versions.get(service)?.some(({ version }) => version === from) === true) return []
  if (unread.has(`services/${service}/versions/${from}.yaml`)) return []
  return [errorOf(directive, ['spec', 'from'], `${service} has no version ${from}`)]
}

function serviceOf(directive: Directive): string | undefined {
  return directive.kind === 'Hold' ? directive.scope.service : directive.service
}

/** Until it is mended, an order stops what it may have been meant for. */
function scopeOf(directive: Directive): FindingScope {
  const service = serviceOf(directive)
  if (service !== undefined) return { kind: 'service', name: service }
  return { kind: 'catalog' }
}

function errorOf(directive: Directive, field: FieldPath, message: string): Finding {
  const remedy = 'correct the name, or remove the order'
  return { severity: 'error', scope: scopeOf(directive), file: directive.file, field, message, remedy }
}
