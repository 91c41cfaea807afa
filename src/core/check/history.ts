import type { Catalog } from '../domain/catalog.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'

/** What earlier commits of the catalog's branch said, as far as today's documents contradict it. */
export interface CatalogHistory {
  /** Versions that said something else when they could first be read, by file: the commit that merged them. */
  readonly changedVersions: ReadonlyMap<string, string>
  /** Files that hold what was merged as another version, by file of today. */
  readonly movedVersions: ReadonlyMap<string, { readonly from: string; readonly commit: string }>
  /** Services as they could first be read, by name; only those whose file is another today. */
  readonly firstServices: ReadonlyMap<string, { readonly service: Service; readonly commit: string }>
}

export const noHistory: CatalogHistory = {
  changedVersions: new Map(),
  movedVersions: new Map(),
  firstServices: new Map(),
}

/** What never changes did not change: what a version says, and who a service is to the clusters. */
export function checkHistory(catalog: Catalog, history: CatalogHistory): readonly Finding[] {
  return [
    ...[...history.changedVersions].map(([file, commit]) => versionChanged(file, commit)),
    ...[...history.movedVersions].map(([file, { from, commit }]) => versionMoved(file, from, commit)),
    ...[...history.firstServices].flatMap(([name, { service, commit }]) => {
      const now = catalog.services.get(name)
      return now === undefined ? [] : checkIdentity(service, now, commit)
    }),
  ]
}

/** Rule 10: a service's version has one content for ever, whoever rendered it when. */
function versionChanged(file: string, commit: string): Finding {
  return errorOf(
    file,
    ['spec'],
    `${nameOf(file)} was merged by commit ${short(commit)} and says something else now`,
    `put it back (git checkout ${short(commit)} -- ${file}) and write the change as a new version`,
  )
}

function versionMoved(file: string, from: string, commit: string): Finding {
  return errorOf(
    file,
    [],
    `${nameOf(from)} was merged by commit ${short(commit)} and its file was moved here`,
    `move it back to ${from}`,
  )
}

const identity = ['namespace', 'releaseName', 'tier'] as const

/** A Helm release that changed one of these would be another one, beside the one that runs. */
function checkIdentity(first: Service, now: Service, commit: string): readonly Finding[] {
  return identity
    .filter((field) => first[field] !== now[field])
    .map((field) =>
      errorOf(
        now.file,
        ['spec', field],
        `the ${words[field]} of ${now.name} is ${first[field]} since commit ${short(commit)} and never changes, but is ${now[field]} now`,
        `write ${field}: ${first[field]}; to move the service, write targets: none, and once it is gone from all clusters add a service of another name`,
      ),
    )
}

const words = { namespace: 'namespace', releaseName: 'release name', tier: 'tier' } as const

function errorOf(file: string, field: FieldPath, message: string, remedy: string): Finding {
  const [, service = ''] = file.split('/')
  return { severity: 'error', scope: { kind: 'service', name: service }, file, field, message, remedy }
}

/** `services/pay/versions/1.0.0.yaml` as `pay 1.0.0`. */
function nameOf(file: string): string {
  const [, service = '', , version = ''] = file.split('/')
  return `${service} ${version.replace(/\.yaml$/, '')}`
}

function short(commit: string): string {
  return commit.slice(0, 8)
}
