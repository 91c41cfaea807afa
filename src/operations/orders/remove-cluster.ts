import { type Static, Type } from 'typebox'
import { countServices, requireCluster, servicesInFleet } from '../authoring/clusters.ts'
import { requireName } from '../authoring/names.ts'
import { KnownError } from '../known-error.ts'
import { object } from '../shapes.ts'
import type { Workspace } from '../workspace.ts'
import { defineOrder } from './order.ts'

const input = object({
  cluster: Type.String(),
  leaveRunning: Type.Optional(
    Type.Boolean({ description: 'also while services run there, which nobody manages afterwards' }),
  ),
  reason: Type.Optional(Type.String()),
})

export const removeCluster = defineOrder({
  name: 'remove-cluster',
  summary: 'Stops managing a cluster',
  input,
  async prepare(workspace, given: Static<typeof input>) {
    const { cluster: name, leaveRunning = false, reason } = given
    requireName('cluster', name)
    const { catalog } = (await workspace.catalog()).snapshot
    const cluster = requireCluster(catalog, name)
    if (cluster.decommission && !leaveRunning) await requireEmpty(workspace, name)
    const left = await servicesInFleet(workspace, name)
    if (left.length > 0 && !leaveRunning)
      throw new KnownError(
        `${name} still holds ${countServices(left)}`,
        `empty it first: halctl cluster decommission ${name}; or leave them running, unmanaged: --leave-running`,
      )
    return {
      input: given,
      summary: [
        `Halyard stops managing ${name}`,
        left.length > 0
          ? `left behind: ${countServices(left)}; clusters/${name}/ of the fleet repository stays as it is, and Flux goes on applying it`
          : `clusters/${name}/ of the fleet repository holds no service`,
      ],
      affects: [],
      changes: [{ path: cluster.file, remove: true as const }],
      message: `Remove cluster ${name}\n\n${reason ?? (left.length > 0 ? `Leaves ${countServices(left)} running.` : 'It holds no service.')}\n`,
      acknowledgement: undefined,
    }
  },
})

/** Decommissioning is over when the cluster told that all is gone, not when main says so. Throws `KnownError` before. */
async function requireEmpty(workspace: Workspace, name: string): Promise<void> {
  const planning = await workspace.planning()
  const emptying = planning.emptyings().find(({ cluster }) => planning.targets.index.names[cluster] === name)
  if (!emptying || emptying.state === 'empty') return
  const { leaves, waitsFor } = emptying
  const left = leaves.length > 0 ? `${countServices(leaves)} still there` : 'no service is left in the fleet'
  throw new KnownError(
    `${name} is not empty yet: ${[left, ...waitsFor.map(({ reason }) => reason)].join('; ')}`,
    waitsFor[0]?.opensWhen ?? 'wait: halctl status; or leave them running, unmanaged: --leave-running',
  )
}
