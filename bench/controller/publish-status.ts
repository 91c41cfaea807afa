import { createCatalogSource } from '../../src/adapters/catalog/git-source.ts'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createFleet } from '../../src/adapters/fleet/fleet.ts'
import { initRepository, openClone } from '../../src/adapters/git/system.ts'
import { readCatalogState } from '../../src/controller/catalog-state.ts'
import { createStatusPublisher, type StatusSubject } from '../../src/controller/status.ts'
import { createClusterIndex } from '../../src/core/domain/cluster-index.ts'
import { planService } from '../../src/core/plan/plan-service.ts'
import { servicePlanInput } from '../../src/core/plan/service-inputs.ts'
import { withSickness } from '../../src/core/plan/sick.ts'
import type { ServicePlan } from '../../src/core/plan/service-plan.ts'
import { summarizeService } from '../../src/operations/status.ts'
import { commitTo } from './build-world.ts'
import { catalogFiles, type CatalogSize } from './catalog-files.ts'
import { answerParent, collectGarbage } from './parts.ts'
import { standingFleet } from './standing-fleet.ts'

export interface Published {
  /** The first publication of a controller, then one after ten services moved, and the same again. */
  readonly firstMs: number
  readonly laterMs: readonly number[]
}

/** Services that move between two publications. */
const moving = 10
const laterPublications = 5

/**
 * A child of `questions.ts`: `publish-status.ts <catalog> <fleet> <folder> <size as JSON>`. Makes a catalog, and
 * publishes the status of a fleet that delivers it, by the controller's own publisher. The millions of files of the
 * fleet's main branch are left out: no question that is measured reads them.
 */
const [catalogPath = '', fleetPath = '', folder = '', sizeText = ''] = process.argv.slice(2)
const size = JSON.parse(sizeText) as CatalogSize
const catalogRepository = await initRepository(catalogPath, { branch: 'main' })
const commit = await commitTo(catalogRepository, [...catalogFiles(size), holdFile()], 'Begin the catalog')
const fleetRepository = await initRepository(fleetPath, { branch: 'main' })
await commitTo(fleetRepository, [['README.md', 'The files of main are left out here.\n']], 'Begin the fleet')

const source = createCatalogSource({
  repository: catalogRepository,
  branch: 'main',
  defaultTemplates: await readDefaultTemplates(),
})
const index = createClusterIndex()
const catalog = await readCatalogState(source, commit, index)
if (catalog.findings.some(({ severity }) => severity === 'error')) throw new Error('the catalog has errors')
const now = Math.floor(Date.now() / 1000)
const { fleet, observations } = standingFleet(catalog.targets, now)
const step = withSickness(catalog.targets, fleet, observations)
const plans = new Map<string, ServicePlan>()
for (const name of catalog.targets.catalog.services.keys()) planAgain(name)

const clone = await openClone({ path: folder, url: fleetPath })
const publisher = createStatusPublisher(createFleet({ clone, clusters: index }), 'bench', summarizeService)
const subject: Omit<StatusSubject, 'now'> = {
  catalog,
  fleet,
  observations,
  plans,
  emptyings: [],
  notices: [],
}
const firstMs = await timed(() => publisher.publish({ ...subject, now: now - 3600 }))
await collectGarbage()
const laterMs: number[] = []
for (let publication = 1; publication <= laterPublications; publication++) {
  for (const name of [...plans.keys()].slice(publication * moving, (publication + 1) * moving))
    planAgain(name)
  const at = now - 60 * (laterPublications - publication)
  laterMs.push(await timed(() => publisher.publish({ ...subject, now: at })))
}
await Promise.all([clone, catalogRepository, fleetRepository].map((each) => each.close()))
const published: Published = { firstMs, laterMs }
answerParent(published)

function planAgain(name: string): void {
  const input = servicePlanInput(catalog.targets, name, fleet, step, catalog.freezes)
  if (input) plans.set(name, planService(input, now))
}

function holdFile(): readonly [string, string] {
  const text = `apiVersion: halyard.dev/v1
kind: Hold
metadata:
  name: hold-service-010
spec:
  service: service-010
  reason: its database is being moved
`
  return ['directives/hold-service-010.yaml', text]
}

async function timed(act: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await act()
  return performance.now() - start
}
