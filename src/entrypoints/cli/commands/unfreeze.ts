import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface UnfreezeOptions extends OrderOptions {
  readonly group?: string
  readonly reason?: string
}

export function addUnfreeze(program: Command, session: Session): Command {
  const command = program
    .command('unfreeze')
    .summary('end a freeze')
    .description('Ends a freeze: removes its file from the catalog, under your name.')
    .argument('[freeze]', 'its name, or the service that it freezes; without it, the freeze of everything')
    .option('--group <group>', 'the freeze of this deployment group')
    .option('--reason <text>', 'why, for the commit')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl unfreeze freeze-prod-20261122
  halctl unfreeze --group prod --reason "the network work is done" --yes`,
    )
    .action(async (freeze: string | undefined, options: UnfreezeOptions, self: Command) => {
      const { unfreeze } = await import('../../../operations/orders/unfreeze.ts')
      const { group, reason } = options
      const input = given({ freeze, group, reason })
      await session.order(self, { order: unfreeze, input, options: orderOptions(options) })
    })
}
