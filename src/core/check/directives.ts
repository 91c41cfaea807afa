import type { Catalog } from '../domain/catalog.ts'
import type { Directive, Freeze, Pin } from '../domain/directive.ts'
import type { FieldPath, Finding, FindingScope } from '../domain/finding.ts'
import { scheduleProblem } from '../plan/freeze-windows.ts'
import { ordersOf, returnOrderOf, withdrawalOf } from '../plan/orders.ts'
import { compileSelector } from '../plan/selector.ts'
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
    ...checkTimes(directive),
    ...checkRefused(catalog, directive),
    ...checkPins(catalog, directive),
    ...checkSelector(catalog, directive),
    ...checkApproved(catalog, directive),
  ])
}

function checkService({ services }: Catalog, directive: Directive, unread: UnreadFiles): readonly Finding[] {
  const { service } = namesOf(directive)
  if (service === undefined || services.has(service)) return []
  if (unread.has(`services/${service}/service.yaml`)) return []
  return [errorOf(directive, ['spec', 'service'], `there is no service ${service}`)]
}

function checkGroup({ groups }: Catalog, directive: Directive, unread: UnreadFiles): readonly Finding[] {
  const { group } = namesOf(directive)
  if (group === undefined || groups.some(({ name }) => name === group)) return []
  if (unread.has(`deployment-groups/${group}.yaml`)) return []
  return [errorOf(directive, ['spec', 'group'], `there is no deployment group ${group}`)]
}

function checkVersion(
  { services, versions }: Catalog,
  directive: Directive,
  unread: UnreadFiles,
): readonly Finding[] {
  const { service, version } = namesOf(directive)
  if (service === undefined || version === undefined || !services.has(service)) return []
  if (versions.get(service)?.some((known) => known.version === version) === true) return []
  if (unread.has(`services/${service}/versions/${version}.yaml`)) return []
  const field = directive.kind === 'Rollback' ? 'from' : 'version'
  return [errorOf(directive, ['spec', field], `${service} has no version ${version}`)]
}

function checkTimes(directive: Directive): readonly Finding[] {
  if (directive.kind !== 'Freeze') return []
  const { from, until } = directive
  if (from === undefined || until === undefined || from < until) return checkSchedule(directive)
  const message = 'the freeze is over before it begins'
  return [errorOf(directive, ['spec', 'until'], message, 'write a time after from')]
}

/** A schedule that can not be read freezes, so this only tells why. */
function checkSchedule(freeze: Freeze): readonly Finding[] {
  const { schedule } = freeze
  if (schedule === undefined) return []
  const problem = scheduleProblem(schedule)
  if (problem) {
    const remedy =
      problem.field === 'cron'
        ? 'write five fields such as 0 18 * * FRI'
        : 'write a name such as Europe/Berlin'
    return [errorOf(freeze, ['spec', 'schedule', problem.field], problem.message, remedy)]
  }
  if (schedule.duration > 0) return []
  const message = 'windows of no length freeze nothing'
  return [errorOf(freeze, ['spec', 'schedule', 'duration'], message, 'write how long a window lasts')]
}

/** Orders that keep a version out win over those that want it in. */
function checkRefused({ directives }: Catalog, directive: Directive): readonly Finding[] {
  if (directive.kind !== 'Promote' && directive.kind !== 'Pin') return []
  const { version, group } = directive
  const withdrawal = withdrawalOf(directives, directive)
  const refusal = withdrawal ?? (group && returnOrderOf(directives, directive, group))
  if (!refusal) return []
  const message = `${version} is ${withdrawal ? 'withdrawn' : `rolled back in ${group}`} by ${refusal.file}, so this does nothing`
  return [warningOf(directive, ['spec', 'version'], message, `remove one of the two orders`)]
}

/** Two pins that no cluster can follow both. Pins of clusters are exceptions of their group's, and contradict only each other. */
function checkPins({ directives, clusters }: Catalog, directive: Directive): readonly Finding[] {
  if (directive.kind !== 'Pin') return []
  const shared = (pin: Pin): boolean => {
    if (pin.clusters === undefined || directive.clusters === undefined)
      return pin.clusters === directive.clusters
    const [one, other] = [compileSelector(pin.clusters), compileSelector(directive.clusters)]
    return clusters.some((cluster) => one(cluster) && other(cluster))
  }
  const earlier = ordersOf(directives, 'Pin').filter(({ name }) => name < directive.name)
  return earlier
    .filter((pin) => pin.service === directive.service && pin.version !== directive.version)
    .filter((pin) => (pin.group ?? directive.group) === (directive.group ?? pin.group))
    .filter(shared)
    .map((pin) =>
      errorOf(
        directive,
        ['spec', 'version'],
        `${pin.file} pins ${pin.service} to ${pin.version} in the same place`,
        'remove one of the two orders',
      ),
    )
}

/** An order for clusters that do not exist yet may be meant, so this stops nothing. */
function checkSelector({ clusters }: Catalog, directive: Directive): readonly Finding[] {
  if (!('clusters' in directive) || directive.clusters === undefined) return []
  if (clusters.some(compileSelector(directive.clusters))) return []
  const message = `the clusters of this ${directive.kind} are none`
  return [warningOf(directive, ['spec', 'clusters'], message, 'correct the selector, or remove the order')]
}

/** Approving the emptying of a cluster that is not there, or stays, does nothing. */
function checkApproved({ clusters }: Catalog, directive: Directive): readonly Finding[] {
  if (directive.kind !== 'Approve' || directive.cluster === undefined) return []
  const cluster = clusters.find(({ name }) => name === directive.cluster)
  if (cluster?.decommission) return []
  const message = cluster
    ? `${cluster.name} is not being emptied`
    : `there is no cluster ${directive.cluster}`
  return [warningOf(directive, ['spec', 'cluster'], message, 'correct the name, or remove the order')]
}

/** The documents that an order names. */
function namesOf(directive: Directive): {
  readonly service?: string | undefined
  readonly group?: string | undefined
  readonly version?: string | undefined
} {
  switch (directive.kind) {
    case 'Hold':
    case 'Freeze':
      return directive.scope
    case 'Cordon':
      return {}
    case 'Withdraw':
    case 'Expedite':
      return { service: directive.service, version: directive.version }
    case 'Skip':
    case 'Promote':
    case 'Pin':
      return directive
    case 'Approve':
    case 'Retry':
      return { service: directive.service, group: directive.group }
    case 'Rollback':
      return { service: directive.service, group: directive.group, version: directive.from }
  }
}

/** Until it is mended, an order stops what it may have been meant for. */
function scopeOf(directive: Directive): FindingScope {
  const { service } = namesOf(directive)
  if (service !== undefined) return { kind: 'service', name: service }
  return { kind: 'catalog' }
}

function errorOf(
  directive: Directive,
  field: FieldPath,
  message: string,
  remedy = 'correct the name, or remove the order',
): Finding {
  return { severity: 'error', scope: scopeOf(directive), file: directive.file, field, message, remedy }
}

function warningOf(directive: Directive, field: FieldPath, message: string, remedy: string): Finding {
  return { ...errorOf(directive, field, message, remedy), severity: 'warning' }
}
