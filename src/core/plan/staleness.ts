/** How a placement on the release stands to what the release renders for it today; `refused`: that was rejected. */
export const Staleness = { none: 0, stale: 1, refused: 2 } as const
