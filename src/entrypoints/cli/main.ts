import { Command, CommanderError, Option } from 'commander'
import { KnownError } from '../../operations/known-error.ts'
import { cleanText } from './clean.ts'
import { addClusterCommands } from './commands/cluster.ts'
import { addCordon } from './commands/cordon.ts'
import { addComplete, addCompletion } from './commands/completion.ts'
import { addDiff } from './commands/diff.ts'
import { addApprove } from './commands/approve.ts'
import { addExpedite } from './commands/expedite.ts'
import { addExplain } from './commands/explain.ts'
import { addFreeze } from './commands/freeze.ts'
import { addHistory } from './commands/history.ts'
import { addHold } from './commands/hold.ts'
import { addInit } from './commands/init.ts'
import { addNewVersion } from './commands/new-version.ts'
import { addPin } from './commands/pin.ts'
import { addPlan } from './commands/plan.ts'
import { addPromote } from './commands/promote.ts'
import { addRender } from './commands/render.ts'
import { addResume } from './commands/resume.ts'
import { addRetry } from './commands/retry.ts'
import { addRollback } from './commands/rollback.ts'
import { addSkip } from './commands/skip.ts'
import { addStatus } from './commands/status.ts'
import { addUncordon } from './commands/uncordon.ts'
import { addUnfreeze } from './commands/unfreeze.ts'
import { addUnpin } from './commands/unpin.ts'
import { addValidate } from './commands/validate.ts'
import { addVerify } from './commands/verify.ts'
import { addWithdraw } from './commands/withdraw.ts'
import type { CliDeps } from './deps.ts'
import { exitCodes } from './exit-codes.ts'
import { createSession } from './session.ts'

/** Runs one command line, without the program's name. Returns the exit code; bugs are thrown. */
export async function runHalctl(argv: readonly string[], deps: CliDeps): Promise<number> {
  let exitCode: number = exitCodes.ok
  const finishing = new Set<Promise<unknown>>()
  const session = createSession(deps, {
    exit(code) {
      exitCode = code
    },
    async finish(work) {
      const doing = work()
      finishing.add(doing)
      return doing.finally(() => finishing.delete(doing))
    },
  })
  const program = createProgram(deps)
  for (const add of commands) {
    prepare(add(program, session), deps)
  }
  // No command: people want to see what there is.
  const words = argv.length === 0 ? ['--help'] : argv
  try {
    await untilInterrupted(program.parseAsync(words, { from: 'user' }), deps.signal)
  } catch (error) {
    exitCode = await reportError(error, deps)
  }
  if (!deps.signal.aborted) return exitCode
  await Promise.allSettled(finishing)
  return exitCodes.interrupted
}

const questions = [addStatus, addExplain, addPlan, addDiff, addRender, addHistory, addValidate, addVerify]
const stops = [addHold, addResume, addFreeze, addUnfreeze, addCordon, addUncordon, addPin, addUnpin]
const moves = [addRollback, addWithdraw, addPromote, addExpedite, addApprove, addRetry, addSkip]
const authoring = [addInit, addNewVersion, addClusterCommands]
const shells = [addCompletion, addComplete]
const commands = [...questions, ...stops, ...moves, ...authoring, ...shells]

function createProgram(deps: CliDeps): Command {
  const program = prepare(new Command('halctl'), deps)
  program
    .description(
      'Asks where services stand in the fleet, what comes next, and why; and tells Halyard what to do.',
    )
    .usage('<command> [options]')
    .option('--catalog <repository>', 'the catalog: a folder, a bare repository or a URL')
    .option('--fleet <repository>', 'the fleet repository: a folder, a bare repository or a URL')
    .addOption(
      new Option('-o, --output <format>', 'how to print')
        .choices(['table', 'wide', 'json', 'yaml'])
        .default('table'),
    )
    .option('-w, --watch', 'print again whenever something changes, until Ctrl-C')
    .option('--no-color', 'print without colour, as NO_COLOR does')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', programHelp)
  return program
}

const programHelp = `
Repositories are found in this order: the flags, HALYARD_CATALOG and HALYARD_FLEET, the halyard.yaml
above the working directory (its spec.fleet.url names the fleet), .halyard/catalog.git and
.halyard/fleet.git in the working directory. All times are UTC.

Exit codes:
  0    answered, or done
  1    an error, a catalog with errors (validate), a fleet that differs (verify), or an order that was
       not confirmed
  2    the command line is wrong
  3    there are differences (diff --exit-code)
  4    the controller did not acknowledge the order in time (--wait)
  130  interrupted by Ctrl-C

Examples:
  halctl status                           every service in every group
  halctl status payments                  one service: its groups and failing clusters
  halctl explain payments prod-use1-07    why this cluster does not get the new version
  halctl status payments --watch          the same, as it moves
  halctl validate --catalog .             check the catalog before you push it
  halctl hold payments --reason "…"       no further wave of payments, until halctl resume payments`

/** What every command shares. Errors of usage are thrown, so that one place prints them. */
function prepare(command: Command, { stdout, stderr }: CliDeps): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Printed by `reportError`, once.
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(stdout.columns ?? 100, 100),
      getOutHasColors: () => false,
    })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showSuggestionAfterError()
}

async function untilInterrupted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (): void => resolve()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
  if (signal.aborted) work.catch(() => undefined)
}

/** The one catch: what the reader can mend is printed with its remedy, what is a bug is thrown on. */
async function reportError(error: unknown, deps: CliDeps): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok
    deps.stderr.write(`${cleanText(error.message)}\nhalctl --help tells what there is.\n`)
    return exitCodes.usage
  }
  const known = error instanceof KnownError ? error : await deps.explainError(error)
  if (!known) throw error
  deps.stderr.write(cleanText(`error: ${known.message}\n  ${known.remedy}\n`))
  return exitCodes.error
}
