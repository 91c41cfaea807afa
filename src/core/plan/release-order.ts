import { compare } from 'semver'
import type { ReleaseId, ServiceRelease } from '../domain/service-release.ts'
import { releaseId } from '../domain/service-release.ts'

/**
 * Orders service releases: by version, then by catalog ancestry. Of two revisions of one version the one that
 * the catalog's head renders (listed in `head`) descends from the other; two older ones count as equal.
 */
export function createReleaseOrder(
  head: readonly ServiceRelease[],
): (a: ServiceRelease, b: ServiceRelease) => number {
  const atHead = new Set<ReleaseId>(head.map(releaseId))
  const ancestry = (release: ServiceRelease): number => (atHead.has(releaseId(release)) ? 1 : 0)
  return (a, b) =>
    compare(a.version, b.version) || (a.revision === b.revision ? 0 : ancestry(a) - ancestry(b))
}

/** A release from its id, for releases that only rendered files name; `catalogCommit` is not known. */
export function parseReleaseId(service: string, id: ReleaseId): ServiceRelease {
  const at = id.lastIndexOf('@')
  return { service, version: id.slice(0, at), revision: id.slice(at + 1), catalogCommit: '' }
}
