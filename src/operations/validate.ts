import { Type } from 'typebox'
import { defineOperation } from './operation.ts'
import { toFinding } from './answer-values.ts'
import { count, findingShape, object } from './shapes.ts'

export const validate = defineOperation({
  name: 'validate',
  summary: 'Everything wrong in the catalog, with its place and its remedy',
  input: object({}),
  output: object({
    commit: Type.String(),
    services: count,
    versions: count,
    clusters: count,
    groups: count,
    errors: count,
    warnings: count,
    findings: Type.Array(findingShape),
  }),
  async handler(workspace) {
    const { commit, snapshot, findings } = await workspace.catalog()
    const { services, versions, clusters, groups } = snapshot.catalog
    const errors = findings.filter(({ severity }) => severity === 'error').length
    return {
      commit,
      services: services.size,
      versions: [...versions.values()].reduce((sum, list) => sum + list.length, 0),
      clusters: clusters.length,
      groups: groups.length,
      errors,
      warnings: findings.length - errors,
      findings: findings.map(toFinding),
    }
  },
})
