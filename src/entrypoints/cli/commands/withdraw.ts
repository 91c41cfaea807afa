import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface WithdrawOptions extends OrderOptions {
  readonly move?: boolean
  readonly reason: string
}

export function addWithdraw(program: Command, session: Session): Command {
  const command = program
    .command('withdraw')
    .summary('take a version out of circulation')
    .description(
      'Takes a version out of circulation: no group takes it any more, and new clusters do not get it. What has it keeps it, unless --move sends it back.',
    )
    .argument('<service>')
    .argument('<version>')
    .option('--move', 'send back every group that is on it, as a rollback does')
    .requiredOption('--reason <text>', 'why, for everyone who asks what became of the version')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl withdraw payments 1.4.3 --reason "loses refunds of more than one item"
  halctl withdraw payments 1.4.3 --move --reason "loses refunds" --yes`,
    )
    .action(async (service: string, version: string, options: WithdrawOptions, self: Command) => {
      const { withdraw } = await import('../../../operations/orders/withdraw.ts')
      const { move, reason } = options
      const input = { service, version, reason, ...given({ move }) }
      await session.order(self, { order: withdraw, input, options: orderOptions(options) })
    })
}
