/** A part of a number of clusters: a percentage of it, or a plain count. */
export type Share =
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'count'; readonly count: number }

/** How many clusters a share of `total` is. Percentages round down, as budgets must never exceed what was written. */
export function shareOf(share: Share, total: number): number {
  return share.kind === 'count' ? share.count : Math.floor((share.percent * total) / 100)
}
