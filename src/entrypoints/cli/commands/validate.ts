import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import type { Session } from '../session.ts'

export function addValidate(program: Command, session: Session): Command {
  return program
    .command('validate')
    .summary('everything wrong in the catalog, with its place and its remedy')
    .description('Checks the whole catalog and prints every finding with its file, line and remedy.')
    .option('--strict', 'exit with 1 for warnings too')
    .addHelpText(
      'after',
      `
Examples:
  halctl validate --catalog .
  halctl validate --strict -o json`,
    )
    .action(async ({ strict }: { strict?: boolean }, command: Command) => {
      const [{ validate }, { viewValidate }] = await Promise.all([
        import('../../../operations/validate.ts'),
        import('../views/validate.ts'),
      ])
      await session.answer(command, {
        ask: (workspace) => validate.handler(workspace, {}),
        view: viewValidate,
        exitCode: ({ errors, warnings }) =>
          errors > 0 || (strict === true && warnings > 0) ? exitCodes.error : exitCodes.ok,
      })
    })
}
