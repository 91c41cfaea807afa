import { KnownError } from './known-error.ts'

/** The known name that a misspelt one most likely meant; undefined when none is near. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(name, candidate)
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

/** The error for a name that does not exist: `there is no service paymets`, with the nearest one that does. */
export function unknownName(kind: string, name: string, known: Iterable<string>): KnownError {
  const alike = (candidate: string): number =>
    candidate.startsWith(name) ? 0 : candidate.includes(name) ? 1 : 2
  const names = [...known].toSorted((a, b) => alike(a) - alike(b))
  const near = nearestName(name, names)
  const shown = names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '')
  const remedy =
    near !== undefined
      ? `did you mean ${near}?`
      : names.length > 0
        ? `known: ${shown}`
        : `the catalog has no ${kind}`
  return new KnownError(`there is no ${kind} ${JSON.stringify(name)}`, remedy)
}

/** Insertions, deletions and replacements between two texts (Levenshtein), one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
