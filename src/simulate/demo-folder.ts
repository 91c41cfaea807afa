import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository, Signature } from '../adapters/git/port.ts'
import { initRepository, removeStaleLocks } from '../adapters/git/system.ts'
import { openStore, type OpenedStore } from '../adapters/store/store.ts'
import type { Instant } from '../core/domain/time.ts'
import { readFiles } from './story.ts'

/** The folder that keeps a demo's repositories and state, so that a killed run goes on where it was. */
export interface DemoFolder {
  readonly store: OpenedStore
  /** Where an interrupted run left the clock; undefined: this run begins anew. */
  readonly resumedAt: Instant | undefined
  path(name: string): string
  /** A bare repository of the folder, beginning with the files of `from` when it is new. */
  repository(
    name: string,
    from: string,
    message: string,
    author: Signature,
    now: Instant,
  ): Promise<GitRepository>
  saveClock(now: Instant, finished: boolean): void
  loadClusters(): string | undefined
  saveClusters(text: string): void
}

/** A folder that holds something else than a demo. */
class NoDemoFolderError extends Error {
  override readonly name = 'NoDemoFolderError'
  readonly remedy = 'name a folder that is new, empty, or left by an earlier run'

  constructor(path: string) {
    super(`${path} holds other files than a demo's`)
  }
}

const repositories = ['catalog.git', 'fleet.git', 'cache/catalog.git', 'cache/fleet.git']

/** Opens or empties the folder. Throws `StoreLockedError` while another run works there, `NoDemoFolderError` for another folder. */
export async function openDemoFolder(folder: string, fresh: boolean): Promise<DemoFolder> {
  const path = (name: string): string => join(folder, name)
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(path('store.sqlite'))) {
    throw new NoDemoFolderError(folder)
  }
  await mkdir(folder, { recursive: true })
  // The store is locked by one process alone: whoever has it may clear what a killed run left.
  let store = openStore(path('store.sqlite'))
  const state = readState(path('demo.json'))
  const resumedAt = state?.finished === false && !fresh ? state.now : undefined
  if (resumedAt === undefined) {
    store.close()
    // The store goes last: while it is there, the folder is known as a demo's.
    const [stores, others] = partition(readdirSync(folder), (name) => name.startsWith('store.sqlite'))
    for (const names of [others, stores]) {
      await Promise.all(names.map(async (name) => rm(path(name), { recursive: true, force: true })))
    }
    store = openStore(path('store.sqlite'))
  } else {
    await Promise.all(repositories.map(async (name) => removeStaleLocks(path(name), 0)))
  }
  return {
    store,
    resumedAt,
    path,
    async repository(name, from, message, author, now) {
      const repository = await initRepository(path(name), { branch: 'main' })
      await seed(repository, from, message, author, now)
      return repository
    },
    saveClock: (now, finished) => writeAtomically(path('demo.json'), JSON.stringify({ now, finished })),
    loadClusters: () =>
      existsSync(path('clusters.json')) ? readFileSync(path('clusters.json'), 'utf8') : undefined,
    saveClusters: (text) => writeAtomically(path('clusters.json'), text),
  }
}

function partition<T>(
  items: readonly T[],
  isFirst: (item: T) => boolean,
): readonly [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))]
}

async function seed(
  repository: GitRepository,
  folder: string,
  message: string,
  author: Signature,
  now: Instant,
): Promise<void> {
  const ref = 'refs/heads/main'
  if ((await repository.resolve(ref)) !== undefined) return
  const changes = [...(await readFiles(folder))].map(([path, text]) => ({ path, text }))
  const [to] = await repository.writeCommits([{ parent: undefined, changes, message, author, time: now }])
  await repository.updateRefs([{ ref, expected: undefined, to }])
}

function readState(file: string): { readonly now: Instant; readonly finished: boolean } | undefined {
  if (!existsSync(file)) return undefined
  const state: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const isState = typeof state === 'object' && state !== null && 'now' in state && 'finished' in state
  return isState && typeof state.now === 'number' && typeof state.finished === 'boolean'
    ? { now: state.now, finished: state.finished }
    : undefined
}

/** A reader sees the old text or the new one, whenever the process is killed. */
function writeAtomically(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}
