import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

import { holdProcess } from './hold-process.ts'
import { gitEnvironment, gitFailure } from './run-git.ts'

/**
 * Asks one long-lived `git update-ref --stdin`, as starting a process costs more than the refs it moves. Started at
 * the first transaction, and anew after one that failed: git ends with it.
 */
export interface RefWriter {
  /** Carries out the commands of one transaction, all or none. Throws `GitError`. */
  readonly transact: (commands: readonly string[]) => Promise<void>
  readonly close: () => Promise<void>
}

interface Session {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<void>
  /** Told of each output and of the end. */
  onChange: () => void
  stdout: string
  stderr: string
  exit: { readonly code: number | undefined; readonly cause: Error | undefined } | undefined
}

const args = ['update-ref', '--stdin', '-z']
/** Git answers each of start, prepare and commit with a line. */
const committed = 'commit: ok\n'

export function createRefWriter(repository: string): RefWriter {
  let session: Session | undefined
  let last: Promise<unknown> = Promise.resolve()

  const run = async (commands: readonly string[]): Promise<void> => {
    if (session === undefined || session.exit !== undefined) session = startSession(repository)
    await ask(session, `start\0${commands.join('')}prepare\0commit\0`)
  }
  return {
    async transact(commands) {
      const turn = last.then(async () => run(commands))
      last = turn.catch(() => undefined)
      await turn
    },
    async close() {
      await last
      if (session === undefined) return
      holdProcess(session.child, true)
      session.child.stdin.end()
      await session.ended
      session = undefined
    },
  }
}

async function ask(session: Session, input: string): Promise<void> {
  const { child } = session
  session.stdout = ''
  holdProcess(child, true)
  try {
    await new Promise<void>((resolve, reject) => {
      session.onChange = () => {
        if (session.stdout.endsWith(committed)) resolve()
        else if (session.exit !== undefined)
          reject(gitFailure(args, session.exit.code, session.stderr, session.exit.cause))
      }
      session.onChange()
      child.stdin.write(input)
    })
  } finally {
    session.onChange = () => {}
    holdProcess(child, false)
  }
}

function startSession(repository: string): Session {
  const child = spawn('git', ['--git-dir', repository, ...args], {
    env: { ...process.env, ...gitEnvironment },
    stdio: 'pipe',
  })
  const ended = new Promise<void>((resolve) => {
    const end = (code: number | null, cause?: Error): void => {
      session.exit ??= { code: code ?? undefined, cause }
      session.onChange()
      resolve()
    }
    child.once('error', (error) => end(null, error))
    child.once('close', (code) => end(code))
  })
  const session: Session = { child, ended, onChange: () => {}, stdout: '', stderr: '', exit: undefined }
  child.stdout.on('data', (chunk: Buffer) => {
    session.stdout += chunk.toString()
    session.onChange()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    session.stderr = `${session.stderr}${chunk.toString()}`.slice(-4000)
  })
  // A write to a process that died: its end tells whoever waits.
  child.stdin.on('error', () => {})
  holdProcess(child, false)
  return session
}
