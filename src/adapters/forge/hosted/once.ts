/** Asks once, and again only after a failure. */
export function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | undefined
  return async () => {
    asked ??= ask()
    try {
      return await asked
    } catch (error) {
      asked = undefined
      throw error
    }
  }
}
