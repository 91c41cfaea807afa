import { formatDuration } from '../core/domain/time.ts'
import type { Blackout } from '../core/plan/blackout.ts'
import { clustersOf } from '../core/plan/gates.ts'
import type { VerdictDeps } from './verdicts.ts'

/** Pages once for each blackout, under one key however often it is tried, and tells of its end. */
export async function announceBlackouts(deps: VerdictDeps, blackouts: readonly Blackout[]): Promise<void> {
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
  if (deps.store.knows(`page/${key}`)) return
  try {
    await deps.notifier.notify({
      service: '',
      owner: 'platform',
      group: '',
      severity: 'page',
      title: clustersOf(last.clusters) + ' fell silent at once',
      text: `${text}. Ordered rollbacks still go. To go on without these clusters, cordon them or remove them from the catalog.`,
      key,
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    deps.emit({
      ...about,
      kind: 'pageFailed',
      text: `nobody could be paged, trying again: ${why}`,
      key: `pageFailed/${key}`,
    })
    return
  }
  deps.emit({ ...about, kind: 'paged', text: `paged platform: ${text}`, key: `page/${key}` })
}
