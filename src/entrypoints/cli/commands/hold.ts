import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface HoldOptions extends OrderOptions {
  readonly group?: string
  readonly rollbacks?: boolean
  readonly reason: string
}

export function addHold(program: Command, session: Session): Command {
  const command = program
    .command('hold')
    .summary('stop waves until it is resumed')
    .description(
      'Stops waves of a service, in a group, or of everything, by a Hold in the catalog under your name. What is merged stays, and still goes back where it fails.',
    )
    .argument('[service]', 'only this service')
    .requiredOption('--reason <text>', 'why, for everyone who asks what a release waits for')
    .option('--group <group>', 'only in this deployment group')
    .option('--rollbacks', 'stop rollbacks too')
  return addOrderOptions(command, { canWait: true })
    .addHelpText(
      'after',
      `
Examples:
  halctl hold payments --reason "looking into the refund totals"
  halctl hold --group prod --reason "network incident" --yes --wait
  halctl hold payments --group prod --reason test --dry-run`,
    )
    .action(async (service: string | undefined, options: HoldOptions, self: Command) => {
      const { hold } = await import('../../../operations/orders/hold.ts')
      const { group, rollbacks, reason } = options
      const input = { reason, ...given({ service, group, rollbacks }) }
      await session.order(self, { order: hold, input, options: orderOptions(options) })
    })
}
