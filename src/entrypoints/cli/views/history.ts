import type { Static } from 'typebox'
import type { history } from '../../../operations/history.ts'
import type { Page } from '../session.ts'
import { type Column, formatTable } from '../text-table.ts'
import { formatMoment } from '../times.ts'

type HistoryAnswer = Static<typeof history.output>

const columns: readonly Column[] = [{ title: 'WHEN' }, { title: 'PR', align: 'right' }, { title: 'COMMIT' }]

/** The subjects of the commits tell service, release, group and wave; the other formats have them apart. */
export function viewHistory({ entries }: HistoryAnswer, page: Page): string {
  if (entries.length === 0) return 'nothing was merged yet\n'
  const rows = entries.map((entry) => [
    formatMoment(entry.at, page.now),
    entry.pullRequest === null ? '-' : `#${entry.pullRequest}`,
    page.isWide ? entry.commit : entry.commit.slice(0, 8),
    ...(page.isWide ? [entry.initiator ?? '-'] : []),
    entry.text,
  ])
  return formatTable([...columns, ...(page.isWide ? [{ title: 'BY' }] : []), { title: 'WHAT' }], rows, page)
}
