import { type Static, Type } from 'typebox'
import type { FleetState } from '../adapters/fleet/port.ts'
import { classifyChanges, type PlacementChange } from '../core/render/diff-classes.ts'
import { servicePath } from '../core/render/paths.ts'
import { unknownName } from './nearest-name.ts'
import { defineOperation } from './operation.ts'
import { createRenderableCatalog, type RenderableCatalog, requireOne } from './render-catalog.ts'
import { count, nullable, object } from './shapes.ts'
import type { FleetView, Workspace } from './workspace.ts'

const serviceDiffShape = object({
  service: Type.String(),
  version: nullable(Type.String({ description: 'what is rendered' })),
  changed: count,
  unchanged: count,
  classes: Type.Array(
    object({
      clusters: Type.Array(Type.String()),
      diff: Type.String({ description: 'unified diff; `<cluster>` stands for the name in its paths' }),
    }),
  ),
  errors: Type.Array(object({ cluster: Type.String(), message: Type.String() })),
})
type ServiceDiff = Static<typeof serviceDiffShape>

export const diff = defineOperation({
  name: 'diff',
  summary: 'What the newest versions of the catalog would change on the clusters',
  input: object({
    service: Type.Optional(Type.String()),
    group: Type.Optional(Type.String()),
    cluster: Type.Optional(Type.String()),
    from: Type.Optional(
      Type.String({ description: 'a catalog commit; default: what the fleet repository has' }),
    ),
    to: Type.Optional(Type.String({ description: 'a catalog commit; default: the catalog as it is' })),
  }),
  output: object({
    from: Type.String(),
    to: Type.String(),
    services: Type.Array(serviceDiffShape, { description: 'those in which something changes or fails' }),
    unchanged: count,
  }),
  async handler(workspace, { service, group, cluster, from, to }) {
    const after = createRenderableCatalog(await catalogAt(workspace, to))
    const before = from === undefined ? await filesOfFleet(workspace) : await filesOfCatalog(workspace, from)
    const wanted = createScope(after, before, group, cluster)
    const names = servicesToCompare(after, before, service)
    const services: ServiceDiff[] = []
    for (const name of names) services.push(await diffService(name, before, after, wanted))
    const shown = services.filter((each) => each.changed > 0 || each.errors.length > 0)
    return {
      from: before.label,
      to: `catalog ${after.catalog.commit}`,
      services: shown,
      unchanged: services.length - shown.length,
    }
  },
})

/** One side of a comparison. */
interface Files {
  readonly label: string
  readonly services: readonly string[]
  readonly clusters: readonly string[]
  /** Texts of a service's files by cluster. */
  read(service: string): Promise<ReadonlyMap<string, string>>
}

async function filesOfFleet(workspace: Workspace): Promise<Files> {
  const fleet = await workspace.fleet()
  const { state } = fleet
  return {
    label: `fleet ${state.head ?? '(empty)'}`,
    services: state.services,
    clusters: state.clusters.names,
    read: (service) => readFleetFiles(fleet, state, service),
  }
}

async function readFleetFiles(
  fleet: FleetView,
  state: FleetState,
  service: string,
): Promise<ReadonlyMap<string, string>> {
  const { files, file } = state.desired(service)
  const used = [...new Set(file)].filter((index) => index !== 0)
  const texts = await fleet.readBlobs(used.map((index) => files[index]?.blob ?? ''))
  const byFile = new Map(used.map((index, at) => [index, texts[at] ?? '']))
  return new Map(
    state.clusters.names.flatMap((name, cluster): [string, string][] => {
      const text = byFile.get(file[cluster] ?? 0)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

async function filesOfCatalog(workspace: Workspace, revision: string): Promise<Files> {
  const renderable = createRenderableCatalog(await catalogAt(workspace, revision))
  return {
    label: `catalog ${renderable.catalog.commit}`,
    services: [...renderable.catalog.services.keys()],
    clusters: renderable.catalog.clusters.map(({ name }) => name),
    read: async (service) => renderAll(service, renderable).files,
  }
}

async function catalogAt(workspace: Workspace, revision: string | undefined) {
  const view = await workspace.catalog()
  return revision === undefined ? view.snapshot.catalog : (await view.readAt(revision)).catalog
}

function renderAll(service: string, renderable: RenderableCatalog) {
  const files = new Map<string, string>()
  const errors: { cluster: string; message: string }[] = []
  if (!renderable.catalog.services.has(service)) return { files, errors, version: undefined }
  const release = renderable.release(service, undefined)
  for (const destination of release ? renderable.destinations(service) : []) {
    const rendering = release?.render(destination)
    const cluster = destination.cluster.name
    if (rendering?.kind === 'file') files.set(cluster, rendering.text)
    else if (rendering) errors.push({ cluster, message: rendering.message })
  }
  return { files, errors, version: release?.version }
}

async function diffService(
  service: string,
  before: Files,
  after: RenderableCatalog,
  wanted: (cluster: string) => boolean,
): Promise<ServiceDiff> {
  const old = await before.read(service)
  const rendered = renderAll(service, after)
  const failed = new Set(rendered.errors.map(({ cluster }) => cluster))
  const clusters = [...new Set([...old.keys(), ...rendered.files.keys()])].filter(
    (cluster) => wanted(cluster) && !failed.has(cluster),
  )
  const namespace = after.catalog.services.get(service)?.namespace ?? ''
  const changes = clusters
    .map((cluster): PlacementChange => ({
      cluster,
      path: servicePath(cluster, namespace, service),
      before: old.get(cluster),
      after: rendered.files.get(cluster),
    }))
    .filter((change) => change.before !== change.after)
  return {
    service,
    version: rendered.version ?? null,
    changed: changes.length,
    unchanged: clusters.length - changes.length,
    classes: classifyChanges(changes).map(({ clusters, diff }) => ({ clusters: [...clusters], diff })),
    errors: rendered.errors.filter(({ cluster }) => wanted(cluster)),
  }
}

function servicesToCompare(
  after: RenderableCatalog,
  before: Files,
  service: string | undefined,
): readonly string[] {
  const known = [...new Set([...after.catalog.services.keys(), ...before.services])].toSorted()
  if (service === undefined) return known
  if (!known.includes(service)) throw unknownName('service', service, known)
  return [service]
}

function createScope(
  { catalog, targets }: RenderableCatalog,
  before: Files,
  group: string | undefined,
  cluster: string | undefined,
): (cluster: string) => boolean {
  if (group !== undefined && !catalog.groups.some(({ name }) => name === group)) {
    throw unknownName(
      'deployment group',
      group,
      catalog.groups.map(({ name }) => name),
    )
  }
  requireOne(cluster, group)
  const clusters = new Set([...catalog.clusters.map(({ name }) => name), ...before.clusters])
  if (cluster !== undefined && !clusters.has(cluster)) throw unknownName('cluster', cluster, clusters)
  return (name) => {
    if (cluster !== undefined) return name === cluster
    const ordinal = targets.index.ordinalOf(name)
    return group === undefined || (ordinal !== undefined && targets.groupOf(ordinal)?.name === group)
  }
}
