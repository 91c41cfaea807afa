const attempts = 5

/** Other writers moved the refs at each of several tries. The same call may succeed later. */
export class ForgeContentionError extends Error {
  readonly retryable = true

  constructor(what: string) {
    super(`could not ${what}: other writers were faster ${attempts} times in a row`)
    this.name = 'ForgeContentionError'
  }
}

/** Tries again from fresh reads while a ref transaction finds its expectations stale. */
export async function untilSettled<Outcome>(
  what: string,
  attempt: () => Promise<Outcome | 'stale'>,
): Promise<Outcome> {
  for (let count = 0; count < attempts; count++) {
    const outcome = await attempt()
    if (outcome !== 'stale') return outcome
  }
  throw new ForgeContentionError(what)
}
