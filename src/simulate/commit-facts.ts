import { parseFleetPath } from '../adapters/fleet/paths.ts'
import { parseRollout } from '../adapters/fleet/parse-rollout.ts'
import type { Commit, GitRepository, Oid, PathChange } from '../adapters/git/port.ts'
import type { Rollout } from '../core/domain/rollout.ts'
import { releaseId, type ReleaseId } from '../core/domain/service-release.ts'
import { parseServiceHeader } from '../core/render/release-renderer.ts'
import { parseTrailers } from '../core/render/trailers.ts'

/** A commit of the fleet's main branch, as far as rules speak of it. */
export interface CommitFacts {
  readonly commit: Commit
  readonly kind: 'wave' | 'return' | 'removal' | 'bootstrap' | 'ledger' | 'other'
  readonly trailers: ReadonlyMap<string, string>
  readonly changes: readonly PathChange[]
  readonly rollouts: readonly {
    readonly path: string
    readonly before: Rollout | undefined
    readonly after: Rollout | undefined
  }[]
  readonly placements: readonly PlacementMove[]
}

export interface PlacementMove {
  readonly cluster: string
  readonly service: string
  readonly before: PlacedFile | undefined
  readonly after: PlacedFile | undefined
}

export interface PlacedFile {
  readonly blob: Oid
  readonly release: ReleaseId
}

export interface CommitReader {
  /** Commits of main after `from`, oldest first, without the root commit. */
  since(from: Oid | undefined): Promise<readonly CommitFacts[]>
}

/** What was read before, by object id: worlds that go on from one another share most commits. */
export interface CommitCache {
  readonly commits: Map<Oid, CommitFacts>
  readonly rollouts: Map<Oid, Rollout>
}

export function createCommitCache(): CommitCache {
  return { commits: new Map(), rollouts: new Map() }
}

export function createCommitReader(repository: GitRepository, cache: CommitCache): CommitReader {
  const rolloutAt = async (path: string, blob: Oid | undefined): Promise<Rollout | undefined> => {
    if (blob === undefined) return undefined
    const known = cache.rollouts.get(blob)
    if (known) return known
    const [text = ''] = await repository.readBlobs([blob])
    const rollout = parseRollout(text, path)
    cache.rollouts.set(blob, rollout)
    return rollout
  }
  const fileAt = async (blob: Oid | undefined): Promise<PlacedFile | undefined> => {
    if (blob === undefined) return undefined
    const [text = ''] = await repository.readBlobs([blob])
    const header = parseServiceHeader(text)
    return { blob, release: header ? releaseId(header) : '' }
  }
  const read = async (commit: Commit): Promise<CommitFacts> => {
    const [parent = ''] = commit.parents
    const changes = await repository.changes(parent, commit.oid)
    const rollouts: CommitFacts['rollouts'][number][] = []
    const placements: PlacementMove[] = []
    for (const { path, before, after } of changes) {
      const parsed = parseFleetPath(path)
      if (parsed?.kind === 'rollout')
        rollouts.push({ path, before: await rolloutAt(path, before), after: await rolloutAt(path, after) })
      if (parsed?.kind === 'service') {
        const { cluster, service } = parsed
        placements.push({ cluster, service, before: await fileAt(before), after: await fileAt(after) })
      }
    }
    const trailers = parseTrailers(commit.message)
    return { commit, kind: kindOf(trailers), trailers, changes, rollouts, placements }
  }
  return {
    async since(from) {
      const head = await repository.resolve('refs/heads/main')
      if (head === undefined || head === from) return []
      const commits = await repository.log(head, from === undefined ? {} : { until: from })
      const facts: CommitFacts[] = []
      for (const commit of commits.toReversed()) {
        if (commit.parents.length === 0) continue
        let known = cache.commits.get(commit.oid)
        if (!known) cache.commits.set(commit.oid, (known = await read(commit)))
        facts.push(known)
      }
      return facts
    },
  }
}

function kindOf(trailers: ReadonlyMap<string, string>): CommitFacts['kind'] {
  if (trailers.has('Wave')) return 'wave'
  if (trailers.has('Return')) return 'return'
  if (trailers.has('Removal') || trailers.has('Decommission')) return 'removal'
  if (trailers.has('Bootstrap')) return 'bootstrap'
  return trailers.has('Catalog-Commit') ? 'ledger' : 'other'
}
