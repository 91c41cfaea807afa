import type { GitRepository } from '../adapters/git/port.ts'
import type { CatalogSource } from '../adapters/catalog/port.ts'
import type { ControllerView } from '../controller/controller.ts'
import { KnownError } from '../operations/known-error.ts'
import { openWorkspace, type Workspace } from '../operations/workspace.ts'

export interface LiveSources {
  readonly view: () => ControllerView | undefined
  readonly holder: string
  readonly catalog: CatalogSource
  readonly catalogRepository: GitRepository
  readonly fleetRepository: GitRepository
}

/** A workspace over what a running controller sees now, as fresh as its last step. */
export async function openLiveWorkspace(sources: LiveSources): Promise<Workspace> {
  const view = sources.view()
  if (!view) throw new KnownError('the controller has not made its first step yet', 'try again in a moment')
  const { catalogRepository, fleetRepository } = sources
  const { snapshot, commit } = view.catalog
  return openWorkspace({
    now: view.now,
    catalog: async () => ({
      snapshot,
      readAt: (revision) => sources.catalog.read(revision),
      lastChange: async (path) => (await catalogRepository.log(commit, { path, limit: 1 }))[0],
    }),
    fleet: async () => ({
      state: view.fleet,
      log: fleetRepository.log,
      readBlobs: fleetRepository.readBlobs,
      observe: () => ({
        view: view.observations,
        contactAt: view.observations.contactAt,
        at: view.now,
        publishedBy: sources.holder,
      }),
    }),
  })
}
