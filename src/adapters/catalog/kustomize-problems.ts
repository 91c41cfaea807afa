import type { Finding } from '../../core/domain/finding.ts'
import { folderPath } from '../../core/render/folder-path.ts'
import { variableNamePattern, whyNoVariable } from '../../core/render/substitutions.ts'
import type { ServiceVersionDocument } from './documents/service-version.ts'

type VersionSpec = ServiceVersionDocument['spec']
type Problem = Pick<Finding, 'field' | 'message' | 'remedy'>

/** What a schema can not say of a version with a kustomize payload: Flux's rules of variables, paths and health checks. */
export function kustomizeProblems(spec: VersionSpec): readonly Problem[] {
  const { kustomize, values = {} } = spec
  if (kustomize === undefined) return []
  return [
    ...pathProblems(kustomize.path),
    ...waitProblems(kustomize),
    ...Object.entries(values).flatMap(([name, value]) => variableProblems(name, value)),
    ...secretProblems(spec),
  ]
}

/** With expressions a path is known only on a cluster: rendering judges it there. */
function pathProblems(path: string | undefined): readonly Problem[] {
  if (path === undefined || path.includes('${') || folderPath(path) !== undefined) return []
  const message = `${JSON.stringify(path)} is no folder below the root of the source`
  const remedy = 'write a relative path without .. such as deploy/overlays/prod'
  return [{ field: ['spec', 'kustomize', 'path'], message, remedy }]
}

/** kustomize-controller ignores the list when it waits for everything (docs/spec/v1, Health checks). */
function waitProblems({ wait, healthChecks }: NonNullable<VersionSpec['kustomize']>): readonly Problem[] {
  if (wait !== true || healthChecks === undefined) return []
  const message = 'Flux ignores healthChecks where wait is true'
  return [{ field: ['spec', 'kustomize', 'wait'], message, remedy: 'remove wait, or the healthChecks' }]
}

function variableProblems(name: string, value: unknown): readonly Problem[] {
  const field = ['spec', 'values', name]
  if (!variableNamePattern.test(name)) return [{ field, ...badName(name) }]
  const why = whyNoVariable(value)
  return why === undefined ? [] : [{ field, ...why }]
}

function secretProblems({ secrets = [] }: VersionSpec): readonly Problem[] {
  return secrets.flatMap(({ target }, index): readonly Problem[] => {
    const field = ['spec', 'secrets', index]
    if (target === undefined) {
      const message = 'a kustomize payload has no Helm values that a YAML fragment could be merged into'
      return [{ field, message, remedy: 'name in target the variable that the secret becomes' }]
    }
    return variableNamePattern.test(target) ? [] : [{ field: [...field, 'target'], ...badName(target) }]
  })
}

function badName(name: string): Pick<Problem, 'message' | 'remedy'> {
  return {
    message: `${JSON.stringify(name)} is no name of a variable`,
    remedy: 'use letters, digits and _ only, and no digit first, as the build reads it in ${…}',
  }
}
