import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import type { Seconds } from '../domain/time.ts'
import { formatSeconds } from './deadlines.ts'

/** A controller that starts knows when files changed for so long back: `exactFor` of adapters/fleet/sync.ts. */
const longest: Seconds = 24 * 3600

/** A budget that looked back further would count less after every restart. */
export function checkChangeBudgets({ settings: { changeBudgets, file } }: Catalog): readonly Finding[] {
  return changeBudgets.flatMap(({ within }, index): readonly Finding[] => {
    if (within <= longest) return []
    return [
      {
        severity: 'error',
        scope: { kind: 'catalog' },
        file,
        field: ['spec', 'changeBudgets', index, 'within'],
        message: `${formatSeconds(within)} is longer than 24h, the time for which changes are known`,
        remedy: 'write 24h or less',
      },
    ]
  })
}
