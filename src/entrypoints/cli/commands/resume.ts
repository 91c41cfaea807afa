import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface ResumeOptions extends OrderOptions {
  readonly group?: string
  readonly reason?: string
}

export function addResume(program: Command, session: Session): Command {
  const command = program
    .command('resume')
    .summary('end a hold')
    .description('Ends a hold: removes its file from the catalog, under your name.')
    .argument('[hold]', 'its name, or the service that it holds; without it, the hold of everything')
    .option('--group <group>', 'the hold of this deployment group')
    .option('--reason <text>', 'why, for the commit')
  return addOrderOptions(command, { canWait: true })
    .addHelpText(
      'after',
      `
Examples:
  halctl resume payments
  halctl resume --group prod
  halctl resume hold-prod-20261122 --reason "the network is back" --yes`,
    )
    .action(async (hold: string | undefined, options: ResumeOptions, self: Command) => {
      const { resume } = await import('../../../operations/orders/resume.ts')
      const { group, reason } = options
      const input = given({ hold, group, reason })
      await session.order(self, { order: resume, input, options: orderOptions(options) })
    })
}
