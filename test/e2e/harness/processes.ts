import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Program {
  readonly name: string
  readonly path: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What it prints is added to this file. */
  readonly log: string
}

export interface RunningProgram {
  readonly name: string
  readonly log: string
  readonly pid: number
  hasEnded(): boolean
  /** Asks it to end, and ends it where it does not within some seconds. */
  stop(): Promise<void>
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
}

export interface Supervisor {
  start(program: Program): RunningProgram
  /** Ends every program at once: nothing that they hold is used again. */
  close(): Promise<void>
}

/** Long against an orderly end of any program here. */
const stopMilliseconds = 5000

/**
 * Starts programs as process groups of their own, so that Ctrl-C reaches only the one who asks them to end. A tiny
 * shell beside them ends them all when this process dies in whatever way: its input closes then.
 */
export function createSupervisor(): Supervisor {
  const reaper = startReaper()
  const running: RunningProgram[] = []
  return {
    start(program) {
      const started = start(program, reaper)
      running.push(started)
      return started
    },
    async close() {
      await Promise.all(running.map(async (program) => program.kill()))
      reaper.end()
    },
  }
}

function start(program: Program, reaper: Reaper): RunningProgram {
  mkdirSync(dirname(program.log), { recursive: true })
  const log = openSync(program.log, 'a')
  const child = spawn(program.path, program.args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...program.env },
  })
  closeSync(log)
  const { pid } = child
  if (pid === undefined) throw new Error(`${program.name} can not be started: ${program.path}`)
  reaper.add(pid)
  const ended = endOf(child).then(() => reaper.forget(pid))
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  const signal = (name: NodeJS.Signals): void => {
    if (!hasEnded()) process.kill(-pid, name)
  }
  return {
    name: program.name,
    log: program.log,
    pid,
    hasEnded,
    async stop() {
      signal('SIGTERM')
      const timer = setTimeout(() => signal('SIGKILL'), stopMilliseconds)
      await ended
      clearTimeout(timer)
    },
    async kill() {
      signal('SIGKILL')
      await ended
    },
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

interface Reaper {
  add(group: number): void
  forget(group: number): void
  end(): void
}

const reaperScript = `
trap '' INT TERM HUP
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    forget) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done`

function startReaper(): Reaper {
  const child = spawn('sh', ['-c', reaperScript], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.unref()
  const { stdin } = child
  const say = (line: string): void => void stdin.write(`${line}\n`)
  return {
    add: (group) => say(`add ${group}`),
    forget: (group) => say(`forget ${group}`),
    end: () => stdin.end(),
  }
}

/** The end of a log, for the message of a failure. */
export function tailOf(log: string, lines = 15): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
}
