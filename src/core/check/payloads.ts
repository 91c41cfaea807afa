import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { ServiceVersion } from '../domain/service-version.ts'

/**
 * All versions of a service hold the same kind of payload, of the same chart, and tell their numbers apart on any file
 * system. Another kind is always an error: dependents are rendered for one kind, and Flux would have two objects that
 * take the same workloads for theirs. What else an older version does is a warning: it never changes, and an error would
 * freeze the service for ever.
 */
export function checkPayloads({ versions }: Catalog): readonly Finding[] {
  return [...versions.values()].flatMap((list) => [...checkKinds(list), ...checkCase(list)])
}

/** The lowest version says what a service is. */
function checkKinds(list: readonly ServiceVersion[]): readonly Finding[] {
  const [first] = list
  if (first === undefined) return []
  const is = payloadOf(first)
  const isOtherKind = ({ payload }: ServiceVersion): boolean => payload.kind !== first.payload.kind
  return list
    .filter((version) => payloadOf(version).name !== is.name)
    .map((version) => {
      const now = payloadOf(version)
      return findingOf(
        version,
        version === list.at(-1) || isOtherKind(version),
        now.field,
        `${version.service} is ${is.name} since version ${first.version}, but ${now.name} in ${version.version}`,
        `release ${now.name} as a service of its own; to replace this one, write targets: none here first`,
      )
    })
}

interface Payload {
  readonly name: string
  readonly field: FieldPath
}

/** What a version puts on a cluster, in a word. */
function payloadOf({ payload }: ServiceVersion): Payload {
  if (payload.kind === 'kustomize') return { name: 'a kustomize payload', field: ['spec', 'kustomize'] }
  const { chart } = payload
  return { name: `the chart ${chart.name}`, field: ['spec', 'chart', 'name'] }
}

/** Where a file system does not tell them apart, one file would hide the other. */
function checkCase(list: readonly ServiceVersion[]): readonly Finding[] {
  const seen = new Map<string, string>()
  return list.flatMap((version) => {
    const folded = version.version.toLowerCase()
    const other = seen.get(folded)
    if (other === undefined) {
      seen.set(folded, version.version)
      return []
    }
    const message = `versions ${other} and ${version.version} differ only by upper and lower case`
    return [findingOf(version, version === list.at(-1), ['spec', 'version'], message, 'raise the version')]
  })
}

function findingOf(
  { service, file }: ServiceVersion,
  isError: boolean,
  field: FieldPath,
  message: string,
  remedy: string,
): Finding {
  const severity = isError ? 'error' : 'warning'
  return { severity, scope: { kind: 'service', name: service }, file, field, message, remedy }
}
