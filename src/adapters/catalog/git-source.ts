import type { ObjectTemplates } from '../../core/domain/templates.ts'
import type { GitClone, GitRepository, Oid } from '../git/port.ts'
import type { CatalogSnapshot, CatalogSource } from './port.ts'
import {
  applyChanges,
  applyFiles,
  isCatalogPath,
  type CatalogChange,
  type CatalogFile,
  type Sections,
} from './sections.ts'
import { createHistoryReader } from './history.ts'
import { createAssembler } from './snapshot.ts'

export interface GitSourceDeps {
  /** A clone is fetched before its head is told. */
  readonly repository: GitClone | GitRepository
  readonly branch: string
  /** Skeletons of the objects that the catalog has none of its own for. */
  readonly defaultTemplates: ObjectTemplates
}

export interface GitCatalogSource extends CatalogSource {
  /** The catalog as it would be with some files changed on top of a commit; its commit is `preview`. */
  preview(commit: Oid, changes: readonly CatalogChange[]): Promise<CatalogSnapshot>
}

interface Read {
  readonly sections: Sections
  readonly snapshot: CatalogSnapshot
}

/** How many commits stay parsed: the head, and the older ones that rollbacks and reviews look at. */
const keptCommits = 8

/** The catalog as a branch of a Git repository. A commit is read as the difference to the last one that was read. */
export function createCatalogSource({
  repository,
  branch,
  defaultTemplates,
}: GitSourceDeps): GitCatalogSource {
  const ref = `refs/heads/${branch}`
  const assemble = createAssembler(defaultTemplates)
  const history = createHistoryReader(repository)
  const reads = new Map<Oid, Read>()

  const readAnew = async (commit: Oid): Promise<Read> => {
    const base = [...reads].at(-1)
    const changes =
      base === undefined ? await listAll(repository, commit) : await repository.changes(base[0], commit)
    const wanted = changes.filter(({ path }) => isCatalogPath(path))
    const files = await readFiles(repository, wanted)
    const removed = wanted.filter(({ after }) => after === undefined).map(({ path }) => path)
    const sections = applyFiles(base?.[1].sections ?? new Map(), files, removed)
    return { sections, snapshot: assemble(commit, sections) }
  }

  const readOnce = async (commit: Oid): Promise<Read> => {
    const read = reads.get(commit) ?? (await readAnew(commit))
    reads.delete(commit)
    reads.set(commit, read)
    const [oldest] = reads.keys()
    if (reads.size > keptCommits && oldest !== undefined) reads.delete(oldest)
    return read
  }

  return {
    async head() {
      if ('fetch' in repository) await repository.fetch([ref])
      return repository.resolve(ref)
    },
    read: async (commit) => (await readOnce(commit)).snapshot,
    async readWithHistory(commit) {
      const { sections, snapshot } = await readOnce(commit)
      return { ...snapshot, history: await history.compare(commit, sections) }
    },
    async preview(commit, changes) {
      const { sections } = await readOnce(commit)
      const next = applyChanges(sections, changes)
      return { ...assemble('preview', next), history: await history.compare(commit, next) }
    },
  }
}

interface ChangedPath {
  readonly path: string
  readonly after: Oid | undefined
}

async function listAll(repository: GitRepository, commit: Oid): Promise<readonly ChangedPath[]> {
  const entries = await repository.tree(commit)
  return entries.map(({ path, oid }) => ({ path, after: oid }))
}

async function readFiles(
  repository: GitRepository,
  changes: readonly ChangedPath[],
): Promise<readonly CatalogFile[]> {
  const present = changes.flatMap(({ path, after }) => (after === undefined ? [] : [{ path, oid: after }]))
  const texts = await repository.readBlobs(present.map(({ oid }) => oid))
  return present.map(({ path }, index) => ({ path, text: texts[index] ?? '' }))
}
