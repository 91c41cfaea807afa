/** Lets readers wait until there is something new. */
export interface Wakeup {
  wake(): void
  /** Resolves at the next `wake`, at once where one came since `taken`, or when the signal is aborted. */
  wait(signal: AbortSignal): Promise<void>
  /** What is new was looked at. */
  taken(): void
}

export function createWakeup(): Wakeup {
  const waiting = new Set<() => void>()
  let isNew = false
  return {
    wake() {
      isNew = true
      for (const resolve of waiting) resolve()
    },
    taken: () => void (isNew = false),
    async wait(signal) {
      if (isNew || signal.aborted) return
      await new Promise<void>((resolve) => {
        const done = (): void => {
          waiting.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        waiting.add(done)
        signal.addEventListener('abort', done, { once: true })
      })
    },
  }
}
