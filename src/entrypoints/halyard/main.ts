import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'

/** What `halyard demo` takes from its command line. */
export interface DemoArguments {
  readonly folder: string
  readonly speed: number
  /** Undefined: 8080, or a free one where that is taken. */
  readonly port: number | undefined
  readonly fresh: boolean
  readonly exitWhenSettled: boolean
  /** Folder with another company's `catalog/` and `story/`; undefined: the example company. */
  readonly company?: string
}

/** What `halyard run` takes from its command line. */
export interface RunArguments {
  /** Repository or URL. */
  readonly catalog: string
  /** Undefined: where the catalog's settings say. */
  readonly fleet: string | undefined
  /** Folder of the store and of clones. */
  readonly state: string
  /** Folder of `<cluster>.kubeconfig` files, or one kubeconfig with a context for each cluster. */
  readonly kubeconfigs: string
  readonly once: boolean
  /** Where the dashboard listens; undefined: nowhere. */
  readonly listen: ListenAddress | undefined
}

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

export interface HalyardDeps {
  /** Runs the demo to its end; resolves to the exit code. */
  runDemo(options: DemoArguments): Promise<number>
  /** Runs the controller until it is told to stop; resolves to the exit code. */
  run(options: RunArguments): Promise<number>
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
  addRunCommand(program, async (options) => {
    exitCode = await deps.run(options)
  })
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
    .option('--company <folder>', 'another company: a folder with catalog/ and story/')
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

function addRunCommand(program: Command, run: (options: RunArguments) => Promise<void>): void {
  program
    .command('run')
    .description('run the controller: a catalog, a fleet repository and the clusters that read it')
    .addOption(
      new Option('--catalog <url>', 'repository of the catalog, here or elsewhere')
        .env('HALYARD_CATALOG')
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--fleet <url>', "fleet repository (default: the catalog's spec.fleet.url)").env(
        'HALYARD_FLEET',
      ),
    )
    .requiredOption('--state <folder>', 'where observations, events and clones are kept')
    .requiredOption(
      '--kubeconfigs <place>',
      'folder of <cluster>.kubeconfig files, or one kubeconfig with a context for each cluster',
    )
    .option('--once', 'step until nothing is left to do at this moment, then end', false)
    .option(
      '--listen <address>',
      'where the dashboard listens, which asks for no password: 127.0.0.1:8080, or :8080 for all interfaces',
      listenAddress,
    )
    .action(async ({ fleet, listen, ...options }: RunArguments) => run({ ...options, fleet, listen }))
}

/** `host:port`, `[address]:port`, or `:port` for all interfaces. */
function listenAddress(text: string): ListenAddress {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(text) ?? []
  if (port === '') throw new InvalidArgumentError('an address such as 127.0.0.1:8080 or :8080 is wanted.')
  return { host: host.replace(/^\[|\]$/g, '') || '0.0.0.0', port: portNumber(port) }
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
