import { Type } from 'typebox'
import { KnownError } from './known-error.ts'
import { unknownName } from './nearest-name.ts'
import { defineOperation } from './operation.ts'
import { count, object } from './shapes.ts'
import { verifyFiles } from './verify/files.ts'
import { createFindings } from './verify/findings.ts'
import { readOrigins } from './verify/origins.ts'
import { parseRenderedPath } from './verify/rendered-path.ts'
import { verifyRollouts } from './verify/rollouts.ts'
import { verifyFindingShape } from './verify/shape.ts'
import type { Workspace } from './workspace.ts'

/** No row of the table of operations: it goes through all of the fleet's history, which nobody may ask a server for. */
export const verify = defineOperation({
  name: 'verify',
  summary: 'Whether every file of the fleet is what its catalog commit renders',
  input: object({
    cluster: Type.Optional(Type.String()),
    service: Type.Optional(Type.String()),
    fleetCommit: Type.Optional(Type.String({ description: 'a commit, branch or tag; default: main' })),
  }),
  output: object({
    fleetCommit: Type.String(),
    files: count,
    equal: count,
    rollouts: count,
    renderings: Type.Integer({ minimum: 0, description: 'distinct texts that were rendered' }),
    fleetCommits: Type.Integer({ minimum: 0, description: 'distinct commits that brought the files' }),
    catalogCommits: Type.Integer({ minimum: 0, description: 'distinct commits that render them' }),
    findings: Type.Array(verifyFindingShape, { description: 'one for each distinct message and diff' }),
  }),
  async handler(workspace, { cluster, service, fleetCommit }) {
    const fleet = await workspace.fleetRepository()
    const head = fleetCommit === undefined ? fleet.head : await fleet.resolve(fleetCommit)
    if (head === undefined)
      throw new KnownError('the fleet repository is empty', 'there is nothing to verify before a first wave')
    const prefix = cluster === undefined ? 'clusters' : `clusters/${cluster}`
    const files = await readOrigins(fleet, head, prefix, wantedBy(service))
    if (files.length === 0) await checkNames(workspace, cluster, service)
    const findings = createFindings()
    const { readAt } = await workspace.catalog()
    const verified = await verifyFiles({ fleet, readAt, findings }, files)
    const rollouts = cluster === undefined ? await verifyRollouts(fleet, head, service, findings) : 0
    return {
      fleetCommit: head,
      files: files.length,
      rollouts,
      ...verified,
      fleetCommits: new Set(files.map(({ commit }) => commit)).size,
      findings: findings.list(),
    }
  },
})

function wantedBy(service: string | undefined): (path: string) => boolean {
  return (path) => {
    // Keeps the folder of a fleet that has no cluster yet.
    if (path === 'clusters/.gitkeep') return false
    if (service === undefined) return true
    const parsed = parseRenderedPath(path)
    return parsed?.kind === 'service' && parsed.service === service
  }
}

/** Nothing was found: a name may be misspelt. */
async function checkNames(
  workspace: Workspace,
  cluster: string | undefined,
  service: string | undefined,
): Promise<void> {
  const { clusters, services } = (await workspace.catalog()).snapshot.catalog
  const names = clusters.map(({ name }) => name)
  if (cluster !== undefined && !names.includes(cluster)) throw unknownName('cluster', cluster, names)
  if (service !== undefined && !services.has(service)) throw unknownName('service', service, services.keys())
}
