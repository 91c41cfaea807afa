import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions, parseLength } from '../order-options.ts'
import type { Session } from '../session.ts'

interface FreezeOptions extends OrderOptions {
  readonly service?: string
  readonly group?: string
  readonly from?: string
  readonly until?: string
  readonly for?: number
  readonly reason: string
}

export function addFreeze(program: Command, session: Session): Command {
  const command = program
    .command('freeze')
    .summary('stop waves for a time')
    .description(
      'Stops waves of a service, in a group, or of everything, by a Freeze in the catalog under your name. Without an end it lasts until halctl unfreeze; with no scope and no times it is an emergency freeze of everything. What is merged stays, and still goes back where it fails.',
    )
    .option('--service <service>', 'only this service')
    .option('--group <group>', 'only in this deployment group')
    .option('--from <time>', 'when it begins (default: at once)')
    .option('--until <time>', 'when it is over (default: until halctl unfreeze)')
    .option('--for <duration>', 'how long, instead of --until: 4h, 3d', parseLength)
    .requiredOption('--reason <text>', 'why, for everyone who asks what a release waits for')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl freeze --reason "incident 4711"                        everything, until halctl unfreeze
  halctl freeze --group prod --for 4h --reason "network work"
  halctl freeze --group prod --from 2026-11-27 --until 2026-11-30T00:00:00+01:00 --reason "the busiest days"

Times are RFC 3339 with an offset; without clock or offset (2026-11-27, "2026-11-27 18:00") they are UTC.`,
    )
    .action(async (options: FreezeOptions, self: Command) => {
      const { freeze } = await import('../../../operations/orders/freeze.ts')
      const { service, group, from, until, reason } = options
      const input = { reason, ...given({ service, group, from, until, seconds: options.for }) }
      await session.order(self, { order: freeze, input, options: orderOptions(options) })
    })
}
