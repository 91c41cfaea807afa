import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { MergedBranch } from '../adapters/catalog/folder-source.ts'
import type { HistoryReader } from '../adapters/catalog/history.ts'
import type { CatalogSource } from '../adapters/catalog/port.ts'
import type { CatalogChange } from '../adapters/catalog/sections.ts'
import type { GitClone } from '../adapters/git/port.ts'
import type { ObjectTemplates } from '../core/domain/templates.ts'
import type { CatalogWriter, CommitOutcome, OrderCommit } from '../operations/catalog-writer.ts'
import type { CatalogParts } from '../operations/workspace.ts'
import { fail, mainBranch, mainRef, type RepositoryPlace, resolveRevision } from './places.ts'

/** A catalog that is read again and again, and that orders may be written to. */
export interface CatalogAccess {
  /** As it is now. */
  parts(): Promise<CatalogParts>
  readonly writer: CatalogWriter
}

interface GitCatalog {
  /** As people gave it. */
  readonly location: string
  readonly templates: ObjectTemplates
  /** The folder whose configuration of git names the author. */
  readonly configuredIn: string
}

/** The catalog as main of a repository. Orders are pushed. */
export async function openGitCatalog(
  repository: GitClone,
  { location, templates: defaultTemplates, configuredIn }: GitCatalog,
): Promise<CatalogAccess> {
  const [{ createCatalogSource }, { readAuthor }] = await Promise.all([
    import('../adapters/catalog/git-source.ts'),
    import('../adapters/git/system.ts'),
  ])
  const source = createCatalogSource({ repository, branch: mainBranch, defaultTemplates })
  return {
    async parts() {
      const head = await source.head()
      if (head === undefined) return fail(`${location} has no branch ${mainBranch}`, 'push the catalog to it')
      return {
        snapshot: await source.readWithHistory(head),
        readAt: async (revision) => source.read(await resolveRevision(repository, revision)),
        lastChange: async (path) => (await repository.log(head, { path, limit: 1 }))[0],
      }
    },
    writer: {
      isLocal: false,
      author: async () => (await readAuthor(configuredIn)) ?? nobody(),
      preview: async ({ commit }, changes) => source.preview(commit, changes),
      commit: async (draft) => pushOrder(repository, location, draft),
      commitToBranch: async (draft) =>
        (await import('./branch-commit.ts')).pushToBranch(repository, location, draft),
      save: async () =>
        fail(
          `${location} has no files to write to`,
          'add --commit-to-branch <name>, or run in a clone of the catalog',
        ),
    },
  }
}

async function pushOrder(
  repository: GitClone,
  location: string,
  { base, changes, message, author, time }: OrderCommit,
): Promise<CommitOutcome> {
  const [commit] = await repository.writeCommits([{ parent: base.commit, changes, message, author, time }])
  if (commit === undefined) throw new Error('a commit was written, but has no id')
  const outcome = await repository.push([{ ref: mainRef, expected: base.commit, to: commit }])
  switch (outcome.kind) {
    case 'pushed':
      return { kind: 'committed', commit, place: `${mainBranch} of ${location}`, pushed: true }
    case 'stale':
      return outcome
    case 'rejected':
      // Another push holds the ref at this very moment.
      if (/cannot lock ref|failed to update ref/i.test(outcome.reason)) return { kind: 'stale' }
      return fail(
        `${location} refused the order: ${outcome.reason}`,
        `commit the file by a pull request: --dry-run prints it`,
      )
  }
}

/** The catalog of a work tree, read as it lies on the disk, so that a change can be checked before it is committed. */
export async function openFolderCatalog(
  folder: string,
  defaultTemplates: ObjectTemplates,
  openHistory: (place: RepositoryPlace) => Promise<GitClone>,
): Promise<CatalogAccess> {
  const [{ readCatalogFolder }, { openWorkTree }] = await Promise.all([
    import('../adapters/catalog/folder-source.ts'),
    import('../adapters/git/system.ts'),
  ])
  const history = folderHistory(folder, defaultTemplates, openHistory)
  const merged = mergedHistory(folder, openHistory)
  const read = async (changes: readonly CatalogChange[]) =>
    readCatalogFolder(folder, { defaultTemplates, changes, merged: await merged() })
  const workTree = async () =>
    (await openWorkTree(folder)) ??
    fail(
      `${folder} is no git repository, and an order is a commit`,
      'run in a clone of the catalog, or give --catalog <bare repository or URL>',
    )
  return {
    parts: async () => ({ snapshot: await read([]), ...history }),
    writer: {
      isLocal: true,
      author: async () => (await (await workTree()).author()) ?? nobody(),
      preview: async (_base, changes) => read(changes),
      async commit({ changes, message, push }) {
        const outcome = await (await workTree()).commitPaths({ changes, message, push })
        if (outcome.kind === 'refused') return fail(outcome.reason, outcome.remedy)
        return { ...outcome, place: `${outcome.branch} of ${folder}`, pushed: push }
      },
      async commitToBranch(draft) {
        const [{ commitToBranch }, tree] = await Promise.all([import('./branch-commit.ts'), workTree()])
        return commitToBranch(folder, tree, await openHistory({ kind: 'repository', path: folder }), draft)
      },
      save: async (changes) => (await import('./save-files.ts')).saveFiles(folder, changes),
    },
  }
}

/** What main holds of a work tree's repository; undefined: it is none, or knows no main, as a checkout in CI may. */
function mergedHistory(
  path: string,
  openHistory: (place: RepositoryPlace) => Promise<GitClone>,
): () => Promise<MergedBranch | undefined> {
  let reader: HistoryReader | undefined
  return async () => {
    if (!existsSync(join(path, '.git'))) return undefined
    const repository = await openHistory({ kind: 'repository', path })
    const commit = await repository.resolve(mainRef)
    if (commit === undefined) return undefined
    const { createHistoryReader } = await import('../adapters/catalog/history.ts')
    reader ??= createHistoryReader(repository)
    return { history: reader, commit }
  }
}

/** The history of a work tree, opened when it is asked for. */
function folderHistory(
  path: string,
  defaultTemplates: ObjectTemplates,
  openHistory: (place: RepositoryPlace) => Promise<GitClone>,
): Pick<CatalogParts, 'readAt' | 'lastChange'> {
  const place = { kind: 'repository', path } as const
  const hasHistory = existsSync(join(path, '.git'))
  // One for all revisions: each is read as its difference to the last.
  let source: CatalogSource | undefined
  return {
    async readAt(revision) {
      if (!hasHistory) return fail(`${path} is no git repository`, 'compare commits of a repository or URL')
      const repository = await openHistory(place)
      const { createCatalogSource } = await import('../adapters/catalog/git-source.ts')
      source ??= createCatalogSource({ repository, branch: mainBranch, defaultTemplates })
      return source.read(await resolveRevision(repository, revision))
    },
    async lastChange(file) {
      if (!hasHistory) return undefined
      const repository = await openHistory(place)
      const head = await repository.resolve(mainRef)
      return head === undefined ? undefined : (await repository.log(head, { path: file, limit: 1 }))[0]
    },
  }
}

function nobody(): never {
  return fail(
    'git knows no name and address for you, and an order is committed under its author',
    'run git config --global user.name "…" and git config --global user.email …, or set GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL',
  )
}
