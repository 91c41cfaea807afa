import { validRange } from 'semver'
import type { Finding } from '../../core/domain/finding.ts'
import type { ServiceVersionDocument } from './documents/service-version.ts'
import { kustomizeProblems } from './kustomize-problems.ts'

type VersionSpec = ServiceVersionDocument['spec']
type Problem = Pick<Finding, 'field' | 'message' | 'remedy'>

/** What a schema can not say of a version: ranges are ranges, and nothing is said twice. */
export function versionProblems(spec: VersionSpec): readonly Problem[] {
  return [...requirementProblems(spec), ...targetProblems(spec), ...kustomizeProblems(spec)]
}

function requirementProblems({ service: own, requires = [] }: VersionSpec): readonly Problem[] {
  return requires.flatMap(({ service, version }, index): Problem[] => {
    const field = ['spec', 'requires', index]
    if (service === own)
      return [
        {
          field: [...field, 'service'],
          message: `${own} can not require itself`,
          remedy: 'remove the requirement',
        },
      ]
    if (requires.findIndex((other) => other.service === service) < index)
      return [
        {
          field: [...field, 'service'],
          message: `${service} is required twice`,
          remedy: 'write one range, such as >=1.5 <3',
        },
      ]
    if (validRange(version) !== null) return []
    const message = `${JSON.stringify(version)} is no version range`
    return [{ field: [...field, 'version'], message, remedy: 'write a range such as >=1.5 or ^2.0.0' }]
  })
}

/** Two secrets for one Helm value: the later one would hide or break the other. */
function targetProblems({ secrets = [] }: VersionSpec): readonly Problem[] {
  return secrets.flatMap(({ target }, index): Problem[] => {
    if (target === undefined) return []
    const other = secrets
      .slice(0, index)
      .find((earlier) => earlier.target !== undefined && overlap(earlier.target, target))
    if (other === undefined) return []
    const field = ['spec', 'secrets', index, 'target']
    const message = `another secret sets ${other.target} already`
    return [{ field, message, remedy: 'give each value one secret' }]
  })
}

/** Whether one of two dotted paths is, or contains, the other. */
function overlap(a: string, b: string): boolean {
  return `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`)
}
