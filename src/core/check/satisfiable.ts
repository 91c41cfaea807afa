import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding, FindingScope } from '../domain/finding.ts'
import type { Requirement, ServiceVersion } from '../domain/service-version.ts'
import { isInRange } from '../plan/requirements.ts'
import { clustersWithout, type Selections } from './selections.ts'
import { listNames, missing, type UnreadFiles } from './words.ts'

/**
 * What a service's newest version requires can come true: the service exists, has a version in range, runs on the same
 * clusters, and does not itself wait for this version. Older versions are not asked: they run already, or never will.
 */
export function checkSatisfiable(
  catalog: Catalog,
  selections: Selections,
  unread: UnreadFiles,
): readonly Finding[] {
  const newest = [...catalog.versions.values()].flatMap((list) => list.slice(-1))
  if (newest.every(({ requires }) => requires.length === 0)) return []
  const findings = newest.flatMap((version) =>
    version.requires.flatMap((requirement, index) => {
      const field = ['spec', 'requires', index]
      return checkRequirement(catalog, selections, unread, { version, requirement, field })
    }),
  )
  const impossible = new Set(findings.map(({ file }) => file))
  return [...findings, ...checkCircles(catalog, newest, impossible)]
}

interface Use {
  readonly version: ServiceVersion
  readonly requirement: Requirement
  readonly field: FieldPath
}

function checkRequirement(
  { services, versions, clusters }: Catalog,
  { targets }: Selections,
  unread: UnreadFiles,
  { version, requirement, field }: Use,
): readonly Finding[] {
  const { service: name, range } = requirement
  const ofService: FindingScope = { kind: 'service', name: version.service }
  if (!services.has(name)) {
    const { message, remedy } = missing(`service ${name}`, `services/${name}/service.yaml`, unread)
    return [errorOf(version, ofService, [...field, 'service'], message, remedy)]
  }
  if (!(versions.get(name) ?? []).some((other) => isInRange(other.version, range))) {
    const message = `no version of ${name} is within ${range}`
    return [
      errorOf(version, ofService, [...field, 'version'], message, `merge such a version of ${name} first`),
    ]
  }
  const none = new Uint32Array()
  const own = targets.get(version.service) ?? none
  const without = clustersWithout(clusters, own, targets.get(name) ?? none).map((cluster) => cluster.name)
  if (without.length === 0) return []
  const onClusters: FindingScope = { kind: 'placements', service: version.service, clusters: without }
  const message = `${version.service} ${version.version} requires ${name}, which does not run on ${listNames(without)}`
  const remedy = `let ${name} target these clusters too, or drop the requirement in a new version`
  return [errorOf(version, onClusters, [...field, 'service'], message, remedy)]
}

/**
 * A version can be reached when each of its requirements has a version in range that can. What only versions can reach
 * that wait for each other is reached by none.
 */
function checkCircles(
  { versions }: Catalog,
  newest: readonly ServiceVersion[],
  impossible: ReadonlySet<string>,
): readonly Finding[] {
  const reached = new Set<ServiceVersion>()
  let waiting = [...versions.values()].flat()
  const canBeMet = ({ service, range }: Requirement): boolean =>
    (versions.get(service) ?? []).some((other) => reached.has(other) && isInRange(other.version, range))
  for (let before = -1; before !== reached.size;) {
    before = reached.size
    for (const version of waiting) if (version.requires.every(canBeMet)) reached.add(version)
    waiting = waiting.filter((version) => !reached.has(version))
  }
  return newest
    .filter((version) => !reached.has(version) && !impossible.has(version.file))
    .map((version) => {
      const blocked = version.requires.filter((requirement) => !canBeMet(requirement))
      const names = listNames(blocked.map(({ service }) => service))
      return errorOf(
        version,
        { kind: 'service', name: version.service },
        ['spec', 'requires'],
        `${version.service} ${version.version} requires ${names}, which can never be there first, as they wait for each other or for what is missing`,
        'widen one of the ranges in a new version, so that one of these services can go first',
      )
    })
}

function errorOf(
  { file }: ServiceVersion,
  scope: FindingScope,
  field: FieldPath,
  message: string,
  remedy: string,
): Finding {
  return { severity: 'error', scope, file, field, message, remedy }
}
