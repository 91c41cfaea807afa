import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { given } from '../../../operations/given.ts'
import type { Session } from '../session.ts'

interface DiffOptions {
  readonly group?: string
  readonly cluster?: string
  readonly from?: string
  readonly to?: string
  readonly exitCode?: boolean
}

export function addDiff(program: Command, session: Session): Command {
  return program
    .command('diff')
    .summary('what the newest versions of the catalog would change on the clusters')
    .description(
      'What the newest versions of the catalog would change: each distinct change once, with the clusters that it is for.',
    )
    .argument('[service]', 'only this service')
    .option('--group <group>', 'only clusters of this deployment group')
    .option('--cluster <cluster>', 'only this cluster')
    .option('--from <commit>', 'compare with what this catalog commit renders, instead of with the fleet')
    .option('--to <commit>', 'render this catalog commit, instead of the catalog as it is')
    .option('--exit-code', 'exit with 3 when there are differences')
    .addHelpText(
      'after',
      `
Examples:
  halctl diff payments
  halctl diff --group prod-canary --exit-code
  halctl diff --catalog . --from main       what this branch changes, before it is merged`,
    )
    .action(async (service: string | undefined, options: DiffOptions, command: Command) => {
      const [{ diff }, { viewDiff }] = await Promise.all([
        import('../../../operations/diff.ts'),
        import('../views/diff.ts'),
      ])
      const { group, cluster, from, to } = options
      await session.answer(command, {
        ask: (workspace) => diff.handler(workspace, given({ service, group, cluster, from, to })),
        view: viewDiff,
        exitCode: ({ services }) => {
          if (services.some(({ errors }) => errors.length > 0)) return exitCodes.error
          const differs = options.exitCode === true && services.some(({ changed }) => changed > 0)
          return differs ? exitCodes.differences : exitCodes.ok
        },
      })
    })
}
