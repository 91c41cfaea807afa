import { parse } from '@marcbachmann/cel-js'
import type { Json, JsonObject } from '../../../core/domain/cluster.ts'
import type { Condition } from '../../../core/domain/report.ts'

/** The fields of a Flux object that `dependsOn` looks at. */
export interface DependencyObject {
  readonly metadata: JsonObject
  readonly spec: JsonObject
  readonly status: JsonObject
}

/**
 * Whether a dependency lets its dependents go on, as Flux judges it: by `readyExpr` (CEL over `self` and `dep`)
 * when there is one, else by Ready True of the current generation.
 */
export function isDependencyReady(
  self: DependencyObject,
  dependency: DependencyObject | undefined,
  readyExpr: string | undefined,
): boolean {
  if (dependency === undefined) return false
  if (readyExpr === undefined) return isReady(dependency)
  try {
    return parse(readyExpr)({ self, dep: dependency }) === true
  } catch {
    // Flux, too, requeues when an expression reads a field that is not there yet.
    return false
  }
}

function isReady(object: DependencyObject): boolean {
  const conditions = object.status['conditions']
  if (!Array.isArray(conditions)) return false
  const ready = conditions.some(
    (condition: JsonObject) => condition['type'] === 'Ready' && condition['status'] === 'True',
  )
  return ready && object.metadata['generation'] === object.status['observedGeneration']
}

/** Conditions as an expression sees them. */
export function conditionsAsJson(conditions: readonly Condition[]): readonly Json[] {
  return conditions.map(({ type, status, reason, message, observedGeneration }) => {
    return { type, status, reason, message, observedGeneration }
  })
}
