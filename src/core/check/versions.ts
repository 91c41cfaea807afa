import { compare } from 'semver'
import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { ServiceVersion } from '../domain/service-version.ts'
import type { UnreadFiles } from './words.ts'

/**
 * Versions belong to a service, name a chart repository that exists, and are ordered without doubt. What could
 * not be read freezes them by its own finding.
 */
export function checkVersions(catalog: Catalog, unread: UnreadFiles): readonly Finding[] {
  const { services, versions, chartRepositories } = catalog
  const isKnownService = (name: string): boolean =>
    services.has(name) || unread.has(`services/${name}/service.yaml`)
  const isKnownRepository = (name: string): boolean =>
    chartRepositories.has(name) || unread.has(`chart-repositories/${name}.yaml`)
  return [...versions].flatMap(([service, list]) => [
    ...(isKnownService(service) ? [] : list.slice(0, 1).map(orphan)),
    ...list.filter(({ chart }) => !isKnownRepository(chart.repository)).map(unknownRepository),
    ...list.flatMap((version, index) => checkPrecedence(list[index - 1], version)),
  ])
}

function orphan(version: ServiceVersion): Finding {
  const { service } = version
  return errorOf(
    version,
    ['spec', 'service'],
    `there is no service ${service}`,
    `add services/${service}/service.yaml`,
  )
}

function unknownRepository(version: ServiceVersion): Finding {
  const { repository } = version.chart
  const remedy = `add chart-repositories/${repository}.yaml, or correct the name`
  return errorOf(
    version,
    ['spec', 'chart', 'repository'],
    `there is no chart repository ${repository}`,
    remedy,
  )
}

/** Build metadata does not count in precedence (semver.org, item 10), so it can not tell two versions apart. */
function checkPrecedence(before: ServiceVersion | undefined, version: ServiceVersion): readonly Finding[] {
  if (before === undefined || compare(before.version, version.version) !== 0) return []
  const message = `versions ${before.version} and ${version.version} are equal in order, so neither is newer`
  return [errorOf(version, ['spec', 'version'], message, 'raise the version; what follows + does not count')]
}

function errorOf(
  { service, file }: ServiceVersion,
  field: FieldPath,
  message: string,
  remedy: string,
): Finding {
  return { severity: 'error', scope: { kind: 'service', name: service }, file, field, message, remedy }
}
