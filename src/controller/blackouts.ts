import type { Notification } from '../adapters/notify/port.ts'
import { formatDuration } from '../core/domain/time.ts'
import type { Blackout } from '../core/plan/blackout.ts'
import { clustersOf } from '../core/plan/gates.ts'
import { page, type PagingDeps } from './paging.ts'

/** Pages once for each blackout, under one key however often it is tried, and tells of its end. */
export async function announceBlackouts(deps: PagingDeps, blackouts: readonly Blackout[]): Promise<void> {
  const last = blackouts.at(-1)
  if (!last) return
  const key = `blackout/${last.from}`
  const about = { service: undefined, group: undefined, cluster: undefined, pullRequest: undefined }
  if (last.until !== undefined) {
    const text = `reports are back after ${formatDuration(last.until - last.from)}: clocks go on`
    if (deps.store.knows(key)) deps.emit({ ...about, kind: 'blackoutEnded', text, key: `${key}/ended` })
    return
  }
  const text = `${clustersOf(last.clusters)} fell silent at once: all forward gates are shut, all clocks stand still`
  deps.emit({ ...about, kind: 'blackout', text, key })
  const words = { paged: `paged ${owner}: ${text}`, missed: 'nobody could be paged' }
  await page(deps, pageOf(last, text, key), about, words)
}

/** Nobody owns all clusters that fell silent. */
const owner = 'platform'

function pageOf({ clusters }: Blackout, text: string, key: string): Notification {
  return {
    service: '',
    owner,
    group: '',
    severity: 'page',
    title: `${clustersOf(clusters)} fell silent at once`,
    text: `${text}. Ordered rollbacks still go. To go on without these clusters, cordon them or remove them from the catalog.`,
    key,
  }
}
