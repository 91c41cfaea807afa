/** Files looked at, and texts held, at a time. */
const batch = 500

export function* batches<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += batch) yield items.slice(start, start + batch)
}
