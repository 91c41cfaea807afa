import { fork } from 'node:child_process'

/**
 * Runs `bench/controller/<part>.ts` in a process of its own: starting git costs what the memory of the process costs
 * that starts it, so nothing is measured in one that has built the repositories.
 */
export async function runPart<Answer>(part: string, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const script = new URL(`${part}.ts`, import.meta.url)
    const child = fork(script, args, { execArgv: ['--expose-gc'] })
    let answer: Answer | undefined
    child.once('message', (message) => void (answer = message as Answer))
    child.once('close', (code) => {
      if (answer === undefined) reject(new Error(`${part} ended with ${code}`))
      else resolve(answer)
    })
  })
}

/** The child's last word. A handle that was left open must not keep it alive. */
export function answerParent(answer: unknown): void {
  process.send?.(answer, () => process.exit())
}

/** Gives back what the start left behind, as V8 does by itself in a process that has been idle for a while. */
export async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' })
  }
}
