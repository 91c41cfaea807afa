import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

import { GitError } from '../git-error.ts'
import { createReplyParser } from './cat-file-replies.ts'
import type { CatFileReply, ReplyParser } from './cat-file-replies.ts'
import { holdProcess } from './hold-process.ts'
import { gitEnvironment } from './run-git.ts'

/** Asks one long-lived `git cat-file --batch-command`; started at the first question, and anew should it die. */
export interface ObjectReader {
  /** What a full ref name or an object id stands for; undefined: nothing. */
  readonly info: (names: readonly string[]) => Promise<readonly (CatFileReply | undefined)[]>
  /** Whole objects; undefined: missing. */
  readonly contents: (oids: readonly string[]) => Promise<readonly (CatFileReply | undefined)[]>
  readonly close: () => Promise<void>
}

interface Question {
  readonly withBody: boolean
  readonly resolve: (reply: CatFileReply | undefined) => void
  readonly reject: (error: Error) => void
}

interface Session {
  readonly child: ChildProcessWithoutNullStreams
  readonly waiting: Question[]
  readonly ended: Promise<void>
  /** No more is asked; whoever waits for the end needs the process to be held, though all replies are there. */
  close(): void
}

/** Names must be object ids or checked ref names: a line end in one would be another command. */
export function createObjectReader(repository: string): ObjectReader {
  let session: Session | undefined
  let closed = false

  const start = (): Session => {
    const started = startSession(repository, () => {
      if (session === started) session = undefined
    })
    return started
  }
  const ask = async (
    command: 'info' | 'contents',
    names: readonly string[],
  ): Promise<readonly (CatFileReply | undefined)[]> => {
    if (names.length === 0) return []
    if (closed) throw readerFailure('the repository was closed', '', false)
    session ??= start()
    const { child, waiting } = session
    holdProcess(child, true)
    const replies = names.map(
      async () =>
        new Promise<CatFileReply | undefined>((resolve, reject) => {
          waiting.push({ withBody: command === 'contents', resolve, reject })
        }),
    )
    child.stdin.write(`${names.map((name) => `${command} ${name}\n`).join('')}flush\n`)
    return Promise.all(replies)
  }
  return {
    info: async (names) => ask('info', names),
    contents: async (oids) => ask('contents', oids),
    async close() {
      closed = true
      if (session === undefined) return
      session.close()
      await session.ended
    },
  }
}

function startSession(repository: string, onEnd: () => void): Session {
  const child = spawn('git', ['--git-dir', repository, 'cat-file', '--batch-command', '--buffer'], {
    env: { ...process.env, ...gitEnvironment },
    stdio: 'pipe',
  })
  const waiting: Question[] = []
  let stderr = ''
  let isClosing = false
  const parser: ReplyParser = createReplyParser({
    expectsBody: () => waiting[0]?.withBody ?? false,
    onReply: (reply) => {
      waiting.shift()?.resolve(reply)
      if (waiting.length === 0 && !isClosing) holdProcess(child, false)
    },
  })
  child.stdout.on('data', (chunk: Buffer) => parser.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString()}`.slice(-4000)
  })
  // A write to a process that died: the end of the process tells it to those who wait.
  child.stdin.on('error', () => {})
  const ended = new Promise<void>((resolve) => {
    const end = (cause?: Error): void => {
      onEnd()
      for (const { reject } of waiting.splice(0))
        reject(readerFailure('the object reader ended', stderr, true, cause))
      resolve()
    }
    child.once('error', end)
    child.once('close', () => end())
  })
  holdProcess(child, false)
  const close = (): void => {
    isClosing = true
    holdProcess(child, true)
    child.stdin.end()
  }
  return { child, waiting, ended, close }
}

function readerFailure(message: string, stderr: string, retryable: boolean, cause?: Error): GitError {
  const command = 'git cat-file --batch-command'
  return new GitError(`${message}${stderr === '' ? '' : `: ${stderr.trim()}`}`, {
    command,
    exitCode: undefined,
    stderr,
    retryable,
    cause,
  })
}
