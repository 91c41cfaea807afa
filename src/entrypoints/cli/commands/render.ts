import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { given } from '../../../operations/given.ts'
import type { Session } from '../session.ts'

interface RenderOptions {
  readonly group?: string
  readonly version?: string
}

export function addRender(program: Command, session: Session): Command {
  return program
    .command('render')
    .summary('the Flux objects of a service, as they would be written')
    .description('Prints the Flux objects of a service as they would be written for its clusters.')
    .argument('<service>')
    .argument('[cluster]', 'only for this cluster, targeted or not')
    .option('--group <group>', 'only for clusters of this deployment group')
    .option('--version <version>', 'this version instead of the newest')
    .addHelpText(
      'after',
      `
Examples:
  halctl render payments prod-euw1-01
  halctl render payments --group prod-canary --version 1.4.2
  halctl render payments prod-euw1-01 | kubectl apply --dry-run=server -f -`,
    )
    .action(
      async (service: string, cluster: string | undefined, options: RenderOptions, command: Command) => {
        const [{ render }, { viewRender }] = await Promise.all([
          import('../../../operations/render.ts'),
          import('../views/render.ts'),
        ])
        const { group, version } = options
        await session.answer(command, {
          ask: (workspace) => render.handler(workspace, { service, ...given({ cluster, group, version }) }),
          view: viewRender,
          exitCode: ({ errors }) => (errors.length > 0 ? exitCodes.error : exitCodes.ok),
        })
      },
    )
}
