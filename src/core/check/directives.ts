import type { Catalog } from '../domain/catalog.ts'
import type { Directive } from '../domain/directive.ts'
import type { FieldPath, Finding, FindingScope } from '../domain/finding.ts'

/** What orders name exists: a Hold on a misspelt service would hold nothing while its author believes it does. */
export function checkDirectives(catalog: Catalog): readonly Finding[] {
  return catalog.directives.flatMap((directive) => [
    ...checkService(catalog, directive),
    ...checkGroup(catalog, directive),
    ...checkVersion(catalog, directive),
  ])
}

function checkService({ services }: Catalog, directive: Directive): readonly Finding[] {
  const service = serviceOf(directive)
  if (service === undefined || services.has(service)) return []
  return [errorOf(directive, ['spec', 'service'], `there is no service ${service}`)]
}

function checkGroup({ groups }: Catalog, directive: Directive): readonly Finding[] {
  const group = directive.kind === 'Hold' ? directive.scope.group : directive.group
  if (group === undefined || groups.some(({ name }) => name === group)) return []
  return [errorOf(directive, ['spec', 'group'], `there is no deployment group ${group}`)]
}

function checkVersion({ services, versions }: Catalog, directive: Directive): readonly Finding[] {
  if (directive.kind !== 'Rollback' || !services.has(directive.service)) return []
  const { service, from } = directive
  if (versions.get(service)?.some(({ version }) => version === from) === true) return []
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
