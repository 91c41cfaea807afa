import type { ClusterSelector } from '../../core/domain/cluster.ts'
import type { Seconds } from '../../core/domain/time.ts'
import type { SelectorDocument } from './documents/fields.ts'

/** A selector with all of its parts; absent ones are empty. */
export function mapSelector(selector: SelectorDocument): ClusterSelector {
  return {
    all: selector.all ?? false,
    matchLabels: selector.matchLabels ?? {},
    matchExpressions: (selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
      key,
      operator,
      values: values ?? [],
    })),
    names: selector.names ?? [],
  }
}

/** `1h30m` in seconds. */
export function parseDuration(duration: string): Seconds {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 }
  const parts = duration.matchAll(/([0-9]+)([hms])/g)
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0)
}
