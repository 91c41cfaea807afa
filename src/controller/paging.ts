import type { Notification, Notifier } from '../adapters/notify/port.ts'
import type { Event, Store } from '../adapters/store/port.ts'

export interface PagingDeps {
  readonly store: Store
  readonly notifier: Notifier
  readonly emit: (event: Omit<Event, 'at'>) => void
}

/** The lines in the history of events. */
export interface PageWords {
  readonly paged: string
  readonly missed: string
}

/**
 * Pages once under the notification's key, and records it. A pager out of reach stops nothing: false, so that it is
 * tried again. A crash between page and record pages again, under the same key.
 */
export async function page(
  { store, notifier, emit }: PagingDeps,
  notification: Notification,
  about: Pick<Event, 'service' | 'group' | 'cluster' | 'pullRequest'>,
  { paged, missed }: PageWords,
): Promise<boolean> {
  const { key } = notification
  if (store.knows(`page/${key}`)) return true
  try {
    await notifier.notify(notification)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    emit({ ...about, kind: 'pageFailed', text: `${missed}, trying again: ${why}`, key: `pageFailed/${key}` })
    return false
  }
  emit({ ...about, kind: 'paged', text: paged, key: `page/${key}` })
  return true
}
