import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface UnpinOptions extends OrderOptions {
  readonly group?: string
  readonly reason?: string
}

export function addUnpin(program: Command, session: Session): Command {
  const command = program
    .command('unpin')
    .summary('end a pin')
    .description(
      'Ends a pin: removes its file from the catalog, under your name. What was pinned catches up, in waves.',
    )
    .argument('[pin]', 'its name, or the service that it pins')
    .option('--group <group>', 'the pin of this deployment group')
    .option('--reason <text>', 'why, for the commit')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl unpin payments
  halctl unpin payments --group prod
  halctl unpin pin-payments-prod-20261122 --reason "the audit is over" --yes`,
    )
    .action(async (pin: string | undefined, options: UnpinOptions, self: Command) => {
      const { unpin } = await import('../../../operations/orders/unpin.ts')
      const { group, reason } = options
      const input = given({ pin, group, reason })
      await session.order(self, { order: unpin, input, options: orderOptions(options) })
    })
}
