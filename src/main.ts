import { createLocalWork } from './compose/local-work.ts'
import { explainError, openRepositories } from './compose/repositories.ts'
import type { CliDeps } from './entrypoints/cli/deps.ts'

/** The programs. What one does not need is not even loaded; `compose/` is where adapters are built. */

/** Runs `halctl`. Returns its exit code. */
export async function halctl(argv: readonly string[]): Promise<number> {
  const { runHalctl } = await import('./entrypoints/cli/main.ts')
  const interrupted = new AbortController()
  listenFor(['SIGINT'], interrupted)
  const exitCode = await runHalctl(argv, cliDeps(interrupted.signal))
  // What was interrupted may still hold processes and sockets open.
  if (interrupted.signal.aborted) process.exit(exitCode)
  return exitCode
}

/** Runs `halyard`. Returns its exit code. The first Ctrl-C ends it after the step under way, the second at once. */
export async function halyard(argv: readonly string[]): Promise<number> {
  const { runHalyard } = await import('./entrypoints/halyard/main.ts')
  const stopping = new AbortController()
  listenFor(['SIGINT', 'SIGTERM'], stopping)
  return runHalyard(argv, {
    stdout: process.stdout,
    stderr: process.stderr,
    explainError: explainStart,
    async runDemo(options) {
      const { runDemoCommand } = await import('./compose/demo.ts')
      return runDemoCommand(options, stopping.signal)
    },
    async run(options) {
      const { runController } = await import('./compose/run.ts')
      return runController(options, stopping.signal)
    },
  })
}

/**
 * The first signal asks to stop, the second ends the program. The listeners stay: where they left, execa would take
 * the signal for unheard and end the program at once, in the middle of what it writes.
 */
function listenFor(signals: readonly NodeJS.Signals[], stopping: AbortController): void {
  for (const [number, signal] of signals.entries()) {
    process.on(signal, () => {
      // 128 and the number of the signal, as shells count.
      if (stopping.signal.aborted) process.exit(number === 0 ? 130 : 143)
      stopping.abort()
    })
  }
}

/** What keeps a program from starting is the caller's to mend; anything else is a bug. */
function explainStart(error: unknown): { message: string; remedy: string } | undefined {
  if (!(error instanceof Error)) return undefined
  if ('remedy' in error && typeof error.remedy === 'string')
    return { message: error.message, remedy: error.remedy }
  if (!('syscall' in error)) return undefined
  const remedy =
    error.syscall === 'listen'
      ? 'choose another port; 0 takes a free one'
      : 'check the path and your access to it'
  return { message: error.message, remedy }
}

function cliDeps(signal: AbortSignal): CliDeps {
  const { stdin, stdout, stderr, env } = process
  return {
    openRepositories,
    explainError,
    local: createLocalWork(signal),
    stdout: { write: (text) => stdout.write(text), isTTY: stdout.isTTY, columns: stdout.columns },
    stderr: { write: (text) => stderr.write(text), isTTY: stderr.isTTY, columns: stderr.columns },
    env,
    cwd: process.cwd(),
    signal,
    now: () => Math.floor(Date.now() / 1000),
    async sleep(milliseconds) {
      const { setTimeout: sleep } = await import('node:timers/promises')
      await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
    },
    ask: stdin.isTTY && stdout.isTTY ? async (prompt) => readAnswer(prompt, signal) : undefined,
  }
}

/** One line from the terminal; nothing when the terminal ends or Ctrl-C is pressed. */
async function readAnswer(prompt: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    return await Promise.race([terminal.question(prompt, { signal }).catch(() => ''), closed])
  } finally {
    terminal.close()
  }
}
