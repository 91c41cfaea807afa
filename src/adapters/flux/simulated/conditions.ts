import type { Condition } from '../../../core/domain/report.ts'
import type { Instant } from '../../../core/domain/time.ts'

const weights: Readonly<Record<string, number>> = { Stalled: 0, Reconciling: 1, Ready: 2 }

export interface ConditionUpdate {
  readonly type: string
  readonly status: Condition['status']
  readonly reason: string
  readonly message: string
  readonly observedGeneration: number
}

/**
 * Sets a condition as Flux does (fluxcd/pkg runtime/conditions): the transition time moves when status, reason
 * or message change, never for a new generation alone. Returns the same list when nothing changed.
 */
export function setCondition(
  conditions: readonly Condition[],
  update: ConditionUpdate,
  now: Instant,
): readonly Condition[] {
  const existing = findCondition(conditions, update.type)
  const same =
    existing?.status === update.status &&
    existing.reason === update.reason &&
    existing.message === update.message
  if (same && existing.observedGeneration === update.observedGeneration) return conditions
  const condition = { ...update, lastTransitionTime: same ? existing.lastTransitionTime : now }
  return [...conditions.filter((other) => other !== existing), condition].toSorted(byWeight)
}

export function removeConditions(
  conditions: readonly Condition[],
  ...types: readonly string[]
): readonly Condition[] {
  return conditions.some((condition) => types.includes(condition.type))
    ? conditions.filter((condition) => !types.includes(condition.type))
    : conditions
}

export function findCondition(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type)
}

function byWeight(a: Condition, b: Condition): number {
  const difference = (weights[a.type] ?? 3) - (weights[b.type] ?? 3)
  if (difference !== 0) return difference
  return a.type < b.type ? -1 : 1
}
