import type { Oid } from '../../adapters/git/port.ts'
import type { NamedRelease } from '../../core/render/renderer-of.ts'
import { parseTrailers, releaseCommitTrailer } from '../../core/render/trailers.ts'
import type { FleetRepository } from '../workspace.ts'

/** What a commit of the fleet says of itself. */
export type Writer =
  | {
      readonly kind: 'halyard'
      readonly catalogCommit: string
      readonly releaseCommits: readonly string[]
      /** Undefined: the one that each cluster was in. */
      readonly group: string | undefined
      /** What a wave brings; undefined: of several services, which their files tell. */
      readonly release: NamedRelease | undefined
      /** Seconds since 1970. */
      readonly time: number
    }
  | { readonly kind: 'other'; readonly why: string }

export async function readWriter(fleet: FleetRepository, commit: Oid): Promise<Writer> {
  const [found] = commit === '' ? [] : await fleet.log(commit, { limit: 1 })
  if (!found) return { kind: 'other', why: 'no commit of main brings it as it is' }
  const { oid, author, message, time } = found
  const trailers = parseTrailers(message)
  const catalogCommit = trailers.get('Catalog-Commit')
  if (catalogCommit === undefined) {
    const by = `commit ${oid.slice(0, 8)} by ${author.name} <${author.email}>`
    return { kind: 'other', why: `${by} is not one of Halyard's: it does not say what it was rendered from` }
  }
  return {
    kind: 'halyard',
    catalogCommit,
    releaseCommits: trailers.get(releaseCommitTrailer)?.split(' ') ?? [],
    group: trailers.get('Group'),
    release: trailers.has('Wave') ? releaseOf(trailers) : undefined,
    time,
  }
}

function releaseOf(trailers: ReadonlyMap<string, string>): NamedRelease | undefined {
  const service = trailers.get('Service')
  const [version, revision] = trailers.get('Release')?.split('@') ?? []
  return service === undefined || version === undefined || revision === undefined
    ? undefined
    : { service, version, revision }
}
