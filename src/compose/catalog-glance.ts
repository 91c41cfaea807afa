import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Commit, GitClone } from '../adapters/git/port.ts'
import { mainRef, type RepositoryPlace } from './places.ts'

/** The little of a catalog that a published answer needs: neither is it parsed, nor is its parser loaded. */
export interface CatalogGlance {
  /** What the settings say of the fleet; empty where they say nothing that can be read. */
  fleetUrl(): Promise<string>
  /** Whether nothing is here that is not merged, so that what was published at a commit answers for it. */
  isMerged(published: string): Promise<boolean>
  /** The last commit, up to one of the catalog, that changed a path; undefined where that is not known here. */
  lastChange(commit: string, path: string): Promise<Commit | undefined>
}

const settingsFile = 'halyard.yaml'

export function glanceAtCatalog(
  place: RepositoryPlace,
  open: (place: RepositoryPlace) => Promise<GitClone>,
): CatalogGlance {
  const isFolder = place.kind === 'folder'
  const history = async (): Promise<GitClone> =>
    open({ ...place, kind: isFolder ? 'repository' : place.kind })
  return {
    async fleetUrl() {
      const text = isFolder
        ? await readFile(join(place.path, settingsFile), 'utf8').catch(() => '')
        : await readSettings(await history())
      return fleetUrlIn(text)
    },
    async isMerged(published) {
      if (!isFolder) return true
      const { openWorkTree } = await import('../adapters/git/system.ts')
      const standing = await (await openWorkTree(place.path))?.standing()
      return standing !== undefined && standing.isClean && (standing.isPushed || standing.head === published)
    },
    async lastChange(commit, path) {
      const repository = await history()
      if ((await repository.resolve(commit)) === undefined) await repository.fetch([mainRef])
      const known = await repository.resolve(commit)
      return known === undefined ? undefined : (await repository.log(known, { path, limit: 1 }))[0]
    },
  }
}

async function readSettings(repository: GitClone): Promise<string> {
  await repository.fetch([mainRef])
  const head = await repository.resolve(mainRef)
  const entries = head === undefined ? [] : await repository.tree(head)
  const entry = entries.find(({ path }) => path === settingsFile)
  const [text = ''] = entry === undefined ? [] : await repository.readBlobs([entry.oid])
  return text
}

async function fleetUrlIn(text: string): Promise<string> {
  const { parse } = await import('yaml')
  const settings = readable(() => parse(text) as SettingsText | null)
  const url = settings?.spec?.fleet?.url
  return typeof url === 'string' ? url : ''
}

interface SettingsText {
  readonly spec?: { readonly fleet?: { readonly url?: unknown } | null } | null
}

function readable<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
