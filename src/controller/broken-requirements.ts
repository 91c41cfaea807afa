import type { Rollout } from '../core/domain/rollout.ts'
import type { Service } from '../core/domain/service.ts'
import type { Page } from './verdicts.ts'

/**
 * Placements that the way back of another service broke, and that had to stay: one page for each cause, as the ledger
 * tells it, with all clusters that it names.
 */
export function brokenPages({ name, owner }: Service, { group, returns = [] }: Rollout): readonly Page[] {
  const broken = returns.filter(({ outcome }) => outcome === 'broken')
  const causes = Map.groupBy(broken, ({ release, reason }) => `${release}/${reason}`)
  return [...causes].map(([cause, entries]) => {
    const [first] = entries
    const version = first?.release.split('@')[0] ?? ''
    const reason = first?.reason ?? ''
    const clusters = [...new Set(entries.flatMap((entry) => entry.clusters))].toSorted()
    const key = `broken/${name}/${group}/${cause}`
    return {
      at: Math.max(...entries.map(({ at }) => at)),
      version,
      reason,
      kind: 'requirementBroken',
      told: `broken in ${group}: ${reason} (${clusters.join(', ')})`,
      notification: {
        service: name,
        owner,
        group,
        severity: 'page',
        title: `${name} ${version} broken in ${group}`,
        text: [reason, ...clusters].join('\n'),
        key,
      },
    }
  })
}
