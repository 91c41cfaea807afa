import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface ApproveOptions extends OrderOptions {
  readonly group?: string
  readonly cluster?: string
  readonly digest?: string
  readonly reason: string
}

export function addApprove(program: Command, session: Session): Command {
  const command = program
    .command('approve')
    .summary('agree to a change that waits for a person')
    .description(
      'Agrees to what waits for a person: a service that leaves clusters, a cluster that is emptied, or a wave of a group with manual promotion. Only the change with the digest that is shown is approved.',
    )
    .argument('[service]', 'whose change it is; or give --cluster')
    .option('--group <group>', 'in this deployment group (default: the only one that waits)')
    .option('--cluster <cluster>', 'the cluster that is emptied, in place of a service')
    .option('--digest <digest>', 'of a wave, as its pull request shows it')
    .requiredOption('--reason <text>', 'why, for the pull requests and history')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl approve payments --group prod --reason "payments moved to the new platform"
  halctl approve --cluster prod-euw1-04 --reason "the site closes"`,
    )
    .action(async (service: string | undefined, options: ApproveOptions, self: Command) => {
      const { approve } = await import('../../../operations/orders/approve.ts')
      const { group, cluster, digest, reason } = options
      const input = { reason, ...given({ service, group, cluster, digest }) }
      await session.order(self, { order: approve, input, options: orderOptions(options) })
    })
}
