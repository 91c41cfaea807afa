import { cleanText } from '../clean.ts'
import type { CreatedRepository } from '../deps.ts'

/** What was made, folder by folder, and what comes next. */
export function viewCreated({ commit }: CreatedRepository, files: readonly string[], folder: string): string {
  const places = new Map<string, number>()
  for (const file of files) {
    const place = file.includes('/') ? `${file.split('/')[0]}/` : file
    places.set(place, (places.get(place) ?? 0) + 1)
  }
  const lines = [...places]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([place, count]) => {
      return place.endsWith('/') && count > 1 ? `  ${place}  ${count} files\n` : `  ${place}\n`
    })
  const where = commit === null ? '' : ` with its first commit ${commit.slice(0, 8)}`
  return cleanText(`made ${folder}${where}\n${lines.join('')}look at README.md: it says what to do first\n`)
}
