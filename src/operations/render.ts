import { Type } from 'typebox'
import { KnownError } from './known-error.ts'
import { defineOperation } from './operation.ts'
import {
  createRenderableCatalog,
  type Destination,
  type RenderableCatalog,
  requireOne,
} from './render-catalog.ts'
import { unknownName } from './nearest-name.ts'
import { object } from './shapes.ts'

export const render = defineOperation({
  name: 'render',
  summary: 'The Flux objects of a service, as they would be written for its clusters',
  input: object({
    service: Type.String(),
    cluster: Type.Optional(Type.String()),
    group: Type.Optional(Type.String()),
    version: Type.Optional(Type.String({ description: 'default: the newest' })),
  }),
  output: object({
    service: Type.String(),
    version: Type.String(),
    catalogCommit: Type.String(),
    files: Type.Array(
      object({ path: Type.String(), cluster: Type.String(), group: Type.String(), text: Type.String() }),
    ),
    errors: Type.Array(object({ cluster: Type.String(), message: Type.String() })),
  }),
  async handler(workspace, { service, cluster, group, version }) {
    const { snapshot, commit } = await workspace.catalog()
    const renderable = createRenderableCatalog(snapshot.catalog)
    const release = renderable.release(service, version)
    if (!release) {
      throw new KnownError(`${service} has no version`, `add one in services/${service}/versions/`)
    }
    const results = chooseDestinations(renderable, service, cluster, group).map((destination) => ({
      cluster: destination.cluster.name,
      group: destination.group.name,
      rendering: release.render(destination),
    }))
    return {
      service,
      version: release.version,
      catalogCommit: commit,
      files: results.flatMap(({ cluster, group, rendering }) =>
        rendering.kind === 'file' ? [{ path: rendering.path, cluster, group, text: rendering.text }] : [],
      ),
      errors: results.flatMap(({ cluster, rendering }) =>
        rendering.kind === 'error' ? [{ cluster, message: rendering.message }] : [],
      ),
    }
  },
})

/** A named cluster also when the service does not target it yet: people ask what it would get. */
function chooseDestinations(
  renderable: RenderableCatalog,
  service: string,
  cluster: string | undefined,
  group: string | undefined,
): readonly Destination[] {
  requireOne(cluster, group)
  if (cluster !== undefined) return [renderable.destination(cluster)]
  const all = renderable.destinations(service)
  if (group === undefined) return all
  const names = renderable.catalog.groups.map(({ name }) => name)
  if (!names.includes(group)) throw unknownName('deployment group', group, names)
  return all.filter((destination) => destination.group.name === group)
}
