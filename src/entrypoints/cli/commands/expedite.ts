import type { Command } from 'commander'
import { addOrderOptions, type OrderOptions, orderOptions, parseLength } from '../order-options.ts'
import type { Session } from '../session.ts'

interface ExpediteOptions extends OrderOptions {
  readonly soak: number
  readonly approvedBy: string
  readonly reason: string
}

export function addExpedite(program: Command, session: Session): Command {
  const command = program
    .command('expedite')
    .summary('shorten every soak of a version')
    .description(
      'Shortens every soak of a version, of waves and for promotion, in all groups. No wave, proof or gate is left out; the pull requests of its waves name who approved it.',
    )
    .argument('<service>')
    .argument('<version>')
    .requiredOption('--soak <duration>', 'no soak is longer: 30s, 5m', parseLength)
    .requiredOption('--approved-by <email>', 'who answers for it')
    .requiredOption('--reason <text>', 'why, for the pull requests and history')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl expedite payments 1.4.3 --soak 5m --approved-by ana@example.com --reason "closes a hole in the login"
  halctl expedite payments 1.4.3 --soak 30s --approved-by ana@example.com --reason "outage" --yes`,
    )
    .action(async (service: string, version: string, options: ExpediteOptions, self: Command) => {
      const { expedite } = await import('../../../operations/orders/expedite.ts')
      const { soak, approvedBy, reason } = options
      const input = { service, version, soak, approvedBy, reason }
      await session.order(self, { order: expedite, input, options: orderOptions(options) })
    })
}
