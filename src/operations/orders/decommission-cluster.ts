import { type Static, Type } from 'typebox'
import { countServices, requireCluster, requireGroup, servicesOn } from '../authoring/clusters.ts'
import { setField } from '../authoring/edit-yaml.ts'
import { requireName } from '../authoring/names.ts'
import { KnownError } from '../known-error.ts'
import { object } from '../shapes.ts'
import { defineOrder } from './order.ts'

const input = object({ cluster: Type.String(), reason: Type.Optional(Type.String()) })

export const decommissionCluster = defineOrder({
  name: 'decommission-cluster',
  summary: 'Empties a cluster, service by service',
  input,
  async prepare(workspace, given: Static<typeof input>) {
    const { cluster: name, reason } = given
    requireName('cluster', name)
    const { snapshot } = await workspace.catalog()
    const cluster = requireCluster(snapshot.catalog, name)
    const replaces = snapshot.textOf(cluster.file)
    if (replaces === undefined) throw new Error(`a cluster without a file: ${cluster.file}`)
    if (cluster.decommission)
      throw new KnownError(
        `${name} is being emptied already`,
        `halctl cluster remove ${name} once it is empty`,
      )
    const services = servicesOn(snapshot.catalog, name)
    return {
      input: given,
      summary: [
        `${name} is emptied: ${countServices(services)} ${services.length === 1 ? 'leaves' : 'leave'} it, dependents first`,
        'nothing new goes there; what runs there leaves once a person has approved it',
        `once it is empty: halctl cluster remove ${name}`,
      ],
      affects: [{ service: null, group: requireGroup(snapshot.catalog, cluster), clusters: 1, failing: 0 }],
      changes: [{ path: cluster.file, text: setField(replaces, ['spec', 'decommission'], true), replaces }],
      message: `Decommission cluster ${name}\n\n${reason ?? 'It is emptied, then removed.'}\n`,
      acknowledgement: undefined,
    }
  },
})
