import { Command, CommanderError, InvalidArgumentError } from 'commander'

/** What `halyard demo` takes from its command line. */
export interface DemoArguments {
  readonly folder: string
  readonly speed: number
  /** Undefined: 8080, or a free one where that is taken. */
  readonly port: number | undefined
  readonly fresh: boolean
  readonly exitWhenSettled: boolean
}

export interface HalyardDeps {
  /** Runs the demo to its end; resolves to the exit code. */
  runDemo(options: DemoArguments): Promise<number>
  /** The known error that an error stands for, with its remedy; undefined: a bug. */
  explainError(error: unknown): { readonly message: string; readonly remedy: string } | undefined
  readonly stdout: { write(text: string): void }
  readonly stderr: { write(text: string): void }
}

const defaultSpeed = 60

/** The `halyard` program. Exit codes: 0 ended well, 1 failed, 2 wrong usage, 130 interrupted. */
export async function runHalyard(argv: readonly string[], deps: HalyardDeps): Promise<number> {
  let exitCode = 0
  const program = new Command('halyard')
    .description('Moves service versions through a fleet of Flux clusters, wave by wave, on proof of health.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => deps.stdout.write(text),
      writeErr: (text) => deps.stderr.write(text),
    })
    .showSuggestionAfterError()
  program
    .command('demo')
    .description('run the example company: real Git repositories, simulated clusters, the real controller')
    .option('--speed <factor>', 'how many times as fast as real time', positive, defaultSpeed)
    .option(
      '--port <number>',
      'where the dashboard listens on localhost; 0 takes a free port (default: 8080, or a free one)',
      portNumber,
    )
    .option('--dir <folder>', 'where repositories and state are kept', '.halyard')
    .option('--fresh', 'begin anew even when an earlier run was interrupted', false)
    .option('--exit-when-settled', 'end once the story is over and nothing moves any more', false)
    .action(async (options: RawOptions) => {
      exitCode = await deps.runDemo({ ...options, folder: options.dir })
    })
  program.action(() => program.help({ error: true }))
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const known = deps.explainError(error)
    if (!known) throw error
    deps.stderr.write(`error: ${known.message}\n  ${known.remedy}\n`)
    return 1
  }
  return exitCode
}

interface RawOptions extends Omit<DemoArguments, 'folder'> {
  readonly dir: string
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 100_000))
    throw new InvalidArgumentError('a number above 0, at most 100000, is wanted.')
  return value
}

function portNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port from 0 to 65535 is wanted.')
  return value
}
