import { compare } from 'semver'
import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import { repositoryOf, type ServiceVersion } from '../domain/service-version.ts'
import { checkKustomize } from './kustomize.ts'
import type { UnreadFiles } from './words.ts'

/**
 * Versions belong to a service, name a repository that exists, and are ordered without doubt. What could
 * not be read freezes them by its own finding.
 */
export function checkVersions(catalog: Catalog, unread: UnreadFiles): readonly Finding[] {
  const { services, versions } = catalog
  const isKnownService = (name: string): boolean =>
    services.has(name) || unread.has(`services/${name}/service.yaml`)
  const ofVersions = [...versions].flatMap(([service, list]) => [
    ...(isKnownService(service) ? [] : list.slice(0, 1).map(orphan)),
    ...list.flatMap((version) => checkRepository(version, catalog, unread)),
    ...list.flatMap((version, index) => checkPrecedence(list[index - 1], version)),
  ])
  return [...ofVersions, ...checkKustomize(catalog)]
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

function checkRepository(version: ServiceVersion, catalog: Catalog, unread: UnreadFiles): readonly Finding[] {
  const { kind } = version.payload
  const name = repositoryOf(version.payload)
  const { folder, known, words } =
    kind === 'chart'
      ? { folder: 'chart-repositories', known: catalog.chartRepositories, words: 'chart repository' }
      : { folder: 'source-repositories', known: catalog.sourceRepositories, words: 'source repository' }
  const file = `${folder}/${name}.yaml`
  if (known.has(name)) return checkPin(version, catalog)
  if (unread.has(file)) return []
  const remedy = `add ${file}, or correct the name`
  return [errorOf(version, ['spec', kind, 'repository'], `there is no ${words} ${name}`, remedy)]
}

/** A commit is found in a Git repository, a digest in an OCI registry. */
function checkPin(version: ServiceVersion, { sourceRepositories }: Catalog): readonly Finding[] {
  if (version.payload.kind === 'chart') return []
  const { repository, pin } = version.payload.kustomize
  const type = sourceRepositories.get(repository)?.type
  const wanted = type === 'git' ? 'commit' : 'digest'
  if (type === undefined || pin.kind === wanted) return []
  const message = `source repository ${repository} is of type ${type}, which has no ${pin.kind}`
  const remedy = `pin the ${wanted}, or name a repository of type ${type === 'git' ? 'oci' : 'git'}`
  return [errorOf(version, ['spec', 'kustomize', pin.kind], message, remedy)]
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
