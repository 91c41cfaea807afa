import { join } from 'node:path'
import { createFleet } from '../../src/adapters/fleet/fleet.ts'
import { readStatus } from '../../src/adapters/fleet/status.ts'
import { rolloutProblem } from '../../src/adapters/fleet/parse-rollout.ts'
import { createCatalogSource } from '../../src/adapters/catalog/git-source.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createMemoryClone } from '../../src/adapters/git/memory.ts'
import type { GitRepository, Oid, TreeChange } from '../../src/adapters/git/port.ts'
import { initRepository } from '../../src/adapters/git/system.ts'
import type { StepResult } from '../../src/controller/controller.ts'
import { createClusterIndex } from '../../src/core/domain/cluster-index.ts'
import { publishedObservations } from '../../src/operations/published-observations.ts'
import { type FleetRepository, openWorkspace, type Workspace } from '../../src/operations/workspace.ts'
import type { World } from '../../src/simulate/assemble.ts'
import { createMemoryWorld, type MemoryWorld, settle } from '../../src/simulate/memory-world.ts'
import { exampleFiles, smallCompany } from '../simulate/example-files.ts'

/** 2026-11-18 13:06:40 UTC. */
const start = 1_795_007_200

export interface ExampleWorld {
  readonly world: MemoryWorld
  readonly now: number
}

const hold = `apiVersion: halyard.dev/v1
kind: Hold
metadata:
  name: hold-catalog-web
spec:
  service: catalog-web
  reason: the search index is being rebuilt
`

/**
 * A small example company in the middle of its day: payments 1.4.3 soaks in a wave of prod, checkout 2.0.0 was rejected
 * in prod-canary, catalog-web 0.19.0 is on hold.
 */
export async function createExampleWorld(from = start): Promise<ExampleWorld> {
  const catalog = await smallCompany()
  const world = await createMemoryWorld({ start: from, catalog, templates: await readDefaultTemplates() })
  const running = world.startController()
  await settle(world, running)
  await world.mergeIntoCatalog(await exampleFiles('story/02-checkout-2.0.0'), 'Release checkout 2.0.0')
  await settle(world, running)
  await world.mergeIntoCatalog(new Map([['directives/hold-catalog-web.yaml', hold]]), 'Hold catalog-web')
  await world.mergeIntoCatalog(
    await exampleFiles('story/03-catalog-web-0.19.0'),
    'Release catalog-web 0.19.0',
  )
  await world.mergeIntoCatalog(await exampleFiles('story/01-payments-1.4.3'), 'Release payments 1.4.3')
  const inSecondWave = (): boolean => {
    const groups = running.controller.view()?.plans.get('payments')?.groups ?? []
    return groups.some(({ group, wave }) => group === 'prod' && wave === 2)
  }
  await stepUntil(world, running, async () => {
    return inSecondWave() && soaksInProd({ world, now: world.clock.now() })
  })
  return { world, now: world.clock.now() }
}

/** Whether what is published shows payments in the soak of its second wave in prod. */
async function soaksInProd(example: ExampleWorld): Promise<boolean> {
  const planning = await (await openExample(example)).planning()
  const prod = planning.plan('payments').plan.groups.find(({ group }) => group === 'prod')
  return prod?.wave === 2 && prod.waitsFor.every(({ gate }) => gate === 'soak') && prod.waitsFor.length > 0
}

/** Steps at least twice a minute until something is so. */
async function stepUntil(
  world: MemoryWorld,
  { controller, clusters }: World,
  isSo: () => Promise<boolean>,
): Promise<void> {
  for (let step = 0; step < 1000; step++) {
    const result: StepResult = await controller.step()
    if (await isSo()) return
    const until = result.kind === 'stepped' ? result.validUntil : Infinity
    const now = world.clock.now()
    const next = Math.min(now + 30, clusters.nextEventAt() ?? Infinity, until)
    await world.clock.advanceTo(Math.max(now + 1, next))
  }
  throw new Error('the example never came to where it was to stop')
}

/** A workspace over the repositories of an example, as `halctl` opens one. */
export async function openExample(
  { world, now }: ExampleWorld,
  { published }: { readonly published: boolean } = { published: false },
): Promise<Workspace> {
  const defaultTemplates = await readDefaultTemplates()
  const source = createCatalogSource({ repository: world.catalog, branch: 'main', defaultTemplates })
  return openWorkspace({
    now,
    async catalog() {
      const head = await source.head()
      if (head === undefined) throw new Error('the example catalog is empty')
      return {
        snapshot: await source.read(head),
        readAt: (revision) => source.read(revision),
        lastChange: async (path) => (await world.catalog.log(head, { path, limit: 1 }))[0],
      }
    },
    fleetRepository: async () => openFleetRepository(world.fleet),
    async published() {
      if (!published) return undefined
      const status = await readStatus(createMemoryClone(world.fleet))
      const commit = status?.catalogCommit
      return status && commit !== undefined
        ? {
            status,
            lastChange: async (path) => (await world.catalog.log(commit, { path, limit: 1 }))[0],
          }
        : undefined
    },
    async fleet() {
      const clone = createMemoryClone(world.fleet)
      const fleet = createFleet({ clone, clusters: createClusterIndex() })
      const state = await fleet.sync()
      const status = await fleet.readStatus()
      const recorded = await status?.recorded()
      const published = status && recorded ? { ...status, recorded } : undefined
      return {
        state,
        log: clone.log,
        readBlobs: fleet.readBlobs,
        observe: (silentAfter) => publishedObservations(published, state, silentAfter, now),
      }
    },
  })
}

/** As `halctl` opens it, over any repository. */
export async function openFleetRepository(repository: GitRepository): Promise<FleetRepository> {
  return {
    ...repository,
    head: await repository.resolve('refs/heads/main'),
    resolve: async (revision) => {
      const oid = await repository.resolve(revision)
      if (oid === undefined) throw new Error(`no ${revision}`)
      return oid
    },
    rolloutProblem,
  }
}

/** The repositories of an example on the disk: `catalog.git` and `fleet.git` in a folder. */
export async function writeExample({ world }: ExampleWorld, folder: string): Promise<void> {
  for (const name of ['catalog', 'fleet'] as const) {
    const repository = await initRepository(join(folder, `${name}.git`), { branch: 'main' })
    await copyRepository(world[name], repository)
    await repository.close()
  }
}

/** Writes main and the published status, with the same commits, into another repository. */
export async function copyRepository(from: GitRepository, to: GitRepository): Promise<void> {
  for (const ref of ['refs/heads/main', 'refs/halyard/status']) {
    const head = await from.resolve(ref)
    if (head === undefined) continue
    const history = (await from.log(head)).toReversed()
    for (const { oid, parents, author, message, time } of history) {
      const [parent] = parents
      await to.writeCommits([{ parent, changes: await changesOf(from, parent, oid), message, author, time }])
    }
    await to.updateRefs([{ ref, expected: await to.resolve(ref), to: head }])
  }
}

async function changesOf(
  from: GitRepository,
  parent: Oid | undefined,
  oid: Oid,
): Promise<readonly TreeChange[]> {
  const changes =
    parent === undefined
      ? (await from.tree(oid)).map(({ path, oid: after }) => ({ path, after }))
      : await from.changes(parent, oid)
  const texts = await from.readBlobs(changes.flatMap(({ after }) => after ?? []))
  let next = 0
  return changes.map(({ path, after }) =>
    after === undefined ? { path, remove: true } : { path, text: texts[next++] ?? '' },
  )
}
