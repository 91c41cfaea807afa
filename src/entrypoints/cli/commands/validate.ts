import { type Command, Option } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { given } from '../../../operations/given.ts'
import type { Session } from '../session.ts'

interface ValidateOptions {
  readonly strict?: boolean
  readonly charts?: boolean
  readonly all?: boolean
  readonly chartsFrom?: string
  readonly helm?: string
}

export function addValidate(program: Command, session: Session): Command {
  return program
    .command('validate')
    .summary('everything wrong in the catalog, with its place and its remedy')
    .description('Checks the whole catalog and prints every finding with its file, line and remedy.')
    .option('--strict', 'exit with 1 for warnings too')
    .option('--charts', 'also render the charts of the newest versions, by helm, and judge what they make')
    .addOption(
      withCharts('--charts-from <folder>', 'read charts and archives of a folder, not of repositories'),
    )
    .addOption(withCharts('--all', 'render the charts of all versions'))
    .addOption(withCharts('--helm <path>', 'render charts by this helm'))
    .addHelpText(
      'after',
      `
Examples:
  halctl validate --catalog .
  halctl validate --strict -o json
  halctl validate --charts
  halctl validate --charts-from charts/`,
    )
    .action(async (options: ValidateOptions, command: Command) => {
      const { strict, charts, all, chartsFrom, helm } = options
      const [{ validate }, { validateCharts }, { viewValidate }] = await Promise.all([
        import('../../../operations/validate.ts'),
        import('../../../operations/validate-charts.ts'),
        import('../views/validate.ts'),
      ])
      await session.answer(command, {
        ask: (workspace) =>
          charts === true
            ? validateCharts.handler(workspace, given({ all, chartsFrom, helm }))
            : validate.handler(workspace, {}),
        view: viewValidate,
        exitCode: ({ errors, warnings }) =>
          errors > 0 || (strict === true && warnings > 0) ? exitCodes.error : exitCodes.ok,
      })
    })
}

/** An option that says how charts are rendered also says that they are. */
function withCharts(flags: string, description: string): Option {
  return new Option(flags, description).implies({ charts: true })
}
