/** A length of time in whole seconds. */
export type Seconds = number

/** A point in time in whole seconds since 1970-01-01 UTC. Fits a Uint32 column until 2106. */
export type Instant = number
