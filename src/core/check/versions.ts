import { compare } from 'semver'
import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { ServiceVersion } from '../domain/service-version.ts'

/** Versions belong to a service, name a chart repository that exists, and are ordered without doubt. */
export function checkVersions({ services, versions, chartRepositories }: Catalog): readonly Finding[] {
  return [...versions].flatMap(([service, list]) => [
    ...(services.has(service) ? [] : list.slice(0, 1).map((version) => orphan(version))),
    ...list.filter(({ chart }) => !chartRepositories.has(chart.repository)).map(unknownRepository),
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
