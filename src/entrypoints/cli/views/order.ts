import type { CommittedOrder, OrderDraft } from '../../../operations/orders/commit-order.ts'
import { cleanText } from '../clean.ts'
import type { Page } from '../session.ts'

/** What an order will do, before it does it. `author` undefined: it will not. */
export function viewDraft(
  { prepared: { summary, changes } }: OrderDraft,
  author: { readonly email: string } | undefined,
  page: Page,
): string {
  const files = changes.map(({ path, ...change }) => {
    if (author === undefined) return `would ${'text' in change ? 'write' : 'remove'} ${path}`
    return `${'text' in change ? 'writes' : 'removes'} ${path} as ${author.email}`
  })
  return viewSummary([...summary, ...files], page)
}

/** Sentences, a line each. */
export function viewSummary([first = '', ...more]: readonly string[], { style }: Page): string {
  const lines = more.map((line) => `${oneLine(line)}\n`)
  return `${style.strong(oneLine(first))}\n${lines.join('')}`
}

/** The files that would be written. */
export function viewFiles({ prepared: { changes } }: OrderDraft, { style }: Page): string {
  return changes
    .flatMap((change) =>
      'text' in change ? [`\n${style.quiet(`# ${change.path}`)}\n${cleanText(change.text)}`] : [],
    )
    .join('')
}

export function viewCommitted({ outcome: { commit, place, pushed } }: CommittedOrder): string {
  const hint = pushed ? '' : 'it takes effect once it is on main of the catalog: git push\n'
  return cleanText(`committed ${commit.slice(0, 8)} to ${place}\n${hint}`)
}

function oneLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, ' ')
}
