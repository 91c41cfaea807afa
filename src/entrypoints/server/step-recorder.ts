import type { Seconds } from '../../core/domain/time.ts'

/** Upper bounds of the histogram's buckets, in seconds: an idle step is milliseconds, a full write is seconds. */
export const stepBounds = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60] as const

export interface StepFigures {
  /** By outcome: `acted`, `idle`, `standby`, `empty`, `failed`. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Steps that took at most `stepBounds[i]`. */
  readonly buckets: readonly number[]
  readonly sum: Seconds
  readonly count: number
}

/** Counts the controller's steps since the process began. */
export function createStepRecorder() {
  const outcomes = new Map<string, number>()
  const buckets = stepBounds.map(() => 0)
  let [sum, count] = [0, 0]
  return {
    record(outcome: string, seconds: Seconds): void {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      for (const [at, bound] of stepBounds.entries())
        if (seconds <= bound) buckets[at] = (buckets[at] ?? 0) + 1
      sum += seconds
      count++
    },
    read: (): StepFigures => ({ outcomes: new Map(outcomes), buckets: [...buckets], sum, count }),
  }
}
